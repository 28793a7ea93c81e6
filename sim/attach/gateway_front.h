// The front that is a gateway: what its imports bring is handed in, and acknowledged on the broker once it
// has been on the bus and the capture was flushed; what its exports write is published. A message that cannot
// be read is rejected on the broker, counted as refused by its import, and never on the bus.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "amqp/gateway.h"
#include "sim/attach/front.h"

namespace dse {

// The exports and imports of a scenario, in the order of its components, for Gateway. All waiting for the
// broker ends when `interrupted` becomes true; it must outlive the gateway.
Gateway::Options gateway_options(const Scenario& scenario, const BrokerAddress& broker,
                                 const std::atomic<bool>& interrupted);

class GatewayFront final : public Front {
 public:
  // Both must outlive this.
  GatewayFront(const Scenario& scenario, Gateway& gateway);

  // The sink to which the world passes exported messages.
  void write(const ComponentConfig& exporter, const MessagePtr& message);

  void check() const override { gateway_.check(); }
  bool take(Intake& intake) override;
  bool has_to_settle(Intake&) override { return !unsettled_.empty(); }
  void settle(Intake& intake) override;
  bool takes() const override { return !imports_.empty(); }

  Gateway& gateway() { return gateway_; }
  // Ends the imports; what they could not take is refused.
  void stop(Intake& intake);
  // Adds the metrics that the world itself cannot know.
  void add_metrics(RunResult& result) const;

 private:
  struct Unsettled {
    TimeNs time_ns = 0;  // when it is on the bus
    ArrivalTag tag;
  };

  void take_import(Intake& intake, Imported&& imported);

  const Scenario& scenario_;
  Gateway& gateway_;
  std::map<std::string, std::size_t> exports_;  // by component: its index among the gateway's exports
  std::vector<std::size_t> imports_;            // the components, in the gateway's order
  TimeNs last_import_ns_ = 0;
  std::deque<Unsettled> unsettled_;
};

}  // namespace dse
