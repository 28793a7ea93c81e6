#include "sim/simulation/driver.h"

#include <utility>

namespace dse {
namespace {

class DriverApp : public App {
 public:
  explicit DriverApp(std::shared_ptr<DriverTraffic> traffic) : traffic_(std::move(traffic)) {}

  Program program() override {
    return {call([this](Machine& machine) {
              machine.set_on_confirm([this](const MessagePtr& message, bool accepted) {
                traffic_->confirms.push_back({message, accepted});
              });
              machine.next();
            }),
            next_message()};
  }

 private:
  Step next_message() {
    return receive([this](Machine& machine, const MessagePtr& message) {
      DriverTraffic::Target target = traffic_->targets.pop_front();
      machine.eval(write_resource(std::move(target.resource), message, {.confirm = target.confirm}),
                   next_message());
    });
  }

  std::shared_ptr<DriverTraffic> traffic_;
};

// Like an end of a gateway: its messages come from outside the scenario.
class Driver : public Component {
 public:
  explicit Driver(std::shared_ptr<DriverTraffic> traffic) : traffic_(std::move(traffic)) {}

  Ports ports() const override { return {.reads = {}, .from_outside = OutsidePort{}}; }
  std::vector<MetricInfo> metrics() const override { return {}; }
  Emits emits() const override { return {.labels = true}; }
  std::unique_ptr<App> make(const MakeContext&) const override {
    return std::make_unique<DriverApp>(traffic_);
  }

 private:
  std::shared_ptr<DriverTraffic> traffic_;
};

}  // namespace

std::shared_ptr<const Component> make_driver(std::shared_ptr<DriverTraffic> traffic) {
  return std::make_shared<const Driver>(std::move(traffic));
}

}  // namespace dse
