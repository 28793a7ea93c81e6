#include "dse/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "core/names.h"
#include "sim/scenario/binding_check.h"
#include "sim/scenario/drift_check.h"
#include "sim/scenario/fault_check.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/simulation/simulation_state.h"
#include "sim/world/expectations.h"
#include "sim/world/processor.h"

namespace dse {
namespace {

constexpr TimeNs kLastNs = INT64_MAX - 1;

void check(const SimulationOptions& options) {
  require_processor();
  if (options.latency_ns < 0) throw UsageError("latency_ns is negative: a hop takes 0 or more ns");
  if (options.varied_latency && !options.varied_latency->mistake().empty())
    throw UsageError("varied_latency " + options.varied_latency->mistake());
  if (options.heartbeat_ns < 0 || options.heartbeat_ns > kHeartbeatMaxNs)
    throw UsageError("heartbeat_ns is out of range: give 0, for none, to 65535 s");
  if (options.curve_every_ns <= 0) throw UsageError("curve_every_ns must be more than nothing");
  if (options.threads == 0) throw UsageError("threads is 0: the calling thread is one of them");
  if (options.until_ns && *options.until_ns < 0)
    throw UsageError("until_ns is negative: a run begins at 0, and ends then or later");
}

void check(const Fault& fault) {
  if (const std::string mistake = fault_mistake(fault); !mistake.empty()) throw UsageError(mistake);
}

}  // namespace

Simulation::Simulation(SimulationOptions options) : state_(std::make_unique<State>()) {
  check(options);
  state_->scenario.path = "simulation";
  state_->scenario.name = "simulation";
  state_->scenario.latency_ns = options.latency_ns;
  state_->scenario.varied_latency = options.varied_latency;
  state_->scenario.heartbeat_ns = options.heartbeat_ns;
  state_->scenario.curve_every_ns = options.curve_every_ns;
  state_->scenario.until_ns = options.until_ns;
  state_->options = std::move(options);
}
Simulation::Simulation(std::unique_ptr<State> state) : state_(std::move(state)) {}
Simulation::~Simulation() = default;
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;

Simulation Simulation::from_file(const std::string& path, const Tables& tables, SimulationOptions options,
                                 const std::vector<std::string>& settings) {
  check(options);
  std::error_code ignored;  // the reader reports a missing file
  if (std::filesystem::is_fifo(path, ignored))
    throw InputError({.file = path}, "is a pipe, which may keep the program waiting: name an ordinary file");
  auto state = std::make_unique<State>();
  state->scenario = read_scenario(path, tables, settings);
  if (options.ordering == 0) options.ordering = state->scenario.ordering;
  if (options.until_ns) state->scenario.until_ns = options.until_ns;
  state->options = std::move(options);
  return Simulation(std::move(state));
}

const std::string& Simulation::name() const { return state_->scenario.name; }

std::uint64_t Simulation::seed() const { return state_->options.seed.value_or(state_->scenario.seed); }

void Simulation::check_data() {
  state_->require_unwired("check_data()");
  state_->make_world(no_files());
}

Simulation& Simulation::add(const std::string& name, std::shared_ptr<const Component> component,
                            TimeNs start_ns) {
  state_->require_unwired("add()");
  if (component == nullptr) throw UsageError(fmt::format("the component '{}' is null", name));
  as_usage([&] {
    const InputPlace place{.key = name};
    check_component_name(name, place);
    check_ports(*component, place);
  });
  if (name == kDriverName || state_->has_component(name)) {
    throw UsageError(fmt::format("the name '{}' is taken{}: give the component another", name,
                                 name == kDriverName ? " by the test driver" : ""));
  }
  if (start_ns < 0)
    throw UsageError(fmt::format("'{}' cannot start before the run: give 0 or more ns", name));
  state_->scenario.components.push_back(
      {.name = name, .start_ns = start_ns, .kind = "code", .component = std::move(component)});
  return *this;
}

Simulation& Simulation::add(const std::string& name, Program program, Ports ports, TimeNs start_ns) {
  return add(name, make_component(std::move(program), {.ports = std::move(ports)}), start_ns);
}

Simulation& Simulation::add(const std::string& name, MakeApp make, Ports ports, TimeNs start_ns) {
  return add(name, make_component(std::move(make), {.ports = std::move(ports)}), start_ns);
}

Simulation& Simulation::bind(BindingSpec binding) {
  state_->require_unwired("bind()");
  as_usage([&] { check_binding(binding, {.key = "binding"}); });
  state_->scenario.bindings.push_back(std::move(binding));
  return *this;
}

Simulation& Simulation::set_prefetch(const std::string& resource, std::uint32_t prefetch) {
  state_->require_unwired("set_prefetch()");
  as_usage([&] { check_resource_name(resource, {.key = "set_prefetch"}); });
  if (prefetch > UINT16_MAX)
    throw UsageError(
        fmt::format("a prefetch of {} is more than brokers have: give 0 to {}", prefetch, UINT16_MAX));
  state_->scenario.resources[resource].prefetch = prefetch;
  return *this;
}

Simulation& Simulation::inject(Fault fault) {
  state_->require_unwired("inject()");
  check(fault);
  state_->scenario.faults.push_back(std::move(fault));
  return *this;
}

Simulation& Simulation::plant(ConceptDrift drift) {
  state_->require_unwired("plant()");
  if (const DriftMistake mistake = drift_mistake(drift); !mistake.text.empty())
    throw UsageError(fmt::format("plant() got a drift whose {} {}", mistake.key, mistake.text));
  if (drift.components.empty()) throw UsageError("plant() got a drift of no component: name at least one");
  std::vector<ConceptDrift>& drifts = state_->scenario.drifts;
  if (drift.place.key.empty()) drift.place.key = fmt::format("drift.{}", drifts.size());
  drifts.push_back(std::move(drift));
  return *this;
}

Simulation& Simulation::expect(Expectation expectation) {
  state_->require_unwired("expect()");
  state_->scenario.expectations.push_back(std::move(expectation));
  return *this;
}

Simulation& Simulation::observe(Observer& observer) {
  state_->require_unwired("observe()");
  state_->observers.push_back(&observer);
  return *this;
}

void Simulation::write(const std::string& resource, MessageFields fields) {
  state_->write(std::move(fields), {.resource = resource});
}

void Simulation::write_confirmed(const std::string& resource, MessageFields fields) {
  state_->write(std::move(fields), {.resource = resource, .confirm = true});
}

std::vector<Simulation::Confirm> Simulation::take_confirms() {
  state_->driven("take_confirms()");
  return std::exchange(state_->traffic->confirms, {});
}

void Simulation::advance_by(TimeNs duration_ns) {
  if (duration_ns < 0) throw UsageError("advance_by() takes 0 or more ns: the clock only goes on");
  advance_to(add_time(now(), duration_ns));
}

void Simulation::advance_to(TimeNs time_ns) {
  World& world = state_->driven("advance_to()");
  if (time_ns < world.now()) {
    throw UsageError(fmt::format("advance_to({}) is in the past: it is {} already",
                                 format_duration(std::max<TimeNs>(time_ns, 0)),
                                 format_duration(world.now())));
  }
  if (time_ns > kLastNs) {
    throw UsageError(
        fmt::format("advance_to() goes no further than {} ns: drain() handles all that there is", kLastNs));
  }
  state_->require_going_on("advance_to()");
  state_->step_to(time_ns);
}

void Simulation::drain() {
  World& world = state_->driven("drain()");
  const TimeNs until_ns = std::min(state_->scenario.until_ns.value_or(kLastNs), kLastNs);
  for (auto next = world.next_time_ns(); next && *next <= until_ns && !world.over();
       next = world.next_time_ns()) {
    state_->step_to(*next);
  }
}

TimeNs Simulation::now() const { return state_->world == nullptr ? 0 : state_->world->now(); }

bool Simulation::failed() const { return state_->failed; }

std::vector<MessagePtr> Simulation::read(const std::string& resource) {
  state_->require_resource("read()", resource);
  state_->driven("read()");
  return state_->tap.take(resource);
}

std::size_t Simulation::depth(const std::string& resource) {
  state_->require_resource("depth()", resource);
  const World& world = state_->driven("depth()");
  return *world.depth(resource);
}

std::optional<double> Simulation::metric(const std::string& name) {
  if (state_->world == nullptr) state_->require_metric("metric()", name);
  const std::map<std::string, double> all = metrics();
  if (const auto found = all.find(name); found != all.end()) return found->second;
  state_->require_metric("metric()", name);
  return std::nullopt;
}

std::map<std::string, double> Simulation::metrics() {
  World& world = state_->driven("metrics()");
  return state_->guarded([&] { return world.measures().metrics; });
}

std::optional<std::string> Simulation::learned_state(const std::string& component) {
  state_->require_sound("learned_state()");
  if (!state_->has_component(component))
    throw UsageError(fmt::format("there is no component '{}'", component));
  World& world = state_->driven("learned_state()");
  return state_->guarded([&] { return world.learned_state(component); });
}

RunResult Simulation::run() {
  state_->require_sound("run()");
  state_->result = state_->guarded([this] {
    if (state_->world == nullptr) state_->wire();
    return state_->world->run(state_->interrupted(), no_progress);
  });
  return *state_->result;
}

std::vector<ExpectationOutcome> Simulation::expectations() const {
  if (state_->failed)
    throw UsageError("expectations() of a simulation that something was thrown in: nothing has come out");
  if (!state_->result) throw UsageError("expectations() before run(): nothing has come out yet");
  std::vector<ExpectationOutcome> outcomes;
  for (const ExpectationResult& one : check_expectations(state_->scenario, *state_->result))
    outcomes.push_back({expectation_text(one), one.as_planned()});
  return outcomes;
}

}  // namespace dse
