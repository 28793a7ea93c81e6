// A component's link to a real broker: its Data Bus is RabbitMQ, its clock is the real one, and its
// jobs run on a thread. serve() drives the machine that runs on the link; all calls come from the
// thread that calls serve().
//
// Programs still see virtual time: it begins at `epoch` and runs `pace` times as fast as real time.
// Within a step it stands still at the time at which the step was due, so that a program that waits
// repeatedly does not fall behind.
//
// A message is acknowledged only after the broker has confirmed everything that was published in
// its handler, or refused what was published with `confirm`, and after the program has been told of
// that and of what no queue took. A message that comes a
// second time (Duplicates) is dropped; one that cannot be read is rejected on the broker and
// reported to `on_unreadable`.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "amqp/consumer.h"
#include "amqp/declarations.h"
#include "amqp/duplicates.h"
#include "amqp/publisher.h"
#include "amqp/worker.h"
#include "dse/machine.h"
#include "sdk/link.h"

namespace dse {

class AmqpLink : public Link {
 public:
  struct Options {
    ConnectionOptions connection;
    // What the names are that the program declares, binds or streams.
    Declarations declarations = {};
    // Declares what must exist before anything is published or streamed.
    SetUp set_up;
    // The resources that exist after `set_up`; others are declared when they are used.
    std::set<std::string> asserted;
    std::string run;  // marks the messages of this process; not empty
    std::chrono::system_clock::time_point epoch;
    double pace = 1;  // virtual seconds per second
    // Called for each message that has arrived, with its time of arrival; may be empty.
    std::function<void(const Message& message, TimeNs time_ns)> on_arrival;
    // Called for each message that was rejected because it cannot be read, with the fields that
    // could be read and the reason; may be empty.
    std::function<void(const MessageFields& message, const std::string& reason)> on_unreadable;
  };
  // Connects and sets up. Throws what the constructor of Connection throws.
  explicit AmqpLink(Options options);
  ~AmqpLink() override;

  TimeNs now() const override { return now_ns_; }
  void declare(const std::string& resource) override;
  void bind(const BindingSpec& binding) override;
  void publish(PublishRequest request) override;
  void open_stream(const std::string& resource, std::uint32_t prefetch) override;
  void acknowledge(std::uint64_t tag) override;
  void reject(std::uint64_t tag, bool requeue) override;
  void resume_after(TimeNs delay_ns) override;
  void compute(Job job, TimeNs duration_ns) override;
  void post(Job job) override;
  void end(int status) override;

  // Drives `machine`, which runs on this link: handles what is due and waits for more, until
  // `until` at the latest; but a step that binds or streams first waits until everything published
  // before is confirmed, or the connection's options say that it is interrupted. Throws RunError,
  // InputError and Interrupted.
  void serve(Machine& machine, Clock::TimePoint until);
  // Called within a step: serve() returns after that step.
  void stop_serving() { stopped_ = true; }
  // Waits until every job is done, everything published is confirmed and every acknowledgement is
  // sent; for the latter two until `until` at the latest. Returns whether all of this was reached.
  // `machine` is told of returned messages and of confirms, as in serve().
  bool settle(Machine& machine, Clock::TimePoint until);
  // The number of publications not yet confirmed plus settlements not yet sent.
  std::uint64_t unsettled() const;
  // Is notified when there is something for serve() to do; any thread may notify it.
  const Notifier& notifier() const { return notifier_; }

  // The current virtual time by the clock, even within a step.
  TimeNs clock_ns() const;
  // When the clock shows that virtual time.
  Clock::TimePoint real_time(TimeNs time_ns) const;

  struct Counts {
    std::uint64_t received = 0;    // each message once
    std::uint64_t duplicates = 0;  // dropped
    Publisher::Counts published;
    std::uint64_t unconfirmed = 0;
    std::uint64_t reconnects = 0;
    std::string problem;  // "" while all connections stand
  };
  Counts counts() const;
  // Asks whether the streamed queue is empty; idle() gives the answer.
  void ask_idle();
  // The answer to the latest question. True: at some moment after it was asked, nothing was in the
  // queue, on its way to this process, or still being worked on. Empty until the answer has come.
  std::optional<bool> idle();

 private:
  // A message that the program has not settled. The tag that the program knows is its position,
  // counted from the first message of all.
  struct Outstanding {
    ArrivalTag arrival;
    std::uint64_t identity = 0;
  };
  struct Settlement {
    ArrivalTag arrival;
    std::uint64_t published_before = 0;  // settled when this many publications are confirmed
    std::optional<bool> requeue;         // set when the message was rejected
  };

  Clock::TimePoint real_now() const { return options_.connection.clock->now(); }
  void advance_clock(TimeNs time_ns) { now_ns_ = std::max(now_ns_, time_ns); }
  bool turn(Machine& machine);
  bool take_arrivals(Machine& machine);
  void take(Machine& machine, Arrival&& arrival, TimeNs time_ns);
  void take_again(const Arrival& arrival);
  bool finish_result(Machine& machine);
  bool finish_timer(Machine& machine);
  Outstanding take_outstanding(std::uint64_t tag);
  void settle_later(const ArrivalTag& arrival, std::optional<bool> requeue);
  void release_settlements(std::uint64_t confirmed);
  void go_on_settling(Machine& machine);
  void tell_outcomes(Machine& machine);
  bool nothing_under_way() const;
  void await_confirms() const;
  void command(const SetUp& what) const;

  Options options_;
  Clock::TimePoint start_;  // virtual time 0
  TimeNs now_ns_ = 0;
  Notifier notifier_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Consumer> consumer_;
  std::optional<TimeNs> timer_ns_;
  std::optional<std::uint64_t> awaited_job_;
  std::deque<Settlement> settlements_;
  std::uint64_t first_outstanding_ = 0;  // the tag of the first in `outstanding_`
  std::deque<std::optional<Outstanding>> outstanding_;
  std::unordered_multimap<std::uint64_t, std::uint64_t> outstanding_tags_;  // keyed by identity
  Duplicates duplicates_;
  RecentIds rejected_;  // identities of those rejected without requeue
  std::uint64_t published_ = 0;
  bool stopped_ = false;
  Counts counts_;
  Worker worker_;  // last, so that its thread stops before what its jobs use is destroyed
};

}  // namespace dse
