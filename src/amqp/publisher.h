// Publishes to a real broker with confirms: what the broker has not confirmed when the connection
// is lost is published again, in order, on the next one. So each message arrives at least once, and
// first arrivals are in order. What the broker refuses (basic.nack, for example because a queue is
// full) is published again after 0.1 s, 0.2 s, 0.4 s ..., at most 5 s, and everything else waits
// behind it; unless its writer has asked for the verdict, which is final then.
//
// A publisher has its own connection and thread (RabbitMQ throttles a connection that publishes too
// much, and so everything on that connection). Calls come from one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "amqp/session.h"

namespace dse {

// Declares on a new channel what the messages need.
using SetUp = std::function<void(Connection& connection, ChannelNumber channel)>;

struct Outgoing {
  std::string exchange;
  MessagePtr message;
  std::size_t route = 0;   // the route that it is counted for
  bool mandatory = false;  // its outcome says whether a queue took it
  bool confirm = false;  // its outcome says whether the broker has accepted it; it is refused once, for good
};

// What became of a message, as far as its writer is to be told: one of the two, or both.
struct WriteOutcome {
  MessagePtr message;
  bool returned = false;  // it was mandatory, and no queue took it
  std::optional<bool> accepted = {};
};

class Publisher : private SessionClient {
 public:
  struct Options {
    ConnectionOptions connection;
    SetUp set_up;
    std::string run;         // for the header x-dse-run; "": no header, and no outcome of a return
    std::size_t routes = 1;  // with separate counts
  };
  // `changed` must outlive this. Throws what the constructor of Session throws.
  Publisher(Options options, const Notifier& changed);
  ~Publisher() override;

  // Never waits and never throws; check() reports whether a session exists that sends the message.
  void publish(Outgoing&& outgoing);
  // True when so many are unconfirmed that the caller should wait (for `changed`) before publishing
  // more.
  bool full() const { return unconfirmed() >= kUnconfirmedMax; }
  std::uint64_t unconfirmed() const;
  // This many messages, counted from the first without a gap, are confirmed or refused for good.
  std::uint64_t confirmed() const;
  // Returns the mandatory messages that no queue took and those with `confirm`, among the ones
  // confirmed or refused for good since the last call, in the order of the broker's answers. Each
  // message has at most one outcome even if it was published again: what counts is what became of
  // the publication that was confirmed or refused for good.
  std::vector<WriteOutcome> take_outcomes();

  struct RouteCounts {
    std::uint64_t republished = 0;  // after a lost connection or a refusal by the broker
    std::uint64_t nacked = 0;       // refusals by the broker
    std::uint64_t unroutable = 0;   // publications that no queue of the broker took
  };
  struct Counts : RouteCounts {   // for all routes together
    std::uint64_t published = 0;  // each counted once
    bool blocked = false;         // the broker asks us to wait
    std::string blocked_reason;
    bool refusing = false;  // the broker's latest answer was a refusal, and not for good
    std::vector<RouteCounts> routes;
    // Why messages are not confirmed, for human readers; "" when they are merely on their way.
    std::string obstacle() const;
  };
  Counts counts() const;
  SessionState state() const { return session_->state(); }
  void check() const { session_->check(); }

  static constexpr std::size_t kUnconfirmedMax = 20'000;

 private:
  enum class Fate { kUnknown, kTaken, kRefused };
  struct Numbered {
    Outgoing outgoing;
    std::uint64_t number = 0;  // from 0, among all published messages
  };
  struct Sent {
    Numbered message;
    std::uint64_t tag = 0;  // on this connection
    Fate fate = Fate::kUnknown;
    bool returned = false;  // no queue took it
  };

  void on_connected(Connection& connection) override;
  void on_event(Connection& connection, AmqpEvent&& event) override;
  bool on_turn(Connection& connection) override;
  std::optional<Clock::TimePoint> due() const override;
  void on_return(const AmqpReturn& returned);
  void count(std::uint64_t RouteCounts::*what, const Outgoing& outgoing);
  void on_confirm(const AmqpConfirm& confirm);
  void forget_settled();
  void note_settled(const Sent& sent);
  void hold_back();
  std::optional<Numbered> next_outgoing();
  void send(Connection& connection, Numbered&& message);
  Clock::TimePoint now() const { return options_.connection.clock->now(); }

  Options options_;

  mutable std::mutex mutex_;
  std::deque<Numbered> waiting_;
  Counts counts_;
  std::uint64_t confirmed_ = 0;
  std::deque<bool>
      taken_;  // from message `confirmed_` on: whether it is confirmed, though an earlier one is not
  std::vector<WriteOutcome> outcomes_;

  // Used only by the session's thread:
  ChannelNumber channel_ = 0;
  std::uint64_t next_tag_ = 1;
  std::deque<Sent> sent_;       // ordered by tag; the first is not confirmed
  std::deque<Numbered> again_;  // sent before everything that waits
  bool blocked_ = false;
  // After a refusal, nothing is sent before `held_until_`; the next refusal holds it for `pause_`.
  std::optional<Clock::TimePoint> held_until_;
  std::chrono::milliseconds pause_;

  std::unique_ptr<Session> session_;  // last, because its thread uses the others
};

}  // namespace dse
