// A conformance case on the broker in the process.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "sim/conform/side.h"

namespace dse {

class ProcessRun : public Side {
 public:
  ProcessRun();
  Outcome perform(const Operation& operation) override;

 private:
  struct Open {
    StreamIndex number;
    ResourceIndex resource;
    std::vector<DeliveryTag> unsettled;  // in the order of delivery
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
  void let_pass_a_step(Outcome& outcome);
  // The resource of a queue that is made now, if it is not there.
  ResourceIndex queue(const std::string& resource);
  void note(const Effects& effects, Outcome& outcome);
  // Notes what moved, for open_order.
  void note_moves(const Effects& effects);
  // Whether copies came into one queue from more than one place, or came into one that messages left because
  // their time was over.
  bool open_order() const;
  void note_queues(Outcome& outcome) const;

  // So much later than the last one each operation of a step happens.
  static constexpr TimeNs kBetweenNs = 1000;

  Broker broker_;
  std::set<std::string> queues_;  // that are there, or were
  std::set<std::string> gone_;
  std::set<std::string> expiring_;  // that are removed when nobody uses them for a time
  std::set<ResourceIndex> brief_;   // in which messages expire
  TimeNs step_began_ns_ = 0;
  TimeNs now_ = 0;
  // What this operation did, or a step while time passes.
  std::map<ResourceIndex, std::set<std::optional<ResourceIndex>>> sources_;  // empty: a publisher
  std::set<ResourceIndex> expired_from_;
  bool waits_ = false;
  std::map<CaseStream, Open> open_;
  std::map<StreamIndex, CaseStream> numbers_;
  CaseStream next_drain_ = kFirstDrain;
};

}  // namespace dse
