// A conformance case on a real broker, with the topology that src/amqp gives resources and bindings there. It
// is done by two clients, each with a connection of its own: the first one declares everything, and streams
// and publishers are of one and the other in turn. Each stream has a channel, closed with it.
//
// A real broker acts at times of its own. So every operation here is followed by requests that the broker
// answers only after the earlier ones, which makes the outcome independent of timing. One gap remains:
// RabbitMQ lets the passive declaration, the only request that a queue answers without changing anything,
// overtake settlements (gen_server2's priorities), so a second look may see more than the first. A quorum
// queue's answers say nothing about what was sent to it before, apart from confirms.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "amqp/connection.h"
#include "sim/conform/case_clients.h"
#include "sim/conform/comparison.h"
#include "sim/conform/side.h"

namespace dse {

// The operations of a step took so long that something may have been due among them.
class TooLate : public std::runtime_error {
 public:
  TooLate() : std::runtime_error("too slow for a case with times") {}
};

class BrokerRun : public Side {
 public:
  // Every name on the broker begins with `prefix`, which nothing else uses. The clients must outlive this
  // object, and nothing else may use them meanwhile. After each operation the broker gets the time `rest`
  // before it is asked what has followed. Throws BrokerError, as perform does; that may throw TooLate, too,
  // in a case that lets time pass.
  BrokerRun(CaseClients& clients, std::string prefix, std::chrono::milliseconds rest);
  // Deletes everything that the case made, unless a connection is lost.
  ~BrokerRun() override;
  BrokerRun(const BrokerRun&) = delete;
  BrokerRun& operator=(const BrokerRun&) = delete;

  Outcome perform(const Operation& operation) override;
  void look_again(Outcome& outcome) override;

 private:
  // One of a client's channels.
  struct Channel {
    bool of_second = false;
    ChannelNumber number = 0;
    auto operator<=>(const Channel&) const = default;
  };
  struct Unsettled {
    std::uint64_t tag = 0;
    std::string id;
  };
  struct Open {
    Channel channel;
    std::string resource;
    std::vector<Unsettled> unsettled;  // in the order of delivery
  };
  struct Publisher {
    Channel channel;
    std::uint64_t published = 0;
  };

  void perform(const DeclareOperation& declare, Outcome& outcome);
  void perform(const ExchangeOperation& declare, Outcome& outcome);
  void perform(const QueueOperation& declare, Outcome& outcome);
  void perform(const BindOperation& bind, Outcome& outcome);
  void perform(const PublishOperation& publish, Outcome& outcome);
  void perform(const OpenOperation& open, Outcome& outcome);
  void perform(const SettleOperation& settle, Outcome& outcome);
  void perform(const CloseOperation& close, Outcome& outcome);
  void perform(const DrainOperation& drain, Outcome& outcome);
  void perform(const WaitOperation& wait, Outcome& outcome);

  // What an exchange, queue or key of the case is called on the broker, and back.
  std::string name(const std::string& resource) const { return prefix_ + resource; }
  std::string key_there(const std::string& key) const { return is_resource_name(key) ? prefix_ + key : key; }
  std::string text_here(const std::string& text) const;
  HeaderValue value_here(const HeaderValue& value) const;
  Headers headers_here(const Headers& headers) const;
  Headers headers_there(Headers headers) const;
  QueueOptions there(QueueOptions options) const;
  ExchangeOptions there(ExchangeOptions options) const;

  Connection& client(const Channel& channel) const {
    return channel.of_second ? clients_.second() : clients_.first();
  }
  Channel open_channel(bool of_second = false);
  void close_channel(const Channel& channel);

  void make_exchange(const std::string& exchange);
  void make_queue(const Channel& channel, const std::string& resource);
  ExchangeType type_of(const std::string& exchange) const;
  Publisher& publisher(CasePublisher number);
  // Collects until the confirm of what was published last.
  void wait_for_confirm(const Publisher& publisher, Outcome& outcome);
  // Collects what follows from what was sent on `channel`. A request on that channel reaches a queue after
  // what was sent before it, and the answer leaves the queue after the queue's deliveries. But deliveries go
  // through the channels of their streams, and may still be on their way there, so each of those channels
  // gets a request too.
  void settle_down(const Channel& channel, Outcome& outcome);
  void ask(const Channel& channel, const std::string& resource, Outcome& outcome);
  // The same about a queue that may be gone, which costs the channel that asks.
  void ask_carefully(const std::string& resource, Outcome& outcome);
  // Whether such a queue is there, without keeping it alive.
  void look_for(const std::string& resource);
  // Calls `ask`, and notes that the queue is gone if that is the answer.
  void with_care(const std::string& resource, const std::function<void(const Channel&)>& ask);
  bool is_streamed(const std::string& resource) const;
  // Throws TooLate when the time for operations is over in this step.
  void check_time() const;
  void collect(Outcome& outcome);
  void collect(bool of_second, Outcome& outcome);
  void note(bool of_second, AmqpEvent& event, Outcome& outcome);
  Open& open_stream(CaseStream stream, const std::string& resource, std::uint16_t prefetch);
  void clean_up();

  CaseClients& clients_;
  std::string prefix_;
  std::chrono::milliseconds rest_;
  Channel control_;
  std::optional<Channel> careful_;                    // the channel for questions that may cost it
  std::map<std::string, ExchangeOptions> exchanges_;  // that are there
  std::map<std::string, QueueOptions> options_;       // the queues that are not plain ones
  std::set<std::string> companions_;                  // headers exchanges
  std::set<std::string> queues_;                      // resources whose queue is there, or was
  std::set<std::string> gone_;
  std::map<CaseStream, Open> open_;
  std::map<Channel, CaseStream> by_channel_;
  std::map<CasePublisher, Publisher> publishers_;
  CaseStream next_drain_ = kFirstDrain;
  std::optional<Channel> last_channel_;                         // the last operation's
  std::optional<std::chrono::steady_clock::time_point> began_;  // the first operation
  std::uint32_t steps_ = 0;                                     // that have passed
};

// Makes runs on the broker whose names no other run has, in this process or in another. The clients must
// outlive what it returns.
MakeSide broker_runs(CaseClients& clients, std::chrono::milliseconds rest = std::chrono::milliseconds(0));

// Compares the broker in the process with that of the clients. What differs is done again with more time
// after each operation, and counts only if it differs then as well: a quorum queue's answers may overtake
// what it does. The clients must outlive what this returns.
CompareCase compare_with(CaseClients& clients);

}  // namespace dse
