#include "sim/world/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "message/content_types.h"
#include "protocol/interrupt_moment.h"
#include "sim/record/event_code_info.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/topology.h"
#include "sim/world/broker_wiring.h"
#include "sim/world/expectations.h"
#include "sim/world/world_component.h"

namespace dse {

namespace {

// A digest takes as long as a dozen batches of a small learner; this is often enough to show where
// two runs begin to differ.
constexpr std::size_t kBatchesBetweenStates = 16;
// The state of fewer than these stays in the caches nearest to the processor.
constexpr std::size_t kManyComponents = 64;

EventCode code_of(PolicyEvent::Kind kind) {
  switch (kind) {
    case PolicyEvent::Kind::kExpired:
      return EventCode::kExpired;
    case PolicyEvent::Kind::kDropped:
      return EventCode::kDropped;
    case PolicyEvent::Kind::kNotAccepted:
      return EventCode::kNotAccepted;
    case PolicyEvent::Kind::kGivenUp:
      return EventCode::kGivenUp;
    case PolicyEvent::Kind::kRemoved:
      return EventCode::kRemoved;
    case PolicyEvent::Kind::kPurged:
      return EventCode::kPurged;
    case PolicyEvent::Kind::kQueueRemoved:
      return EventCode::kQueueRemoved;
    case PolicyEvent::Kind::kDeadLettered:
      break;
  }
  return EventCode::kDeadLettered;
}

std::vector<std::string> names_of(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ComponentConfig& config : scenario.components) names.push_back(config.name);
  return names;
}

}  // namespace

World::World(const Scenario& scenario, const WorldOptions& options, OpenLines open_lines)
    : scenario_(scenario),
      options_(options),
      random_(options.seed),
      scheduler_(options.seed),
      fingerprinter_(bus_.broker(), names_of(scenario)),
      latencies_(scenario.components.size()),
      scorer_(scenario),
      refusals_(open_lines, options.warn),
      predictions_(options.recorder == nullptr
                       ? nullptr
                       : std::make_unique<PredictionTable>(open_lines(kPredictionsFile), scorer_)),
      ledger_(make_ledger(scenario)),
      observers_(options.observers),
      snapshots_due_(snapshot_times(scenario)),
      after_faults_(times_after_faults(scenario)),
      maker_(parts_of_components(open_lines)),
      timers_(scheduler_),
      strands_(options.threads) {
  result_.drifts.resize(scenario.drifts.size());
  plant_faults();
  for (const ComponentConfig& config : scenario.components) {
    std::unique_ptr<App> app = maker_.make(config);
    const LinkIndex link = bus_.attach();
    auto component = std::make_unique<Component>(Component::Parts{.config = config,
                                                                  .app = std::move(app),
                                                                  .index = link,
                                                                  .bus = bus_,
                                                                  .scheduler = scheduler_,
                                                                  .strands = strands_,
                                                                  .hops = hops_of(config),
                                                                  .faults = planted_,
                                                                  .timers = timers_,
                                                                  .ledger = ledger_.get(),
                                                                  .access = access_of(config, link),
                                                                  .curve_every_ns = scenario.curve_every_ns});
    component->machine.set_on_refuse([this, link](const Message& message, const std::string& reason) {
      on_refusal(link, message, reason);
    });
    components_.push_back(std::move(component));
  }
  if (options_.recorder != nullptr) {
    scheduler_.trace_causes();
    options_.recorder->set_components(scenario.components.size());
    observers_.push_back(options_.recorder);
    observers_.push_back(predictions_.get());
  }
  if (ledger_ != nullptr) observers_.push_back(ledger_.get());
  if (options_.fingerprint_components) {
    component_fingerprints_ = std::make_unique<ComponentFingerprints>(bus_.broker(), names_of(scenario));
    observers_.push_back(component_fingerprints_.get());
  }
  if (options_.ordering != 0) scheduler_.break_ties(TieBreak(options_.ordering, names_of(scenario)));
  wire();
}

// What a strand still waits for, when the run has failed, is of no interest.
World::~World() { abandoned_ = true; }

