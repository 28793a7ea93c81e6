// The options --pace and --live of a run.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "sim/command/command_parser.h"
#include "sim/live/live_run.h"
#include "sim/live/virtual_pace.h"
#include "sim/world/world.h"

namespace dse {

CommandOption add_pace_option(ProgramCommand& command, double& pace);
CommandOption add_live_option(ProgramCommand& command, std::string& live);

class PacedRun {
 public:
  struct Options {
    double pace = 0;   // virtual seconds a second; 0: as fast as possible
    std::string live;  // an address; "": nobody watches
  };
  // Serves the live page from now on, if there is to be one, and tells its URL. `scenario` must outlive this.
  // Throws an InputError for a wrong address, and a RunError when it cannot be served there.
  PacedRun(const Scenario& scenario, const Options& options);

  // For WorldOptions; empty when nothing holds the run up. `interrupted` and this must outlive the world's
  // run.
  std::function<void(TimeNs)> gate(const std::atomic<bool>& interrupted);
  // For an attachment, which looks at the clock by itself: the pace, and what it calls between two events.
  VirtualPace& pace() { return pace_; }
  std::function<void()> look();
  // The world that is run; it must outlive this.
  void watch(World& world) { world_ = &world; }
  // Shows how the run ended.
  void end(const RunResult& result);

 private:
  VirtualPace pace_;
  bool is_held_up_;
  std::optional<LiveRun> live_;
  World* world_ = nullptr;
};

}  // namespace dse
