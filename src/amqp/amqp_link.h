// A component's link to a real broker: its Data Bus is RabbitMQ, its clock the real one, its share
// of the processor a thread. serve() drives the machine that runs on it; all calls come from the
// thread that calls serve().
//
// Time is virtual time all the same: it begins at `epoch` and goes `pace` times as fast as real
// time. Within a step it stands at the moment for which the step was due, so that a program that
// waits again and again does not fall behind.
//
// What was published is confirmed by the broker before the message in whose handler it was
// published is acknowledged; and before that, the program is told of what no queue took. A message
// that comes a second time (Duplicates) is dropped; one that cannot be read is rejected on the
// broker, and somebody is told.
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
    // Declares what has to be there before anything is published or streamed.
    SetUp set_up;
    // The resources that are there then; others are declared when they are used.
    std::set<std::string> asserted;
    std::string run;  // marks the messages of this process; not empty
    std::chrono::system_clock::time_point epoch;
    double pace = 1;  // virtual seconds a second
    // Told of each message that has arrived, and when; may be empty.
    std::function<void(const Message& message, TimeNs time_ns)> on_arrival;
    // Told of each message that was rejected because it cannot be read, as far as it could be, and
    // why; may be empty.
    std::function<void(const MessageFields& message, const std::string& reason)> on_unreadable;
  };
  // Connects and sets up. Throws as Connection.
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

  // Does what has come up for `machine`, which runs on this link, and waits for more, until that
  // time at the latest; but a step that binds or streams first waits until what was published before
  // is confirmed, or the connection's options say that it is interrupted. Throws RunError,
  // InputError and Interrupted.
  void serve(Machine& machine, Clock::TimePoint until);
  // From within a step: serve() returns when it is done, and does nothing more.
  void stop_serving() { stopped_ = true; }
  // Waits until every job is done, everything published confirmed and every acknowledgement sent,
  // the latter two until that time at the latest; returns whether it was so. `machine` is told of
  // what came back, as in serve().
  bool settle(Machine& machine, Clock::TimePoint until);
  // How many publications are not confirmed, and settlements not sent.
  std::uint64_t unsettled() const;
  // It is notified when there is something for serve(); any thread may notify it.
  const Notifier& notifier() const { return notifier_; }

  // What the clock says, whatever step is running.
  TimeNs clock_ns() const;

  struct Counts {
    std::uint64_t received = 0;    // each message once
    std::uint64_t duplicates = 0;  // dropped
    Publisher::Counts published;
    std::uint64_t unconfirmed = 0;
    std::uint64_t reconnects = 0;
    std::string problem;  // "" while all connections stand
  };
  Counts counts() const;
  // Asks whether the queue that is streamed is empty; the answer comes with idle().
  void ask_idle();
  // The answer to the latest question: at some moment after it was asked nothing was in the queue,
  // on its way here or in the making. Empty while there is no answer.
  std::optional<bool> idle();

 private:
  // With the program. Its tag for the program is its place, counted from the first of all.
  struct Outstanding {
    ArrivalTag arrival;
    std::uint64_t identity = 0;
  };
  struct Settlement {
    ArrivalTag arrival;
    std::uint64_t published_before = 0;  // settled when so many publications are confirmed
    std::optional<bool> requeue;         // rejected, and this
  };

  Clock::TimePoint real_now() const { return options_.connection.clock->now(); }
  Clock::TimePoint real_time(TimeNs time_ns) const;
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
  void hand_back(Machine& machine);
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
  std::unordered_multimap<std::uint64_t, std::uint64_t> outstanding_tags_;  // by identity
  Duplicates duplicates_;
  RecentIds rejected_;  // identities: without requeue
  std::uint64_t published_ = 0;
  bool stopped_ = false;
  Counts counts_;
  Worker worker_;  // last: its thread stops before what its jobs use goes
};

}  // namespace dse
