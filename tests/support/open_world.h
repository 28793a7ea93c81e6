// A world whose inside a test can reach: its record of events, its imports and exports, and its interruption.
// What is visible from outside is tested through dse/simulation.h.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "dse/plain_component.h"
#include "sim/world/world.h"
#include "support/programs.h"

struct OpenWorld {
  dse::Scenario scenario;
  dse::WorldOptions options;
  std::atomic<bool> interrupted{false};

  OpenWorld() {
    scenario.latency_ns = kHopsOf10.latency_ns;
    scenario.curve_every_ns = kHopsOf10.curve_every_ns;
  }

  void add(const std::string& name, dse::Program program, dse::TimeNs start_ns = 0) {
    add(name, dse::make_component(std::move(program)), start_ns);
  }
  void add(const std::string& name, std::shared_ptr<const dse::Component> component,
           dse::TimeNs start_ns = 0) {
    scenario.components.push_back(
        {.name = name, .start_ns = start_ns, .kind = "kind", .component = std::move(component)});
  }

  // Runs the world from its start to its end, each time it is called.
  dse::RunResult run() {
    return dse::World(scenario, options, dse::no_files()).run(interrupted, [](dse::TimeNs, std::uint64_t) {});
  }
};
