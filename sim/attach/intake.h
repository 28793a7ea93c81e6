// Where what comes from outside enters an attached run: it gets a virtual time that is later than every event
// that has happened, is written to the capture, and is handed to the world. So a replay of the capture is the
// same run. One thread.
#pragma once

#include <algorithm>

#include "door/client_command.h"
#include "sim/capture/capture_writer.h"
#include "sim/live/virtual_pace.h"
#include "sim/scenario/scenario.h"
#include "sim/world/world.h"

namespace dse {

class Intake {
 public:
  // All must outlive this. `capture` is null when nothing comes in, or nobody repeats the run.
  Intake(const Scenario& scenario, World& world, CaptureWriter* capture, VirtualPace& pace)
      : scenario_(scenario), world_(world), capture_(capture), pace_(pace) {}

  // Each returns the virtual time at which it is on the bus.
  TimeNs import(std::size_t component, MessagePtr message);
  TimeNs hand_in(ClientCommand&& command);

  // Handles everything in the world up to this time.
  void advance_to(TimeNs time_ns);
  // The virtual time that it is by the pace, but not beyond the scenario's end.
  TimeNs paced_now_ns();
  // Whether the scenario has come to its end: nothing comes in any more.
  bool is_closed() const {
    return world_.over() || (scenario_.until_ns && world_.now() >= *scenario_.until_ns);
  }
  // The virtual time at which a replay of the capture ends.
  TimeNs end_ns() const { return std::max(world_.now(), last_ns_); }

  const Scenario& scenario() const { return scenario_; }
  World& world() { return world_; }
  // What was written survives this process.
  void flush() {
    if (capture_ != nullptr) capture_->flush();
  }
  // Nothing comes in after this.
  void end() {
    if (capture_ != nullptr) capture_->end(end_ns());
  }

 private:
  TimeNs next_ns();

  const Scenario& scenario_;
  World& world_;
  CaptureWriter* capture_;
  VirtualPace& pace_;
  TimeNs last_ns_ = 0;
};

}  // namespace dse
