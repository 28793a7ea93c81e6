#include "sim/world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/hash.h"
#include "sim/expectations.h"
#include "sim/faults.h"
#include "sim/link_layers.h"

namespace dse {

struct World::Component {
  const ComponentConfig& config;
  std::uint64_t name_hash;
  bool is_model;
  std::unique_ptr<App> app;
  InprocLink link;
  LinkLayers layers;
  Machine machine;
  LatencyHistogram latencies;
  bool crashed = false;

  Component(const ComponentConfig& component, std::unique_ptr<App> application, InprocLink::Parts parts,
            const std::vector<FaultConfig>& faults, Ledger* ledger)
      : config(component),
        name_hash(hash_text(component.name)),
        is_model(std::holds_alternative<ModelConfig>(component.kind)),
        app(std::move(application)),
        link(parts),
        layers(link_layers(link, parts.index, component, faults, ledger)),
        machine(component.name, layers.empty() ? static_cast<Link&>(link) : *layers.back()) {
    if (ledger == nullptr) return;
    machine.set_on_handle([ledger, index = parts.index](const Delivered& delivery) {
      ledger->note_delivery(index, *delivery.message, delivery.redelivered);
    });
  }
};

namespace {

static_assert(static_cast<int>(RecordKind::kDeclared) == static_cast<int>(BusEventKind::kDeclared) &&
                  static_cast<int>(RecordKind::kClosed) == static_cast<int>(BusEventKind::kClosed),
              "what happens on the bus is recorded under the same number");

// A digest takes as long as a dozen batches of a small learner: often enough to say where to look, no more.
constexpr std::size_t kBatchesBetweenStates = 16;

unsigned job_cost(const ComponentConfig& component) {
  const auto* model = std::get_if<ModelConfig>(&component.kind);
  return model == nullptr ? 0 : relative_training_cost(model->learner);
}

// "; waiting: generator-3, generator-4, ...", or nothing when there are none.
std::string first_ids(std::string_view what, std::size_t count, const std::vector<MessagePtr>& first) {
  if (count == 0) return "";
  std::vector<std::string_view> ids;
  for (const MessagePtr& message : first) ids.push_back(message->id());
  return fmt::format("; {}: {}{}", what, fmt::join(ids, ", "), count > ids.size() ? ", ..." : "");
}

}  // namespace

World::World(const Scenario& scenario, const WorldOptions& options, OpenLines open_lines)
    : scenario_(scenario),
      options_(options),
      random_(options.seed),
      scheduler_(options.seed),
      bus_(scenario.components.size()),
      scorer_(scenario.curve_every_ns),
      ledger_(make_ledger(scenario)),
      snapshots_due_(snapshot_times(scenario)),
      strands_(options.threads) {
  if (options_.datasets == nullptr) options_.datasets = std::make_shared<DatasetCache>();
  ComponentFactory factory(
      {.scenario = scenario,
       .random = random_,
       .datasets = *options_.datasets,
       .note_state_every = options_.recorder == nullptr ? 0 : kBatchesBetweenStates,
       .open_lines = open_lines,
       .truth = [this](const std::string& id, int label) { scorer_.add_truth(id, label); },
       .verdict_of = [this](const std::string& name) -> TruthSink {
         return [this, name](const std::string& id, int label) {
           scorer_.score(scheduler_.now(), {.component = name, .message_id = id, .label = label});
         };
       }});
  for (const ComponentConfig& config : scenario.components) {
    std::unique_ptr<App> app = options_.make_app ? options_.make_app(config) : nullptr;
    if (app == nullptr) app = factory.make(config);
    const LinkIndex link = bus_.attach();
    components_.push_back(
        std::make_unique<Component>(config, std::move(app),
                                    InprocLink::Parts{link, bus_.component_end(link), scheduler_, strands_,
                                                      scenario.latency_ns, job_cost(config)},
                                    scenario.faults, ledger_.get()));
  }
  if (options_.recorder != nullptr) {
    scheduler_.trace_causes();
    predictions_ = open_lines("predictions.csv");
    predictions_("virtual_time_ns,model,message,answers,label,confidence,truth");
  }
  if (options_.ordering != 0) {
    std::vector<std::string> names;
    for (const ComponentConfig& config : scenario.components) names.push_back(config.name);
    scheduler_.break_ties(TieBreak(options_.ordering, names));
  }
  wire();
}

World::~World() = default;

void World::wire() {
  for (const std::string& resource : resource_names(scenario_)) bus_.broker().declare(resource);
  for (const BindingSpec& binding : scenario_.bindings) bus_.broker().bind(binding);
  // A crash comes before everything else of its time, a start included.
  for (const FaultConfig& fault : scenario_.faults) {
    if (fault.kind != FaultKind::kCrash) continue;
    for (LinkIndex link = 0; link < components_.size(); ++link) {
      if (components_[link]->config.name != fault.component) continue;
      scheduler_.schedule(fault.at_ns, EventKind::kCrash, link, EventPriority::kControl);
    }
  }
  // Of components that start at one time, those that stream come first: a queue exists only from the moment
  // somebody streams it, and the first message should find it.
  for (const bool streams : {true, false}) {
    for (LinkIndex link = 0; link < components_.size(); ++link) {
      const ComponentConfig& config = components_[link]->config;
      if (resource_read(config).has_value() == streams) {
        scheduler_.schedule(config.start_ns, EventKind::kStart, link, EventPriority::kControl);
      }
    }
  }
}

RunResult World::run(const std::atomic<bool>& interrupted, const ProgressSink& progress) {
  constexpr std::uint64_t kEventsBetweenProgress = 1 << 15;
  const RunPositionGuard position(scheduler_.position());
  const std::optional<TimeNs>& until = scenario_.until_ns;
  RunResult result;
  result.seed = options_.seed;
  result.ordering = options_.ordering;
  while (!scheduler_.empty()) {
    if (!snapshots_due_.empty()) take_due_snapshots(result);
    if (until && scheduler_.next_time_ns() > *until) {
      scheduler_.advance_to(*until);
      break;
    }
    if (interrupted.load(std::memory_order_relaxed)) {
      result.status = RunStatus::kInterrupted;
      break;
    }
    const TimeNs before_ns = scheduler_.now();
    const Event event = scheduler_.pop();
    events_at_this_time_ = event.time_ns == before_ns ? events_at_this_time_ + 1 : 0;
    if (events_at_this_time_ > options_.events_at_one_time_max) fail_for_endless_loop(event);
    dispatch(event);
    if (scheduler_.event_number() % kEventsBetweenProgress == 0)
      progress(scheduler_.now(), scheduler_.event_number());
  }
  if (scheduler_.empty()) {
    if (const std::optional<std::string> stall = find_stall()) {
      result.status = RunStatus::kStalled;
      result.stall = *stall;
    }
  }
  finish(result);
  return result;
}

void World::fail_for_endless_loop(const Event& event) const {
  throw RunError(
      fmt::format("more than {} events at {}: component '{}' goes round in a loop that takes no time",
                  options_.events_at_one_time_max, format_duration(event.time_ns),
                  components_[event.target]->config.name));
}

void World::dispatch(const Event& event) {
  Component& component = *components_[event.target];
  switch (event.kind) {
    case EventKind::kStart:
      if (component.machine.ended()) return;  // it crashed before
      note({.kind = RecordKind::kStarted, .component = event.target});
      return component.machine.start(component.app->program());
    case EventKind::kBusReceives:
      return on_bus_receives(event.target);
    case EventKind::kComponentReceives:
      return on_component_receives(event.target);
    case EventKind::kTimer:
      record({.kind = RecordKind::kTimer, .component = event.target});
      return component.machine.resume();
    case EventKind::kResult:
      record({.kind = RecordKind::kResult, .component = event.target});
      component.link.wait_for_result();
      return component.machine.resume();
    case EventKind::kCrash:
      return on_crash(event.target);
  }
}

void World::note(const Happening& happening) {
  const std::uint64_t resource_hash =
      happening.resource == kNoResource ? 0 : bus_.broker().name_hash(happening.resource);
  record_.add({.time_ns = scheduler_.now(),
               .kind = happening.kind,
               .component_hash = components_[happening.component]->name_hash,
               .resource_hash = resource_hash,
               .message_id_hash = happening.message == nullptr ? 0 : (*happening.message)->id_hash()});
  record(happening);
}

void World::record(const Happening& happening) {
  if (options_.recorder == nullptr) return;
  options_.recorder->add({.number = scheduler_.event_number(),
                          .cause = scheduler_.last_cause(),
                          .time_ns = scheduler_.now(),
                          .kind = happening.kind,
                          .component = happening.component,
                          .resource = happening.resource,
                          .route = options_.recorder->route(happening.queues),
                          .message = happening.message == nullptr ? MessagePtr() : *happening.message});
}

void World::on_crash(LinkIndex link) {
  Component& component = *components_[link];
  if (component.machine.ended()) return;
  component.crashed = true;
  note({.kind = RecordKind::kCrashed, .component = link});
  component.machine.crash(kCrashStatus);
}

void World::on_bus_receives(LinkIndex link) {
  const BusEvent event = bus_.serve(link);
  const Component& component = *components_[link];
  note({.kind = static_cast<RecordKind>(event.kind),
        .component = link,
        .resource = event.resource,
        .message = event.message ? &event.message : nullptr,
        .queues = event.queues});
  if (ledger_ != nullptr) ledger_->note_arrival(link, event);
  const TimeNs arrival_ns = add_time(scheduler_.now(), scenario_.latency_ns);
  for (LinkIndex notified : event.notified) {
    scheduler_.schedule(arrival_ns, EventKind::kComponentReceives, notified);
  }
  const bool published = event.kind == BusEventKind::kPublished || event.kind == BusEventKind::kUnroutable ||
                         event.kind == BusEventKind::kReturned;
  if (component.is_model && published) note_prediction(component, *event.message);
}

void World::note_prediction(const Component& component, const Message& message) {
  record_.add_prediction(message);
  if (const std::int64_t* label = message.headers().find_integer("label")) {
    scorer_.score(
        scheduler_.now(),
        {.component = component.config.name, .message_id = message.correlation_id(), .label = *label});
  }
  if (predictions_) write_prediction(message);
}

void World::write_prediction(const Message& prediction) {
  const auto header = [&prediction](std::string_view name) {
    const HeaderValue* value = prediction.headers().find(name);
    return value == nullptr ? "" : to_text(*value);
  };
  const std::optional<int> truth = scorer_.truth(prediction.correlation_id());
  predictions_(fmt::format("{},{},{},{},{},{},{}", scheduler_.now(), prediction.app_id(), prediction.id(),
                           prediction.correlation_id(), header("label"), header("confidence"),
                           truth ? fmt::format("{}", *truth) : ""));
}

void World::on_component_receives(LinkIndex link) {
  Component& component = *components_[link];
  Notice notice = decode_notice(bus_.component_end(link).receive());
  if (auto* delivery = std::get_if<DeliveryNotice>(&notice)) {
    const Message& message = *delivery->message;
    note({.kind = delivery->redelivered ? RecordKind::kRedelivered : RecordKind::kDelivered,
          .component = link,
          .resource = bus_.resource(link, delivery->alias),
          .message = &delivery->message});
    record_.add_delivered_payload(message);
    component.latencies.add(scheduler_.now() - message.timestamp());
    component.machine.deliver(Delivered{std::move(delivery->message), delivery->tag, delivery->redelivered});
    return;
  }
  const auto& [alias, message] = std::get<ReturnNotice>(notice);
  note({.kind = RecordKind::kCameBack,
        .component = link,
        .resource = bus_.resource(link, alias),
        .message = &message});
  component.machine.on_return(message);
}

// Nothing can happen any more; is anything left to do?
std::optional<std::string> World::find_stall() const {
  constexpr std::size_t kIdsShown = 3;
  std::string report;
  const Broker& broker = bus_.broker();
  for (ResourceIndex resource = 0; resource < broker.resource_count(); ++resource) {
    const Broker::QueueState state = broker.queue_state(resource);
    if (state.depth == 0 && state.unacknowledged == 0) continue;
    report +=
        fmt::format("  queue '{}': {} waiting, {} unacknowledged, {} streams{}{}\n", broker.name(resource),
                    state.depth, state.unacknowledged, state.streams,
                    first_ids("waiting", state.depth, broker.waiting(resource, kIdsShown)),
                    first_ids("unacknowledged", state.unacknowledged, broker.unsettled(resource, kIdsShown)));
  }
  const bool any_stuck = std::any_of(components_.begin(), components_.end(),
                                     [](const auto& component) { return component->machine.stuck(); });
  if (report.empty() && !any_stuck) return std::nullopt;
  for (const auto& component : components_) {
    report += fmt::format("  component '{}' waits for {}; {} messages in its inbox\n", component->config.name,
                          component->machine.waits_for(), component->machine.inbox_size());
  }
  return report;
}

// The clock is about to pass these times.
void World::take_due_snapshots(RunResult& result) {
  while (!snapshots_due_.empty() && scheduler_.next_time_ns() > *snapshots_due_.begin()) {
    strands_.wait_all();  // so that what is learned does not depend on the threads
    Measures& measures = result.measured_by[*snapshots_due_.begin()];
    collect_metrics(measures);
    collect_curves(measures);
    snapshots_due_.erase(snapshots_due_.begin());
  }
}

void World::close_ledger(RunResult& result) {
  Ledger::End end{.time_ns = scheduler_.now(), .drained = scheduler_.empty(), .held = {}};
  const Broker& broker = bus_.broker();
  for (ResourceIndex resource = 0; resource < broker.resource_count(); ++resource) {
    std::set<std::string>& ids = end.held[broker.name(resource)];
    for (const MessagePtr& message : broker.waiting(resource)) ids.insert(message->id());
    for (const MessagePtr& message : broker.unsettled(resource)) ids.insert(message->id());
  }
  ledger_->close(std::move(end));
  result.ledger = ledger_;
}

void World::finish(RunResult& result) {
  strands_.wait_all();
  if (ledger_ != nullptr) close_ledger(result);
  for (const auto& component : components_) {
    if (component->crashed) continue;
    component->app->finish();
    if (const auto status = component->machine.status(); status && *status != 0) {
      result.failed.emplace(component->config.name, *status);
    }
  }
  for (const auto& [name, model] : models()) {
    record_.models().add(std::string_view(name));
    model->hash_state(record_.models());
  }
  result.virtual_time_ns = scheduler_.now();
  result.events = scheduler_.event_number();
  result.deliveries = record_.deliveries();
  result.unroutable = bus_.broker().unroutable();
  result.fingerprints = record_.fingerprints(random_.digest());
  collect_metrics(result);
  collect_curves(result);
  if (options_.recorder != nullptr) finish_record(result);
}

void World::finish_record(const RunResult& result) {
  RecordEnding ending;
  ending.run = {{"scenario", scenario_.name},
                {"scenario_hash", hex64(scenario_.file_hash)},
                {"version", DSE_VERSION},
                {"seed", fmt::format("{}", options_.seed)},
                {"ordering", fmt::format("{}", options_.ordering)},
                {"status", status_name(result.status)},
                {"events", fmt::format("{}", result.events)},
                {"virtual_time_ns", fmt::format("{}", result.virtual_time_ns)},
                {"fingerprint_events", result.fingerprints.events},
                {"fingerprint_payload", result.fingerprints.payload},
                {"fingerprint_draws", result.fingerprints.draws},
                {"fingerprint_predictions", result.fingerprints.predictions},
                {"fingerprint_models", result.fingerprints.models}};
  for (const auto& component : components_) ending.components.push_back(component->config.name);
  const Broker& broker = bus_.broker();
  for (ResourceIndex resource = 0; resource < broker.resource_count(); ++resource)
    ending.resources.push_back(broker.name(resource));
  ending.model_states = model_states();
  ending.draws = random_.draws();
  options_.recorder->finish(ending);
}

// In name order, so that the order in the file does not matter.
std::map<std::string, const Model*> World::models() const {
  std::map<std::string, const Model*> models;
  for (const auto& component : components_) {
    if (const auto* model = dynamic_cast<const Model*>(component->app.get())) {
      models.emplace(component->config.name, model);
    }
  }
  return models;
}

void World::save_models(const WriteFile& write) const {
  for (const auto& [name, model] : models()) write(name + ".learner", model->saved_learner());
}

// By time, then by name, so that the order in the file does not matter.
std::vector<ModelState> World::model_states() const {
  std::vector<ModelState> states;
  for (LinkIndex link = 0; link < components_.size(); ++link) {
    const auto* model = dynamic_cast<const Model*>(components_[link]->app.get());
    if (model == nullptr) continue;
    for (const Model::State& state : model->states()) {
      states.push_back(
          {.component = link, .time_ns = state.time_ns, .learned = state.learned, .digest = state.digest});
    }
  }
  std::stable_sort(states.begin(), states.end(), [this](const ModelState& a, const ModelState& b) {
    return std::tie(a.time_ns, components_[a.component]->config.name) <
           std::tie(b.time_ns, components_[b.component]->config.name);
  });
  return states;
}

void World::collect_metrics(Measures& measures) const {
  for (const auto& component : components_) {
    const std::string& name = component->config.name;
    for (const Metric& metric : component->app->metrics())
      measures.metrics[name + "." + metric.name] = metric.value;
    for (const auto& [suffix, permille] :
         {std::pair("latency_p50_ns", 500), std::pair("latency_p99_ns", 990)}) {
      const auto value = component->latencies.quantile(static_cast<std::uint64_t>(permille));
      if (value) measures.metrics[fmt::format("{}.{}", name, suffix)] = static_cast<double>(*value);
    }
  }
  for (const auto& [name, accuracy] : scorer_.accuracies())
    measures.metrics[name + ".accuracy"] = *accuracy.value();
  const Broker& broker = bus_.broker();
  for (ResourceIndex resource = 0; resource < broker.resource_count(); ++resource) {
    measures.metrics[broker.name(resource) + ".max_depth"] =
        static_cast<double>(broker.queue_state(resource).depth_max);
  }
}

void World::collect_curves(Measures& measures) const {
  for (const auto& component : components_) {
    for (const CurvePoint& point : component->app->curve()) {
      measures.curves.push_back({point.time_ns, component->config.name, point.metric, point.value});
    }
  }
  for (const auto& [name, accuracy] : scorer_.accuracies()) {
    for (const Accuracy::Point& point : accuracy.curve()) {
      measures.curves.push_back({point.time_ns, name, "accuracy", point.value});
    }
  }
  std::sort(measures.curves.begin(), measures.curves.end(), [](const CurveRow& a, const CurveRow& b) {
    return std::tie(a.time_ns, a.component, a.metric) < std::tie(b.time_ns, b.component, b.metric);
  });
}

}  // namespace dse
