// What a simulation is made of, and the state that each call requires.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dse/error.h"
#include "dse/simulation.h"
#include "sim/scenario/scenario.h"
#include "sim/simulation/driver.h"
#include "sim/simulation/tap.h"
#include "sim/world/world.h"

namespace dse {

// The name of the component that writes what a test writes.
inline constexpr const char* kDriverName = "driver";

inline const std::atomic<bool> kNeverInterrupted{false};
inline void no_progress(TimeNs, std::uint64_t) {}

// An error found by `check` is a mistake of the calling code, hence a UsageError.
template <typename Check>
void as_usage(const Check& check) {
  try {
    check();
  } catch (const InputError& error) {
    throw UsageError(error.what());
  }
}

struct Simulation::State {
  class Inside {
   public:
    explicit Inside(bool& running) : running_(running), outermost_(!running) { running_ = true; }
    ~Inside() {
      if (outermost_) running_ = false;
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    bool& running_;
    bool outermost_;
  };

  SimulationOptions options;
  Scenario scenario;
  std::vector<Observer*> observers;
  Tap tap;
  std::shared_ptr<DriverTraffic> traffic = std::make_shared<DriverTraffic>();
  std::size_t driver = 0;  // the driver's place among the components
  std::string driver_name;
  std::uint64_t written = 0;
  std::shared_ptr<DatasetCache> datasets = std::make_shared<DatasetCache>();
  bool failed = false;              // something was thrown during the run
  bool running = false;             // then a callback or an observer may be the caller
  std::unique_ptr<World> world;     // once it is wired
  std::optional<RunResult> result;  // once it is over

  // These throw UsageError for the call `what` when the run is over, when something was thrown during it, or
  // when it has been driven.
  void require_open(std::string_view what) const;
  void require_sound(std::string_view what) const;
  void require_unwired(std::string_view what) const;
  // These throw UsageError when there is no resource or metric of this name, or when a component's
  // refusal has ended the run, so that the clock no longer moves.
  void require_resource(std::string_view what, const std::string& resource) const;
  void require_metric(std::string_view what, const std::string& name) const;
  void require_going_on(std::string_view what) const;
  bool has_component(const std::string& name) const;
  // Hands a message in to the driver.
  void write(MessageFields&& fields, DriverTraffic::Target target);

  const std::atomic<bool>& interrupted() const {
    return options.interrupted == nullptr ? kNeverInterrupted : *options.interrupted;
  }
  // Whatever `run` throws ends the simulation; callbacks within it may not drive the simulation.
  template <typename Run>
  auto guarded(const Run& run) {
    const Inside inside(running);
    try {
      return run();
    } catch (...) {
      failed = true;
      throw;
    }
  }
  // Handles every event up to that time. Throws UsageError when a program stands still for good,
  // Interrupted when the user did not want to wait.
  void step_to(TimeNs time_ns);
  // Makes a world from what has been added.
  std::unique_ptr<World> make_world(const OpenLines& open_lines) const;
  void wire() { world = make_world(options.open_lines ? options.open_lines : no_files()); }
  // The world, with the driver in it.
  World& driven(std::string_view what);

 private:
  void check_against_scenario() const;
  void require_moving() const;
};

}  // namespace dse