ComponentMaker::Parts World::parts_of_components(OpenLines open_lines) {
  if (options_.datasets == nullptr) options_.datasets = std::make_shared<DatasetCache>();
  return {.scenario = scenario_,
          .random = random_,
          .datasets = *options_.datasets,
          .note_state_every = options_.recorder == nullptr ? 0 : kBatchesBetweenStates,
          .open_lines = std::move(open_lines),
          .truth = [this](const std::string& id, int label) { scorer_.add_truth(id, label); },
          .verdict_of = [this](const std::string& name) -> TruthSink {
            return [this, name](const std::string& id, int label) {
              scorer_.score(scheduler_.now(), {.component = name, .message_id = id, .label = label});
            };
          },
          .probabilities =
              [this](const Message& answer, std::span<const double> probabilities) {
                scorer_.add_probabilities(answer, probabilities);
              },
          .leave_of = [this](const ComponentConfig& config) -> std::function<void(const MessagePtr&)> {
            if (!options_.on_export) return {};
            return [this, &config](const MessagePtr& message) { options_.on_export(config, message); };
          },
          .drifted = [this](std::size_t drift, DriftEffect effect) { result_.drifts[drift].note(effect); },
          .truth_of = [this](const std::string& id) { return scorer_.truth(id); },
          .index_of = [this](const std::string& name) -> IndexSink {
            return [this, name](const std::string& id, std::uint32_t index) {
              scorer_.add_index(id, name, index);
              if (predictions_ != nullptr) predictions_->note_index(id, index);
            };
          },
          .interrupted = moment_after(
              [this] { return abandoned_ || (interrupted_ != nullptr && *interrupted_.load()); }),
          .keep_states = options_.keep_states,
          .open_protocol_log = options_.open_protocol_log};
}

void World::wire() {
  wire_broker(scenario_, bus_.broker());
  for (const auto& [name, resource] : scenario_.resources) {
    if (resource.queue != QueueOptions()) policy_counts_[*bus_.broker().find(name)];
  }
  make_gauges();
  schedule_faults();
  for (LinkIndex link; link != components_.next(); ++link) {
    if (components_[link]->has_life) schedule_life(link);
  }
  // Among components that start at one time, those that stream come first: a queue exists only from
  // the moment it is first streamed, and the first message should find it.
  for (const bool streams : {true, false}) {
    for (LinkIndex link; link != components_.next(); ++link) {
      const ComponentConfig& config = components_[link]->config;
      if (resource_read(config).has_value() == streams) {
        scheduler_.schedule(config.start_ns, EventKind::kStart, link, EventPriority::kControl);
      }
    }
  }
}

RunResult World::run(const std::atomic<bool>& interrupted, const ProgressSink& progress) {
  const std::optional<TimeNs>& until = scenario_.until_ns;
  if (!handle_until(until.value_or(INT64_MAX), interrupted, progress)) {
    return finish(RunStatus::kInterrupted);
  }
  // The caller may already have advanced the world beyond this time.
  if (!drained() && *until >= now() && !move_clock_to(*until)) return finish(RunStatus::kInterrupted);
  return finish(RunStatus::kCompleted);
}

bool World::advance_to(TimeNs time_ns, const std::atomic<bool>& interrupted, const ProgressSink& progress) {
  DSE_CHECK(time_ns >= now() && time_ns < INT64_MAX, "the clock cannot go from {} to {} ns", now(), time_ns);
  return handle_until(time_ns, interrupted, progress) && move_clock_to(time_ns);
}

// Called when everything up to that time has happened. False when the run was interrupted.
bool World::move_clock_to(TimeNs time_ns) {
  try {
    take_snapshots_before(time_ns + 1);
  } catch (const Interrupted&) {
    return false;
  }
  moved_to_ns_ = time_ns;
  const bool waits = !checkpoints_due_.empty() && checkpoints_due_.begin()->first < time_ns;
  scheduler_.advance_to(waits ? checkpoints_due_.begin()->first : time_ns);
  return true;
}

