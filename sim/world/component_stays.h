// The stays of the messages of one component. A component that learns has those that it learned
// from apart from those that it answered. The thread that runs the component owns it.
#pragma once

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "dse/app.h"
#include "dse/machine.h"
#include "sim/scenario/scenario.h"
#include "sim/world/stay_times.h"

namespace dse {

class ComponentStays {
 public:
  // Curves have a point for each interval of `curve_every_ns`.
  ComponentStays(const ComponentConfig& component, TimeNs curve_every_ns)
      : stays_(curve_every_ns),
        answered_(component.component->learns() ? std::make_unique<StayTimes>(curve_every_ns) : nullptr) {}

  // A message that is settled for good, at `now_ns`.
  void add(const Settlement& settlement, TimeNs now_ns) {
    const Message& message = *settlement.delivery.message;
    const TimeNs written_ns = message.entered_ns() >= 0 ? message.entered_ns() : message.timestamp();
    // What a planted fault has made anew from outside may say that it was written at any time.
    if (written_ns < 0 || written_ns > now_ns) return;
    // On a broker the clock of a component may stand where its step was due, before what others
    // have written.
    const Stay stay{.written_ns = written_ns,
                    .begun_ns = std::clamp(settlement.begun_ns, written_ns, now_ns),
                    .settled_ns = now_ns};
    const bool inference = answered_ != nullptr && message.headers().find_integer("label") == nullptr;
    (inference ? *answered_ : stays_).add(stay);
  }

  std::vector<Metric> metrics() const {
    if (answered_ == nullptr) return stays_.metrics("");
    std::vector<Metric> all = stays_.metrics(kLearned);
    for (Metric& metric : answered_->metrics(kAnswered)) all.push_back(std::move(metric));
    return all;
  }
  std::vector<CurvePoint> curve() const {
    if (answered_ == nullptr) return stays_.curve("");
    std::vector<CurvePoint> all = stays_.curve(kLearned);
    for (CurvePoint& point : answered_->curve(kAnswered)) all.push_back(std::move(point));
    return all;
  }

 private:
  static constexpr std::string_view kLearned = "train_";
  static constexpr std::string_view kAnswered = "infer_";

  StayTimes stays_;                      // all messages, or those that it learned from
  std::unique_ptr<StayTimes> answered_;  // the others; none unless it learns
};

}  // namespace dse
