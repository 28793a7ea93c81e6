// How long messages stay with one component. For a component that learns, the messages that it
// learned from are kept apart from those that it answered, and alarms are neither. Owned by the
// thread that runs the component.
#pragma once

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "dse/app.h"
#include "dse/machine.h"
#include "message/content_types.h"
#include "sim/scenario/scenario.h"
#include "sim/world/stay_times.h"

namespace dse {

class ComponentStays {
 public:
  // A curve has one point per interval of `curve_every_ns`.
  ComponentStays(const ComponentConfig& component, TimeNs curve_every_ns)
      : stays_(curve_every_ns),
        answered_(component.component->learns() ? std::make_unique<StayTimes>(curve_every_ns) : nullptr) {}

  // Adds a message that was finally settled at `now_ns`.
  void add(const Settlement& settlement, TimeNs now_ns) {
    const Message& message = *settlement.delivery.message;
    const TimeNs written_ns = message.entered_ns() >= 0 ? message.entered_ns() : message.timestamp();
    // A message from outside that a planted fault has rewritten may carry any time of writing.
    if (written_ns < 0 || written_ns > now_ns) return;
    // On a real broker a component's clock may stand at the time at which its step was due, earlier
    // than the writing of others' messages.
    const Stay stay{.written_ns = written_ns,
                    .begun_ns = std::clamp(settlement.begun_ns, written_ns, now_ns),
                    .settled_ns = now_ns};
    const bool learns = answered_ != nullptr;
    if (learns && message.content_type() == kAlarmContentType) return;
    const bool inference = learns && message.headers().find_integer("label") == nullptr;
    (inference ? *answered_ : stays_).add(stay);
  }

  std::vector<Metric> metrics() const {
    if (answered_ == nullptr) return stays_.metrics("");
    std::vector<Metric> all = stays_.metrics(kLearned);
    for (Metric& metric : answered_->metrics(kAnswered)) all.push_back(std::move(metric));
    return all;
  }
  // Calls `visit` with the name and the times of each: "wait", "sojourn", or "train_wait" and so on.
  template <typename Visit>
  void visit(Visit visit) const {
    const auto each = [&visit](std::string_view prefix, const StayTimes& stays) {
      const StayTimes::Times times = stays.times();
      visit(std::string(prefix) + "wait", times.wait);
      visit(std::string(prefix) + "sojourn", times.sojourn);
    };
    each(answered_ == nullptr ? "" : kLearned, stays_);
    if (answered_ != nullptr) each(kAnswered, *answered_);
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

  StayTimes stays_;                      // all messages, or those it learned from
  std::unique_ptr<StayTimes> answered_;  // the others; null unless it learns
};

}  // namespace dse