std::optional<TimeNs> World::next_time_ns() const {
  const std::optional<TimeNs> look_ns = bus_.next_look_ns();
  if (scheduler_.empty()) return look_ns;
  return look_ns ? std::min(*look_ns, scheduler_.next_time_ns()) : scheduler_.next_time_ns();
}

// False when the run was interrupted before that, or is over.
bool World::handle_until(TimeNs last_ns, const std::atomic<bool>& interrupted, const ProgressSink& progress) {
  const RunPositionGuard position(scheduler_.position());
  if (over_) return false;
  begin(interrupted);
  try {
    return handle_events(last_ns, interrupted, progress);
  } catch (const Interrupted&) {
    return false;  // while something outside this process was waited for
  }
}

// Called before the first event: what takes time to start does so now, side by side.
void World::begin(const std::atomic<bool>& interrupted) {
  interrupted_ = &interrupted;
  if (std::exchange(begun_, true)) return;
  for (const auto& component : components_) component->app->begin();
}

// False when the run was interrupted before that, or is over.
bool World::handle_events(TimeNs last_ns, const std::atomic<bool>& interrupted,
                          const ProgressSink& progress) {
  constexpr std::uint64_t kEventsBetweenProgress = 1 << 6;
  for (;;) {
    if (bus_.may_look()) bring_in_look(last_ns);
    if (scheduler_.empty() || scheduler_.next_time_ns() > last_ns) break;
    if (something_due_) [[unlikely]]
      do_what_is_due();
    if (options_.gate && scheduler_.next_time_ns() > scheduler_.now())
      options_.gate(scheduler_.next_time_ns());
    if (interrupted.load(std::memory_order_relaxed)) return false;
    const TimeNs before_ns = scheduler_.now();
    if (components_.size() >= kManyComponents) fetch_ahead();
    const Event event = scheduler_.pop();
    events_at_this_time_ = event.time_ns == before_ns ? events_at_this_time_ + 1 : 0;
    if (events_at_this_time_ > options_.events_at_one_time_max) fail_for_endless_loop(event);
    dispatch(event);
    if (over_) return false;
    if (scheduler_.event_number() % kEventsBetweenProgress == 0)
      progress(scheduler_.now(), scheduler_.event_number());
  }
  return true;
}

// What is done between two events, before the next one.
void World::do_what_is_due() {
  if (!checkpoints_due_.empty()) schedule_checkpoints_up_to(scheduler_.next_time_ns());
  take_snapshots_before(scheduler_.next_time_ns());
  something_due_ = !checkpoints_due_.empty() || !snapshots_due_.empty() || !after_faults_.empty();
}

// What a queue has to do by its options comes before everything else at its time but what was scheduled as
// control before. It is scheduled only when it is next, because what happens before it may make it needless.
void World::bring_in_look(TimeNs last_ns) {
  if (look_under_way_) return;
  const std::optional<TimeNs> due_ns = bus_.next_look_ns();
  if (!due_ns || *due_ns > last_ns) return;
  if (!scheduler_.empty() && scheduler_.next_time_ns() < *due_ns) return;
  look_under_way_ = true;
  scheduler_.schedule(std::max(*due_ns, now()), EventKind::kLook, LinkIndex(), EventPriority::kControl);
}

bool World::drained() const { return scheduler_.empty() && !bus_.next_look_ns(); }

void World::import(std::size_t component, MessagePtr message, TimeNs time_ns) {
  const LinkIndex link(static_cast<std::uint32_t>(component));
  DSE_CHECK(component < components_.size() && is_import(components_[link]->config),
            "component {} is not an import", component);
  DSE_CHECK(time_ns >= now() && time_ns >= last_import_ns_,
            "an import at {} ns, after one at {} ns, at {} ns", time_ns, last_import_ns_, now());
  last_import_ns_ = time_ns;
  message->set_entered_ns(time_ns);
  components_[link]->imports.push_back(std::move(message));
  scheduler_.schedule(time_ns, EventKind::kImport, link, EventPriority::kImport);
}

