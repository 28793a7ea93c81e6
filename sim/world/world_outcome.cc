// The results of a world when its run is over.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "core/counted.h"
#include "core/printable.h"
#include "core/version.h"
#include "dse/hash.h"
#include "sim/scenario/drift_check.h"
#include "sim/scenario/fault_check.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/topology.h"
#include "sim/world/expectations.h"
#include "sim/world/harvest.h"
#include "sim/world/replica_metrics.h"
#include "sim/world/world.h"
#include "sim/world/world_component.h"

namespace dse {
namespace {

// Returns text such as "; waiting: generator-3, generator-4, ...", or "" when there are none.
std::string first_ids(std::string_view what, std::size_t count, const std::vector<MessagePtr>& first) {
  if (count == 0) return "";
  std::vector<std::string> ids;
  for (const MessagePtr& message : first) ids.push_back(printable_word(message->id()));
  return fmt::format("; {}: {}{}", what, fmt::join(ids, ", "), count > ids.size() ? ", ..." : "");
}

}  // namespace

// Whether a component that streamed it was stopped: what then waits there is not pending, as nobody is to do
// it.
bool World::is_left(ResourceIndex resource) const {
  return std::any_of(components_.begin(), components_.end(), [resource](const auto& component) {
    return component->streams == resource && component->has_life && component->life->stopped;
  });
}

// Called when nothing more can happen: reports work that is still pending, if any. Messages may rest in
// queues that the scenario's tables make and that nobody reads, such as dead letters, and in all queues where
// clients took part.
std::optional<std::string> World::find_stall() const {
  constexpr std::size_t kIdsShown = 3;
  std::string report;
  const Broker& broker = bus_.broker();
  std::set<std::string> resting = queues_from_the_start(scenario_);
  std::erase_if(resting, [&](const std::string& queue) { return !readers_of(scenario_, queue).empty(); });
  resting.merge(queues_led_into(scenario_));
  // Where clients took part, what waits may be theirs to take.
  const ResourceIndex end = door_ == nullptr ? broker.next_resource() : ResourceIndex();
  for (ResourceIndex resource; resource != end; ++resource) {
    const Broker::QueueState state = broker.queue_state(resource);
    if (state.depth == 0 && state.unacknowledged == 0) continue;
    if (state.streams == 0 && state.unacknowledged == 0 && is_left(resource)) continue;
    if (state.streams == 0 && state.unacknowledged == 0 && resting.contains(broker.name(resource))) continue;
    report +=
        fmt::format("  queue '{}': {} waiting, {} unacknowledged, {}{}{}\n", broker.name(resource),
                    state.depth, state.unacknowledged, counted(state.streams, "stream"),
                    first_ids("waiting", state.depth, broker.waiting(resource, kIdsShown)),
                    first_ids("unacknowledged", state.unacknowledged, broker.unsettled(resource, kIdsShown)));
  }
  const bool any_stuck = std::any_of(components_.begin(), components_.end(),
                                     [](const auto& component) { return component->machine.stuck(); });
  if (report.empty() && !any_stuck) return std::nullopt;
  for (const auto& component : components_) {
    report +=
        fmt::format("  component '{}' waits for {}; {} in its inbox\n", component->config.name,
                    component->machine.waits_for(), counted(component->machine.inbox_size(), "message"));
  }
  return report;
}

// Takes the snapshots due before `time_ns`; all events before that time have happened.
void World::take_snapshots_before(TimeNs time_ns) {
  while (!snapshots_due_.empty() && *snapshots_due_.begin() < time_ns) {
    strands_.wait_all();  // so that the learned states do not depend on the threads
    Measures& measures = result_.measured_by[*snapshots_due_.begin()];
    collect_metrics(measures);
    collect_curves(measures);
    snapshots_due_.erase(snapshots_due_.begin());
  }
  while (after_faults_.next_ns() < time_ns) {
    strands_.wait_all();
    Measures measures;
    collect_metrics(measures);
    collect_curves(measures);
    for (const TimeNs delay_ns : after_faults_.take_next())
      result_.measured_after_faults.insert_or_assign(delay_ns, measures);
  }
}

Measures World::measures() {
  strands_.wait_all();
  Measures measures;
  collect_metrics(measures);
  collect_curves(measures);
  return measures;
}

std::optional<std::size_t> World::depth(const std::string& resource) const {
  const std::optional<ResourceIndex> index = bus_.broker().find(resource);
  if (!index) return std::nullopt;
  return bus_.broker().queue_state(*index).depth;
}

std::optional<std::string> World::learned_state(const std::string& component) {
  strands_.wait_all();
  for (const auto& one : components_) {
    if (one->config.name == component) return one->app->save_state();
  }
  return std::nullopt;
}

std::optional<std::string> World::stuck() const {
  for (const auto& component : components_) {
    if (component->machine.started() && component->machine.stuck()) return component->config.name;
  }
  return std::nullopt;
}

void World::close_ledger() {
  ledger_->close({.time_ns = now(), .drained = drained(), .varied = last_arrivals()});
  result_.ledger = ledger_;
}

DataDigests World::data() const {
  DataDigests digests;
  for (const DataFile& file : data_files(scenario_)) {
    if (const auto digest = options_.datasets->digest_of(file.path)) digests[file.name] = *digest;
  }
  return digests;
}

// What waits for something outside this process gives up when the user has interrupted the run,
// which may be as late as here.
void World::note_interrupt() {
  result_.status = RunStatus::kInterrupted;
  result_.stall.clear();
}

void World::end_jobs() {
  try {
    strands_.wait_all();
  } catch (const Interrupted&) {
    note_interrupt();
  }
}

void World::finish_app(App& app) {
  try {
    app.finish();
  } catch (const Interrupted&) {
    note_interrupt();
  }
}

RunResult World::finish(RunStatus status) {
  const RunPositionGuard position(scheduler_.position());
  RunResult& result = result_;
  result.status = over_ ? RunStatus::kRefused : status;
  result.refused = refusals_.counts();
  result.seed = options_.seed;
  result.ordering = options_.ordering;
  if (result.status == RunStatus::kCompleted && drained()) {
    if (const std::optional<std::string> stall = find_stall()) {
      result.status = RunStatus::kStalled;
      result.stall = *stall;
    }
  }
  end_jobs();
  if (ledger_ != nullptr) close_ledger();
  for (const auto& component : components_) {
    if (component->crashed) continue;
    if (!component->has_life || !component->life->finished) finish_app(*component->app);
    if (const auto exited = component->machine.status(); exited && *exited != 0) {
      result.failed.emplace(component->config.name, *exited);
    }
  }
  result.virtual_time_ns = now();
  result.events = scheduler_.event_number();
  result.deliveries = fingerprinter_.hasher().deliveries();
  result.unroutable = bus_.broker().unroutable();
  static_cast<TrafficCounts&>(result) = traffic();
  result.faults = fault_counts();
  take_fingerprints(result);
  collect_metrics(result);
  collect_curves(result);
  add_confusion(scorer_, result.confusion);
  add_classes(scorer_, result.classes);
  for (const auto& [name, app] : apps_by_name()) {
    add_confusion(name, app->confusion(), result.confusion);
    add_classes(name, app->classes(), result.classes);
  }
  result.wrong_answers = scorer_.wrong_answers();
  result.occurrences = occurrences_.all();
  result.occurrences_left_out = occurrences_.left_out();
  result.latencies = latency_rows();
  if (options_.recorder != nullptr) finish_record(result);
  return std::move(result_);
}

TrafficCounts World::traffic() const {
  TrafficCounts so_far{.flows = flows(), .bound = {}, .passed = {}};
  for (const BindingSpec& binding : scenario_.bindings)
    so_far.passed.push_back(bus_.broker().passed(binding));
  for (const DataBus::Bound& one : bus_.bound()) {
    so_far.bound.push_back(one.binding);
    so_far.passed.push_back(bus_.broker().passed(one.binding) - one.passed_before);
  }
  return so_far;
}

std::vector<Flow> World::flows() const {
  std::vector<Flow> flows;
  const Broker& broker = bus_.broker();
  for (const auto& component : components_) {
    const std::string& name = component->config.name;
    const Traffic& traffic = component->traffic;
    for (const Traffic::Written& written : traffic.written()) {
      flows.push_back({.component = name,
                       .resource = broker.name(written.exchange),
                       .written = written.messages,
                       .unroutable = written.unroutable});
    }
    if (traffic.delivered() > 0 && component->streams) {
      flows.push_back({.component = name,
                       .resource = broker.name(*component->streams),
                       .delivered = traffic.delivered()});
    }
  }
  return flows;
}

std::vector<LatencyRow> World::latency_rows() const {
  std::vector<LatencyRow> rows;
  const auto add = [&rows](const std::string& component, std::string measure, const LatencyHistogram& times) {
    for (const LatencyHistogram::Bucket& bucket : times.buckets())
      rows.push_back({component, measure, static_cast<TimeNs>(bucket.largest), bucket.count});
  };
  for (const auto& component : components_) {
    const std::string& name = component->config.name;
    add(name, "latency", latencies_.of(component->link.index()));
    component->stays.visit(
        [&](std::string measure, const LatencyHistogram& times) { add(name, std::move(measure), times); });
  }
  return rows;
}

void World::take_fingerprints(RunResult& result) {
  Hasher& models = fingerprinter_.hasher().models();
  for (const auto& [name, app] : apps_by_name()) {
    if (!app->learns()) continue;
    models.add(std::string_view(name));
    app->hash_state(models);
  }
  result.fingerprints = fingerprinter_.hasher().fingerprints(random_.digest());
  if (component_fingerprints_ == nullptr) return;
  for (LinkIndex link; link != components_.next(); ++link) {
    const App& app = *components_[link]->app;
    if (app.learns()) app.hash_state(component_fingerprints_->models(link));
  }
  result.fingerprints_by_component =
      component_fingerprints_->fingerprints([this](const std::string& name) { return random_.digest(name); });
}

void World::finish_record(const RunResult& result) {
  RecordEnding ending;
  ending.run = {{"scenario", scenario_.name},
                {"scenario_hash", hex64(scenario_.hash)},
                {"version", version()},
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
  ending.components.insert(ending.components.end(), client_names_.begin(), client_names_.end());
  const Broker& broker = bus_.broker();
  for (ResourceIndex resource; resource != broker.next_resource(); ++resource)
    ending.resources.push_back(broker.name(resource));
  for (std::size_t number = 0; number < result.passed.size(); ++number) {
    const std::size_t of_scenario = scenario_.bindings.size();
    const BindingSpec& binding =
        number < of_scenario ? scenario_.bindings[number] : result.bound[number - of_scenario];
    ending.bindings.push_back(
        {binding, *broker.find(binding.from), *broker.find(binding.to), result.passed[number]});
  }
  for (const ConceptDrift& drift : scenario_.drifts) {
    ending.drifts.push_back({drift.name, drift_name(drift.kind), drift.components,
                             transition_name(drift.transition), drift.at_ns, drift.width_ns,
                             drift.period_ns});
  }
  for (const Fault& fault : scenario_.faults)
    ending.faults.push_back({fault.name, fault_name(fault.kind), fault.component});
  ending.model_states = model_states();
  ending.draws = random_.draws();
  options_.recorder->finish(ending);
}

// In name order, so that the order in the file does not matter.
std::map<std::string, const App*> World::apps_by_name() const {
  std::map<std::string, const App*> apps;
  for (const auto& component : components_) apps.emplace(component->config.name, component->app.get());
  return apps;
}

void World::save_models(const WriteFile& write) const {
  const auto warn = [this](const std::string& text) {
    if (options_.warn) options_.warn(text);
  };
  for (const auto& [name, app] : apps_by_name()) {
    try {
      if (const std::optional<std::string> state = app->save_state()) write(name + kLearnerEnding, *state);
    } catch (const Interrupted&) {
      warn(fmt::format(
          "what '{}' has learned is not saved: its program was ended when the run was interrupted", name));
    } catch (const NothingSaved& refusal) {
      warn(refusal.what());
    }
  }
}

// By time, then by name, so that the order in the file does not matter.
std::vector<ModelState> World::model_states() const {
  std::vector<ModelState> states;
  for (LinkIndex link; link != components_.next(); ++link) {
    std::vector<LearnedState> learned = components_[link]->app->states();
    if (const ComponentLife* life = components_[link]->life.get())
      learned.insert(learned.begin(), life->earlier_states.begin(), life->earlier_states.end());
    for (const LearnedState& state : learned) {
      states.push_back({.component = link,
                        .time_ns = state.time_ns,
                        .learned = state.learned,
                        .digest = state.digest,
                        .call = state.call});
    }
  }
  std::stable_sort(states.begin(), states.end(), [this](const ModelState& a, const ModelState& b) {
    return std::tie(a.time_ns, components_[a.component]->config.name) <
           std::tie(b.time_ns, components_[b.component]->config.name);
  });
  return states;
}

Measured World::measured(const Component& component) const {
  return {.config = component.config,
          .app = *component.app,
          .latencies = latencies_.of(component.link.index()),
          .stays = component.stays,
          .refused = refusals_.count(component.config.name)};
}

void World::collect_metrics(Measures& measures) const {
  for (const auto& component : components_) {
    const std::string& name = component->config.name;
    for (const Metric& metric : harvest_metrics(measured(*component)))
      measures.metrics[name + "." + metric.name] = metric.value;
    if (const auto count = unhandled(*component))
      measures.metrics[fmt::format("{}.{}", name, kUnhandled)] = static_cast<double>(*count);
    if (const ComponentLife* life = component->life.get()) {
      for (const MetricInfo& metric : metrics_of_life(component->config)) {
        const std::uint64_t count = metric.name == kRestarts ? life->restarts : life->forgotten;
        measures.metrics[name + "." + metric.name] = static_cast<double>(count);
      }
    }
  }
  add_metrics(scorer_, measures.metrics);
  add_sums_of_replicas(scenario_, measures.metrics);
  for (const auto& component : components_) {
    const std::string& replica_of = component->config.replica_of;
    if (replica_of.empty()) continue;
    if (const auto count = unhandled(*component)) {
      const auto [metric, is_first] =
          measures.metrics.try_emplace(fmt::format("{}.{}", replica_of, kUnhandled), *count);
      if (!is_first) metric->second += static_cast<double>(component->outstanding);
    }
  }
  collect_resource_metrics(measures);
}

// A scenario may have thousands of resources: in the order of their names, each metric is inserted
// right behind the previous one.
void World::collect_resource_metrics(Measures& measures) const {
  const Broker& broker = bus_.broker();
  std::vector<ResourceIndex> resources;
  for (ResourceIndex resource; resource != broker.next_resource(); ++resource) resources.push_back(resource);
  const auto before = [&broker](ResourceIndex a, ResourceIndex b) { return broker.name(a) < broker.name(b); };
  if (!std::is_sorted(resources.begin(), resources.end(), before))
    std::sort(resources.begin(), resources.end(), before);
  auto place = measures.metrics.end();
  for (const ResourceIndex resource : resources) {
    const QueueGauge& gauge = gauges_[resource];
    const Broker::QueueState state = broker.queue_state(resource);
    if (!has_metrics(resource)) continue;
    const std::string& resource_name = broker.name(resource);
    const auto add = [&](std::string_view metric, double value) {
      std::string name;
      name.reserve(resource_name.size() + metric.size());
      name.append(resource_name).append(metric);
      place = measures.metrics.insert_or_assign(place, std::move(name), value);
      ++place;
    };
    if (const auto counts = policy_counts_.find(resource); counts != policy_counts_.end()) {
      for (const auto& [metric, count] : counts->second.by_name())
        add(fmt::format(".{}", metric), static_cast<double>(count));
    }
    add(".max_depth", static_cast<double>(state.depth_max));
    add(".max_unacknowledged", static_cast<double>(gauge.max_unacknowledged()));
    add(".mean_depth", gauge.mean_depth(now()));
    add(".not_received", static_cast<double>(state.depth));
  }
}

// The number of messages that wait in the queue of a component that streams, plus those that were
// handed to it and not settled.
std::optional<std::size_t> World::unhandled(const Component& component) const {
  const Broker& broker = bus_.broker();
  std::optional<ResourceIndex> queue = component.streams;
  const std::optional<std::string> read = resource_read(component.config);
  if (!queue && read) queue = broker.find(*read);  // it has not opened its stream yet
  if (!queue) return std::nullopt;
  return broker.queue_state(*queue).depth + static_cast<std::size_t>(component.outstanding);
}

void World::collect_curves(Measures& measures) const {
  const auto add = [&measures](const std::string& name, const std::vector<CurvePoint>& curve) {
    for (const CurvePoint& point : curve)
      measures.curves.push_back({point.time_ns, name, point.metric, point.value});
  };
  for (const auto& component : components_) add(component->config.name, harvest_curve(measured(*component)));
  for (ResourceIndex resource; resource != gauges_.next(); ++resource)
    add(bus_.broker().name(resource), gauges_[resource].curve(now()));
  add_curves(scorer_, measures.curves);
  std::sort(measures.curves.begin(), measures.curves.end(), [](const CurveRow& a, const CurveRow& b) {
    return std::tie(a.time_ns, a.component, a.metric) < std::tie(b.time_ns, b.component, b.metric);
  });
}

}  // namespace dse
