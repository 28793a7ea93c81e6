// A conformance case on a real broker, with the topology that src/amqp gives resources and bindings there.
// Each stream has a channel, closed with it.
//
// A real broker acts at times of its own. So every operation here is followed by requests that the broker
// answers only after the earlier ones, which makes the outcome independent of timing. One gap remains:
// RabbitMQ lets the passive declaration, the only request that a queue answers without changing anything,
// overtake settlements (gen_server2's priorities), so a second look may see more than the first.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "amqp/connection.h"
#include "sim/conform/side.h"

namespace dse {

class BrokerRun : public Side {
 public:
  // Every name on the broker begins with `prefix`, which nothing else uses. The connection must outlive this
  // object, and nothing else may use it meanwhile. Throws BrokerError, as perform does.
  BrokerRun(Connection& connection, std::string prefix);
  // Deletes everything that the case made, unless the connection is lost.
  ~BrokerRun() override;
  BrokerRun(const BrokerRun&) = delete;
  BrokerRun& operator=(const BrokerRun&) = delete;

  Outcome perform(const Operation& operation) override;
  void look_again(Outcome& outcome) override;

 private:
  struct Unsettled {
    std::uint64_t tag = 0;
    std::string id;
  };
  struct Open {
    ChannelNumber channel = 0;
    std::string resource;
    std::vector<Unsettled> unsettled;  // in the order of delivery
  };

  void perform(const DeclareOperation& declare, Outcome& outcome);
  void perform(const BindOperation& bind, Outcome& outcome);
  void perform(const PublishOperation& publish, Outcome& outcome);
  void perform(const OpenOperation& open, Outcome& outcome);
  void perform(const SettleOperation& settle, Outcome& outcome);
  void perform(const CloseOperation& close, Outcome& outcome);
  void perform(const DrainOperation& drain, Outcome& outcome);

  // The name on the broker of a resource that is about to be declared.
  const std::string& exchange(const std::string& resource);
  const std::string& queue(const std::string& resource);
  // Collects what follows from what was sent on `channel` and may change these queues. A request on that
  // channel reaches a queue after what was sent before it, and the answer leaves the queue after the queue's
  // deliveries. But deliveries go through the channels of their streams, and may still be on their way there,
  // so each of those channels gets a request too.
  void settle_down(ChannelNumber channel, const std::set<std::string>& resources, Outcome& outcome);
  void collect(Outcome& outcome);
  void open_stream(CaseStream stream, const std::string& resource, std::uint16_t prefetch);
  void clean_up();

  Connection& connection_;
  std::string prefix_;
  ChannelNumber control_ = 0;
  std::map<std::string, std::string> exchanges_;  // by resource
  std::set<std::string> companions_;              // headers exchanges
  std::set<std::string> queues_;                  // resources that have one
  std::map<CaseStream, Open> open_;
  std::map<ChannelNumber, CaseStream> by_channel_;
  ChannelNumber last_channel_ = 0;  // the last operation's, with the resources that it may change
  std::set<std::string> last_resources_;
};

// Makes runs on the broker whose names no other run has, in this process or in another. The connection must
// outlive what it returns.
MakeSide broker_runs(Connection& connection);

}  // namespace dse
