// Worlds of a few components whose programs a test writes.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dse/plain_component.h"
#include "kinds/echo.h"
#include "kinds/ensemble.h"
#include "kinds/gateway_export.h"
#include "kinds/gateway_import.h"
#include "kinds/model.h"
#include "kinds/production_source.h"
#include "kinds/training_generator.h"
#include "kinds/watch.h"
#include "learn/built_in_learners.h"
#include "sim/world/world.h"

// Those of the built-in kinds, made of their options.
inline std::shared_ptr<const dse::Component> component_of(const dse::GeneratorOptions& options) {
  return dse::make_training_generator(options);
}
inline std::shared_ptr<const dse::Component> component_of(const dse::SourceOptions& options) {
  return dse::make_production_source(options);
}
inline std::shared_ptr<const dse::Component> component_of(const dse::ModelOptions& options) {
  return dse::make_model(options);
}
inline std::shared_ptr<const dse::Component> component_of(const dse::ExportOptions& options) {
  return dse::make_gateway_export(options);
}
inline std::shared_ptr<const dse::Component> component_of(const dse::ImportOptions& options) {
  return dse::make_gateway_import(options);
}
inline std::shared_ptr<const dse::Component> component_of(std::shared_ptr<const dse::Component> component) {
  return component;
}
inline dse::LearnerInfo built_in_learner(const std::string& name) {
  return *dse::built_in_learners().find(name);
}

// A scenario under construction, and what a run of it keeps.
struct SmallWorld {
  dse::Scenario scenario;
  dse::WorldOptions options;
  std::atomic<bool> interrupted{false};
  std::map<std::string, std::vector<std::string>> kept;  // lines, by file name
  std::map<std::string, std::string> saved;              // what the models learned, by file name

  SmallWorld() {
    scenario.latency_ns = 10;
    scenario.curve_every_ns = dse::kNanosecondsPerSecond;
  }

  // A component with a program of its own.
  void add(const std::string& name, dse::Program program, dse::TimeNs start_ns = 0) {
    scenario.components.push_back(
        {.name = name,
         .start_ns = start_ns,
         .kind = "program",
         .component = dse::make_component(std::move(program), {.ports = {.reads = "unused"}})});
  }
  // A component of a kind.
  template <typename Options>
  void add_kind(const std::string& name, const Options& of, dse::TimeNs start_ns = 0) {
    scenario.components.push_back(
        {.name = name, .start_ns = start_ns, .kind = "kind", .component = component_of(of)});
  }

  dse::RunResult run(unsigned threads = 1) {
    kept.clear();
    options.threads = threads;
    dse::World world(scenario, options, [this](const std::string& name) -> dse::LineSink {
      return [&lines = kept[name]](std::string_view line) { lines.emplace_back(line); };
    });
    dse::RunResult result = world.run(interrupted, [](dse::TimeNs, std::uint64_t) {});
    saved.clear();
    world.save_models(
        [this](const std::string& name, std::string_view content) { saved.emplace(name, content); });
    return result;
  }
};

// A program that writes `count` messages to `to`, one every `gap_ns`, and ends.
inline dse::Program writing(const std::string& to, int count, dse::TimeNs gap_ns = 0) {
  dse::Program program;
  for (int number = 0; number < count; ++number) {
    program.push_back(dse::call([to](dse::Machine& machine) {
      machine.eval(dse::write_resource(to, machine.compose({.payload = dse::Payload::copy_of("payload")})));
    }));
    if (gap_ns > 0) program.push_back(dse::after(gap_ns));
  }
  return program;
}

// A program that streams `from`, and notes "id@time" of each message, with a * when redelivered; a message
// takes it service_ns.
inline dse::Program noting(const std::string& from, std::vector<std::string>& notes,
                           dse::TimeNs service_ns = 0, std::uint32_t prefetch = 0) {
  return {dse::stream_resource(from, prefetch,
                               [&notes, service_ns](dse::Machine& machine, const dse::MessagePtr& message) {
                                 notes.push_back(message->id() + (machine.redelivered() ? "*" : "") + "@" +
                                                 std::to_string(machine.now()));
                                 if (service_ns == 0) return machine.next();
                                 machine.eval(dse::after(service_ns));
                               })};
}
