#include "sim/simulation/driver.h"

#include <utility>

namespace dse {
namespace {

class DriverApp : public App {
 public:
  explicit DriverApp(DriverTargets targets) : targets_(std::move(targets)) {}

  Program program() override { return {next_message()}; }

 private:
  Step next_message() {
    return receive([this](Machine& machine, const MessagePtr& message) {
      machine.eval(write_resource(targets_->pop_front(), message), next_message());
    });
  }

  DriverTargets targets_;
};

// Like an end of a gateway: its messages come from outside the scenario.
class Driver : public Component {
 public:
  explicit Driver(DriverTargets targets) : targets_(std::move(targets)) {}

  Ports ports() const override { return {.reads = {}, .from_outside = OutsidePort{}}; }
  std::vector<MetricInfo> metrics() const override { return {}; }
  Emits emits() const override { return {.labels = true}; }
  std::unique_ptr<App> make(const MakeContext&) const override {
    return std::make_unique<DriverApp>(targets_);
  }

 private:
  DriverTargets targets_;
};

}  // namespace

std::shared_ptr<const Component> make_driver(DriverTargets targets) {
  return std::make_shared<const Driver>(std::move(targets));
}

}  // namespace dse