void World::fail_for_endless_loop(const Event& event) const {
  throw RunError(
      fmt::format("more than {} events at {}: component '{}' goes round in a loop that takes no time",
                  options_.events_at_one_time_max, format_duration(event.time_ns),
                  components_[event.target]->config.name));
}

void World::dispatch(const Event& event) {
  if (event.kind == EventKind::kClient) [[unlikely]]
    return on_client_command();
  if (event.kind == EventKind::kLook) [[unlikely]]
    return on_look();
  Component& component = *components_[event.target];
  if (component.hindered && hinders(component, event)) [[unlikely]]
    return;
  switch (event.kind) {
    case EventKind::kStart:
      return on_start(event.target);
    case EventKind::kBusReceives:
      return on_bus_receives(event.target);
    case EventKind::kComponentReceives:
      return on_component_receives(event.target);
    case EventKind::kTimer:
      tell(happening(EventCode::kTimer, event.target));
      return component.machine.resume();
    case EventKind::kResult:
      tell(happening(EventCode::kResult, event.target));
      component.link.wait_for_result();
      return component.machine.resume();
    case EventKind::kCrash:
      return on_crash(event.target);
    case EventKind::kImport:
      return on_import(event.target);
    case EventKind::kLook:
    case EventKind::kClient:
      return;  // above
    case EventKind::kStop:
      return on_stop(event.target);
    case EventKind::kRestart:
      return on_restart(event.target);
    case EventKind::kCheckpoint:
      return on_checkpoint(event.target);
    case EventKind::kFault:
      return on_fault(event.target);
    case EventKind::kConnectionLost:
      return lose_connection(event.target);
  }
}

void World::on_confirm(LinkIndex link, const ConfirmNotice& notice) {
  RunEvent event = happening(notice.accepted ? EventCode::kConfirmed : EventCode::kNacked, link);
  event.resource_number = bus_.resource(link, notice.alias);
  event.message = &notice.message;
  tell(event);
  Component& component = *components_[link];
  if (component.hindrance != nullptr) component.hindrance->connection.note_confirm(notice.message);
  component.machine.on_confirm(notice.message, notice.accepted);
}

std::string_view World::component(ComponentIndex component) const {
  return components_[component]->config.name;
}

// The fingerprints include the message when it is published.
void World::on_import(LinkIndex link) {
  Component& component = *components_[link];
  MessagePtr message = component.imports.pop_front();
  RunEvent event = happening(EventCode::kHandedIn, link);
  event.message = &message;
  tell(event);
  component.machine.hand_in(std::move(message));
}

void World::on_refusal(LinkIndex link, const Message& message, const std::string& reason) {
  const ComponentConfig& config = components_[link]->config;
  refusals_.add({.time_ns = scheduler_.now(),
                 .component = config.name,
                 .queue = source_of(config),
                 .message = message.fields(),
                 .reason = reason});
  if (config.ends_when_refusing) over_ = true;
}

std::optional<AccessCheck> World::access_of(const ComponentConfig& config, LinkIndex link) {
  if (config.user.empty()) return std::nullopt;
  return AccessCheck{.rules = ComponentAccess(scenario_, config),
                     .on_denial = [this, link](const AccessDenial& denial) { on_denial(link, denial); }};
}

// A broker closes the component's channel, and its node would end with that error.
void World::on_denial(LinkIndex link, const AccessDenial& denial) {
  static const MessageFields kNoMessage;
  const std::string& component = components_[link]->config.name;
  refusals_.add_denial({.time_ns = scheduler_.now(),
                        .component = component,
                        .queue = denial.resource,
                        .message = denial.message ? denial.message->fields() : kNoMessage,
                        .reason = denial.text});
  if (result_.denial.empty()) result_.denial = fmt::format("component '{}': {}", component, denial.text);
  over_ = true;
}

// Schedules the arrival of what the bus has sent.
inline void World::notify(const BusEvent& event) {
  for (const LinkIndex notified : event.notified) {
    Component& receiver = *components_[notified];
    scheduler_.schedule(receiver.hops.to_component(scheduler_.now()), EventKind::kComponentReceives,
                        notified);
    ++receiver.outstanding;
  }
}

