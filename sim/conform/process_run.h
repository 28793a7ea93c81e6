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
  void perform(const BindOperation& bind, Outcome& outcome);
  void perform(const PublishOperation& publish, Outcome& outcome);
  void perform(const OpenOperation& open, Outcome& outcome);
  void perform(const SettleOperation& settle, Outcome& outcome);
  void perform(const CloseOperation& close, Outcome& outcome);
  void perform(const DrainOperation& drain, Outcome& outcome);
  void note(const Effects& effects, Outcome& outcome);
  void note_waiting(const std::string& queue, Outcome& outcome);

  // Cases do not involve time.
  static constexpr TimeNs kNow = 0;

  Broker broker_;
  std::set<std::string> queues_;
  std::map<CaseStream, Open> open_;
  std::map<StreamIndex, CaseStream> numbers_;
};

}  // namespace dse
