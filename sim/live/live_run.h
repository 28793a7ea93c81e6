// A run that people watch while it goes on: frames of what has passed up to now, and curves as they grow.
#pragma once

#include <chrono>
#include <string>

#include "sim/live/live_address.h"
#include "sim/live/live_server.h"
#include "sim/live/live_state.h"
#include "sim/live/virtual_pace.h"
#include "sim/report/report_json.h"
#include "sim/scenario/scenario.h"
#include "sim/world/world.h"

namespace dse {

class LiveRun {
 public:
  // Serves the page at `address`. `scenario` and `pace` must outlive this. Throws a RunError when it cannot.
  LiveRun(const Scenario& scenario, const LiveAddress& address, VirtualPace& pace);

  std::string url() const { return server_.url(); }
  // Shows the world as it is, if it is time for a frame. The thread that runs the world calls this between
  // two events, as often as it likes: only a small share of its time goes into frames.
  void look(World& world);
  // Shows how it ended, and waits a moment until those who look have seen it.
  void end(const RunResult& result);

 private:
  using Clock = std::chrono::steady_clock;

  // What everything was up to a time.
  struct Moment {
    TimeNs time_ns = 0;
    std::uint64_t events = 0;
    const TrafficCounts& traffic;
  };
  void show(const Moment& moment);
  void add_measures(const Measures& measures);

  const Scenario& scenario_;
  VirtualPace& pace_;
  LiveState state_;
  LiveServer server_;
  ReportJson metrics_ = ReportJson::object();
  Clock::time_point frame_due_{};
  Clock::time_point measures_due_{};
};

}  // namespace dse