inline void World::follow(LinkIndex link, const BusEvent& event) {
  if (event.notified.size() > 1) fetch_for(event);
  Component& component = *components_[link];
  const bool written = event.kind == EventCode::kPublished || event.kind == EventCode::kUnroutable ||
                       event.kind == EventCode::kReturned;
  RunEvent told = happening(event.kind, link);
  told.resource_number = event.resource;
  if (event.message) told.message = &event.message;
  told.queues = event.queues;
  told.answer = written && component.answers && event.message->content_type() != kErrorContentType;
  tell(told);
  if (!event.policies.empty()) tell_policies(event);
  note_queues(event);
  notify(event);
  component.note_at_bus(event);
  if (door_ != nullptr) [[unlikely]]
    door_->follow(event, now());
}

void World::on_bus_receives(LinkIndex link) { follow(link, bus_.serve(link, scheduler_.now())); }

void World::on_disconnected(LinkIndex link) { follow(link, bus_.disconnect(link, scheduler_.now())); }

void World::on_look() {
  look_under_way_ = false;
  const BusEvent event = bus_.look(now());
  on_effects(event);
  if (door_ != nullptr) door_->follow(event, now());
}

void World::on_effects(const BusEvent& event) {
  tell_policies(event);
  notify(event);
}

void World::tell_policies(const BusEvent& event) {
  for (const PolicyEvent& policy : event.policies) {
    const std::uint64_t cause = scheduler_.count_within();
    RunEvent told = happening(code_of(policy.kind), kNoComponent);
    told.cause = cause;
    const bool dead_lettered = policy.kind == PolicyEvent::Kind::kDeadLettered;
    told.resource_number = dead_lettered ? policy.exchange : policy.queue;
    if (policy.message) told.message = &policy.message;
    told.queues = policy.queues;
    tell(told);
    policy_counts_[policy.queue].add(policy.kind);
    note_queue(policy.queue);
    for (const ResourceIndex queue : policy.queues) note_queue(queue);
  }
}

// The queues in which something may have changed.
void World::note_queues(const BusEvent& event) {
  const EventCodeInfo& info = info_of(event.kind);
  if (info.declares) make_gauges();
  for (const ResourceIndex queue : event.queues) note_queue(queue);
  for (const ResourceIndex queue : event.left) note_queue(queue);
  if (info.moves) note_queue(event.resource);
}

void World::make_gauges() {
  while (gauges_.next() != bus_.broker().next_resource())
    gauges_.push_back(QueueGauge(scenario_.curve_every_ns));
}

void World::note_queue(ResourceIndex resource) {
  const Broker::Load load = bus_.broker().load(resource);
  gauges_[resource].note(scheduler_.now(), load.waiting, load.unacknowledged);
}

void World::on_component_receives(LinkIndex link) {
  Component& component = *components_[link];
  Notice notice = decode_notice(bus_.receive(link));
  if (auto* delivery = std::get_if<DeliveryNotice>(&notice)) {
    if (component.has_life && is_stale(component, *delivery)) return scheduler_.cancel_last();
    RunEvent event = happening(delivery->redelivered ? EventCode::kRedelivered : EventCode::kDelivered, link);
    event.resource_number = *component.streams;  // a program streams one resource
    event.message = &delivery->message;
    tell(event);
    component.traffic.note_delivered();
    component.machine.deliver(
        Delivered{std::move(delivery->message), delivery->tag.number(), delivery->redelivered});
    return;
  }
  if (auto* confirm = std::get_if<ConfirmNotice>(&notice)) {
    if (component.has_life && is_stale(component, *confirm->message)) return scheduler_.cancel_last();
    return on_confirm(link, *confirm);
  }
  const auto& [alias, message] = std::get<ReturnNotice>(notice);
  if (component.has_life && is_stale(component, *message)) return scheduler_.cancel_last();
  RunEvent event = happening(EventCode::kCameBack, link);
  event.resource_number = bus_.resource(link, alias);
  event.message = &message;
  tell(event);
  component.machine.on_return(message);
}

}  // namespace dse
