// A conformance case on a real broker, with the topology that src/amqp gives resources and bindings there. A
// channel for each stream, closed with it.
//
// A broker does things when it likes. Here every operation is followed by questions that it answers after
// what was asked before, so that what is seen does not depend on who was faster. One gap is left: RabbitMQ
// lets the only question that a queue answers and that changes nothing, the passive declaration, overtake
// settlements (gen_server2's priorities), so that a second look may see more than the first.
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
  // Every name on the broker begins with `prefix`, which nobody else uses. The connection must outlive this;
  // nobody else uses it meanwhile. Throws BrokerError, as perform does.
  BrokerRun(Connection& connection, std::string prefix);
  // Deletes all that the case made. What cannot be deleted because the connection is lost stays.
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

  // The resource's name on the broker, which is going to be declared.
  const std::string& exchange(const std::string& resource);
  const std::string& queue(const std::string& resource);
  // After something was sent on `channel` that may change these queues: sees what follows from it. A question
  // on that channel reaches a queue after what was sent before, and its answer leaves the queue after its
  // deliveries; but these go to the channels of their streams, which may have them before them still: so
  // one question more on each of those.
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
  ChannelNumber last_channel_ = 0;  // of the last operation: what may change and was sent where
  std::set<std::string> last_resources_;
};

// Makes runs on the broker whose names no other run has, of this process or of another. The connection must
// outlive what it returns.
MakeSide broker_runs(Connection& connection);

}  // namespace dse
