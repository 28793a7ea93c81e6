// Runs a world in step with the real clock, joined to what its fronts bring: a gateway to a real broker, or a
// listener, or both.
//
// What comes in passes the Intake, and what came of it is told once the capture was flushed. One thread.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <vector>

#include "amqp/notifier.h"
#include "sim/attach/front.h"
#include "sim/attach/gateway_front.h"
#include "sim/attach/listener_front.h"
#include "sim/world/interrupt.h"

namespace dse {

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
    bool has_gateway = false;
    bool listens = false;
    std::size_t clients = 0;  // that are connected
  };
  using Show = std::function<void(const Status& status)>;
  // What the run is joined to: at least one of them.
  struct Fronts {
    GatewayFront* gateway = nullptr;
    ListenerFront* listener = nullptr;
  };

  // All must outlive the attachment; the world must not have been run. `capture` may be null when nothing
  // comes in. `arrived` is notified when something has come in.
  Attachment(const Scenario& scenario, World& world, Fronts fronts, const Notifier& arrived,
             CaptureWriter* capture, Options options);

  // Runs until the scenario's end, until nothing is left to do (where nothing comes in), until the longest
  // time is over, or until the first interrupt; then waits until what was exported is confirmed: once cut
  // short only as long as there is progress, and not beyond the second interrupt. The first interrupt cuts a
  // run short, unless the run listens and has no other end: then it is the end. Calls `show` from time to
  // time. When the broker fails for good, the run ends as if cut short; check() then throws the reason.
  RunResult run(const Interrupts& interrupts, const Show& show);
  // The virtual time at which a replay of the capture ends.
  TimeNs end_ns() const { return intake_.end_ns(); }

  // Throws the error with which the broker failed, if it did.
  void check() const {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool over(const Interrupts& interrupts) const;
  bool is_cut_short(const Interrupts& interrupts) const;
  bool takes() const;
  bool is_full() const;
  void hold_up_clients();
  void turn();
  void advance();
  void settle();
  void rest();
  void serve(const Interrupts& interrupts, const Show& show);
  void wait_for_confirms(const Interrupts& interrupts, const Show& show);
  void fail_for_unconfirmed() const;
  void show_now_and_then(const Show& show);

  const Scenario& scenario_;
  World& world_;
  Intake intake_;
  GatewayFront* gateway_;    // null without one
  ListenerFront* listener_;  // likewise
  std::vector<Front*> fronts_;
  const Notifier& arrived_;
  Options options_;
  Clock::time_point start_;
  Clock::time_point shown_;
  std::exception_ptr failure_;
  bool is_behind_ = false;      // clients are held up
  bool has_left_some_ = false;  // a front has not handed in all that has arrived
};

}  // namespace dse
