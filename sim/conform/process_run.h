// A conformance case on the broker in the process.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "sim/conform/side.h"

namespace dse {

class ProcessRun : public Side {
 public:
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
  // The resource of a queue that is made now, if it is not there.
  ResourceIndex queue(const std::string& resource);
  void note(const Effects& effects, Outcome& outcome);
  // Whether copies came into one queue from more than one place.
  static bool open_order(const Effects& effects);
  void note_queues(Outcome& outcome) const;

  // Cases do not involve time.
  static constexpr TimeNs kNow = 0;

  Broker broker_;
  std::set<std::string> queues_;  // that are there, or were
  std::set<std::string> gone_;
  std::map<CaseStream, Open> open_;
  std::map<StreamIndex, CaseStream> numbers_;
};

}  // namespace dse
