// Runs a world in step with the real clock, with its gateway joined to a real broker.
//
// What arrives gets a virtual time that is later than every event that has happened, is written to
// the capture, and is acknowledged once it has been on the bus and the capture was flushed. So a
// replay of the capture is the same run. A message that cannot be read is rejected on the broker,
// counted as refused by its import, and never on the bus. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "amqp/gateway.h"
#include "sim/capture/capture_writer.h"
#include "sim/live/virtual_pace.h"
#include "sim/scenario/scenario.h"
#include "sim/world/interrupt.h"
#include "sim/world/world.h"

namespace dse {

// The exports and imports of a scenario, in the order of its components, for Gateway. All waiting for the
// broker ends when `interrupted` becomes true; it must outlive the gateway.
Gateway::Options gateway_options(const Scenario& scenario, const BrokerAddress& broker,
                                 const std::atomic<bool>& interrupted);

class Attachment {
 public:
  struct Options {
    VirtualPace& pace;                   // must outlive the attachment
    std::optional<TimeNs> longest = {};  // real time
    // Called from time to time by the thread that runs the world, between two events; may be empty.
    std::function<void()> look = {};
  };
  struct Status {
    TimeNs virtual_time_ns = 0;
    Gateway::Counts gateway;
    std::uint64_t unconfirmed = 0;
  };
  using Show = std::function<void(const Status& status)>;

  // All must outlive the attachment; the world must not have been run. `capture` may be null when there are
  // no imports.
  Attachment(const Scenario& scenario, World& world, Gateway& gateway, CaptureWriter* capture,
             Options options);

  // The sink to which the world passes exported messages.
  void write(const ComponentConfig& exporter, const MessagePtr& message);
  // Runs until the scenario's end, until nothing is left to do (without imports), until the longest time is
  // over, or until the first interrupt; then waits until what was exported is confirmed: once interrupted
  // only as long as there is progress, and not beyond the second interrupt. Calls `show` from time to time.
  // When the broker fails for good, the run ends as if interrupted; check() then throws the reason.
  RunResult run(const Interrupts& interrupts, const Show& show);
  // The virtual time at which a replay of the capture ends.
  TimeNs end_ns() const { return std::max(world_.now(), last_import_ns_); }

  // Throws the error with which the broker failed, if it did.
  void check() const {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Unsettled {
    TimeNs time_ns = 0;  // when it is on the bus
    ArrivalTag tag;
  };

  bool over(const Interrupts& interrupts) const;
  void turn();
  TimeNs paced_now_ns();
  void take_imports();
  void advance();
  void advance_to(TimeNs time_ns);
  void settle();
  void rest();
  void take_import(Imported&& imported);
  void serve(const Interrupts& interrupts, const Show& show);
  void wait_for_confirms(const Interrupts& interrupts, const Show& show);
  void fail_for_unconfirmed() const;
  void add_gateway_metrics(RunResult& result) const;
  void show_now_and_then(const Show& show);

  const Scenario& scenario_;
  World& world_;
  Gateway& gateway_;
  CaptureWriter* capture_;  // null without imports
  Options options_;
  std::map<std::string, std::size_t> exports_;  // by component: its index among the gateway's exports
  std::vector<std::size_t> imports_;            // the components, in the gateway's order
  Clock::time_point start_;
  Clock::time_point shown_;
  TimeNs last_import_ns_ = 0;
  std::deque<Unsettled> unsettled_;
  std::exception_ptr failure_;
};

}  // namespace dse
