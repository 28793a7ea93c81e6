#include "sim/simulation/simulation_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/names.h"
#include "sim/scenario/drift_check.h"
#include "sim/scenario/expectation_check.h"
#include "sim/scenario/fault_check.h"
#include "sim/scenario/key_rules.h"

namespace dse {

void Simulation::State::require_open(std::string_view what) const {
  if (running) {
    throw UsageError(fmt::format(
        "{} from a callback or an observer of the same simulation: call it when the step is over", what));
  }
  if (result) {
    throw UsageError(
        fmt::format("{} after run(): the run is over; make another simulation, or do it before", what));
  }
}

void Simulation::State::require_sound(std::string_view what) const {
  require_open(what);
  if (failed) {
    throw UsageError(
        fmt::format("{} after something was thrown while the simulation ran: it cannot go on; "
                    "make another",
                    what));
  }
}

void Simulation::State::require_unwired(std::string_view what) const {
  require_open(what);
  if (world != nullptr) {
    throw UsageError(
        fmt::format("{} after the first step: put everything in before the simulation is driven", what));
  }
}

bool Simulation::State::has_component(const std::string& name) const {
  return std::any_of(scenario.components.begin(), scenario.components.end(),
                     [&](const ComponentConfig& one) { return one.name == name; });
}

// What is in the file was checked when it was read; what was added in code can be checked only now that
// everything is there.
void Simulation::State::check_against_scenario() const {
  for (std::size_t i = 0; i < scenario.drifts.size(); ++i) {
    check_drift(scenario.drifts[i], scenario, [i](const std::string& key) {
      return InputPlace{.key = fmt::format("drift.{}.{}", i, key)};
    });
  }
  for (std::size_t i = 0; i < scenario.faults.size(); ++i)
    check_fault(scenario.faults[i], scenario, {.key = fmt::format("fault.{}", i)});
  for (std::size_t i = 0; i < scenario.expectations.size(); ++i) {
    check_expectation(scenario.expectations[i], scenario, [i](const std::string& key) {
      return InputPlace{.key = fmt::format("expect.{}{}{}", i, key.empty() ? "" : ".", key)};
    });
  }
}

std::unique_ptr<World> Simulation::State::make_world(const OpenLines& open_lines) const {
  as_usage([this] { check_against_scenario(); });
  return std::make_unique<World>(scenario,
                                 WorldOptions{.events_at_one_time_max = options.events_at_one_time_max,
                                              .seed = options.seed.value_or(scenario.seed),
                                              .threads = options.threads,
                                              .ordering = options.ordering,
                                              .datasets = datasets,
                                              .observers = observers},
                                 open_lines);
}

World& Simulation::State::driven(std::string_view what) {
  require_sound(what);
  if (world != nullptr) return *world;
  driver_name = kDriverName;
  for (int number = 2; has_component(driver_name); ++number)
    driver_name = fmt::format("{}-{}", kDriverName, number);
  driver = scenario.components.size();
  scenario.components.push_back(
      {.name = driver_name, .kind = kDriverName, .component = make_driver(traffic)});
  observers.push_back(&tap);
  guarded([this] { wire(); });
  return *world;
}

void Simulation::State::require_resource(std::string_view what, const std::string& resource) const {
  require_sound(what);
  if (world != nullptr && world->depth(resource)) return;
  const std::vector<std::string> names = resource_names(scenario);
  if (world == nullptr && std::find(names.begin(), names.end(), resource) != names.end()) return;
  throw UsageError(fmt::format("nobody writes, binds or streams a resource '{}'{}", resource,
                               suggestion(resource, names)));
}

void Simulation::State::require_metric(std::string_view what, const std::string& name) const {
  require_sound(what);
  if (find_metric(scenario, name)) return;
  throw UsageError(fmt::format("no component or resource has a metric '{}'{}", name,
                               suggestion(name, metric_names(scenario))));
}

void Simulation::State::require_going_on(std::string_view what) const {
  if (world->over()) {
    throw UsageError(fmt::format(
        "{} at {}, when the run is over: a component whose on_refused is \"end\" has refused a "
        "message, or has done what its user may not; read what there is, or make another simulation",
        what, format_duration(world->now())));
  }
}

void Simulation::State::step_to(TimeNs time_ns) {
  guarded([&] {
    if (!world->advance_to(time_ns, interrupted(), no_progress) && interrupted()) throw Interrupted();
    require_moving();
  });
}

void Simulation::State::require_moving() const {
  if (const std::optional<std::string> name = world->stuck()) {
    throw UsageError(
        fmt::format("the program of '{}' stands still at {}: a callback of it returned without "
                    "calling next() or eval(), one of which must end it",
                    *name, format_duration(world->now())));
  }
}

void Simulation::State::write(MessageFields&& fields, DriverTraffic::Target target) {
  as_usage([&] { check_resource_name(target.resource, {.key = "write"}); });
  World& open = driven("write()");
  require_going_on("write()");
  if (const std::string reason = why_refused(*fields.more); !reason.empty())
    throw UsageError(fmt::format("write() got a message that no broker takes: {}", reason));
  if (fields.id.empty()) fields.id = fmt::format("{}-{}", driver_name, written);
  ++written;
  if (fields.app_id.empty()) fields.app_id = driver_name;
  if (fields.timestamp == kNoTimestamp) fields.timestamp = open.now();
  traffic->targets.push_back(std::move(target));
  open.import(driver, make_message(std::move(fields)), open.now());
}

}  // namespace dse
