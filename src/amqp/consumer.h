// Consumes from queues of a real broker, with acknowledgements. When the connection is lost, it
// subscribes again on the next one, and the broker delivers again what was not acknowledged. A
// message that cannot be decoded is rejected at once without requeue; what lies behind it comes on
// the next connection, which is made after take() has returned that message.
//
// A consumer has its own connection and thread. Calls come from one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "amqp/session.h"
#include "amqp/settled_tags.h"

namespace dse {

struct Subscription {
  std::string queue;           // set by `set_up` when the broker names it
  std::uint16_t prefetch = 0;  // the most unacknowledged deliveries; 0: no limit
  // Declares what is needed, and returns the queue's name.
  std::function<std::string(Connection& connection, ChannelNumber channel)> set_up;
};

// Identifies one delivery on one connection.
struct ArrivalTag {
  std::uint64_t connection = 0;
  std::size_t subscription = 0;
  std::uint64_t tag = 0;
};

struct Arrival {
  ArrivalTag tag;
  bool redelivered = false;
  std::string run;                     // from the header x-dse-run
  std::optional<std::int64_t> number;  // from the header x-dse-number
  MessageFields message;               // without those headers
  // Why it cannot be used and must be rejected, for human readers; "" when it can be used.
  std::string refused = {};
  bool decoded = true;  // false: only a part of the message could be read
  // The broker certainly knows that everything up to this tag was settled on the previous
  // connection, if that was left in good order. 0: nothing is certain.
  std::uint64_t settled_before = 0;

  // Whether one of our processes published it.
  bool is_numbered() const { return !run.empty() && number.has_value(); }
  // A hash of everything in it: run and number, if it is numbered, and all fields but the header in which a
  // quorum queue counts deliveries, and the times in that of deaths.
  std::uint64_t identity() const;
};

class Consumer : private SessionClient {
 public:
  // `changed`, which is notified when something has arrived or was answered, must outlive this.
  // Throws what the constructor of Session throws.
  Consumer(ConnectionOptions connection, std::vector<Subscription> subscriptions, const Notifier& changed);
  ~Consumer() override;

  // Returns everything that has arrived since the last call, in order; what could not be decoded is
  // already rejected. Throws what ended the session, such as a queue that was deleted.
  std::vector<Arrival> take();
  bool has_arrivals() const;
  // Ends the session, and returns what has arrived since the last take(). Nothing may be called
  // after it.
  std::vector<Arrival> stop();
  // Does nothing when the delivery's connection is gone: the broker delivers it again.
  void acknowledge(const ArrivalTag& tag);
  void reject(const ArrivalTag& tag, bool requeue);
  // Whether each settlement so far has been sent or its connection is gone.
  bool settled() const;

  // Asks the broker how many messages are ready in the queue of subscription 0. Once the answer has
  // come, take() returns all that the broker delivered before it answered.
  struct Depth {
    std::uint64_t asked = 0;     // the number of questions so far
    std::uint64_t answered = 0;  // the question that `ready` answers
    std::uint32_t ready = 0;
  };
  void ask_depth();
  Depth depth() const;

  SessionState state() const { return session_->state(); }
  // Throws what ended the session.
  void check() const { session_->check(); }

 private:
  struct Wanted {
    ArrivalTag tag;
    bool acknowledge = true;
    bool requeue = false;
  };

  void on_connected(Connection& connection) override;
  void on_event(Connection& connection, AmqpEvent&& event) override;
  bool on_turn(Connection& connection) override;
  bool may_connect() const override { return !has_arrivals(); }
  void settle(Wanted&& wanted);
  bool settle_wanted(Connection& connection);
  void answer_depth(Connection& connection);

  std::string broker_;
  std::shared_ptr<const Clock> clock_;
  const Notifier& changed_;
  std::vector<Subscription> subscriptions_;

  mutable std::mutex mutex_;
  std::vector<Arrival> arrived_;
  std::vector<Wanted> wanted_;
  bool settling_ = false;
  Depth depth_;

  // Used only by the session's thread:
  std::uint64_t connections_ = 0;
  std::vector<ChannelNumber> channels_;  // by subscription
  bool in_good_order_ = false;           // the connection is being left because of an undecodable message
  Clock::TimePoint left_at_;             // when it was left
  std::vector<SettledTags> settled_;     // by subscription, on this connection
  std::vector<std::uint64_t> settled_before_;  // see Arrival

  std::unique_ptr<Session> session_;  // last, because its thread uses the others
};

}  // namespace dse
