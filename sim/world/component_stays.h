// The stays of the messages of one component; of one that learns, those that it learned from apart from those
// that it answered. Of the thread that runs the component.
#pragma once

#include <algorithm>
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
      : learns_(component.component->learns()) {
    for (int work = 0; work < (learns_ ? 2 : 1); ++work) stays_.emplace_back(curve_every_ns);
  }

  // A message that is settled for good, at `now_ns`.
  void add(const Settlement& settlement, TimeNs now_ns) {
    const Message& message = *settlement.delivery.message;
    const TimeNs written_ns = message.entered_ns() >= 0 ? message.entered_ns() : message.timestamp();
    // What a planted fault has made anew from outside may say that it was written at any time.
    if (written_ns < 0 || written_ns > now_ns) return;
    // On a broker the clock of a component may stand where its step was due, before what others have written.
    const Stay stay{.written_ns = written_ns,
                    .begun_ns = std::clamp(settlement.begun_ns, written_ns, now_ns),
                    .settled_ns = now_ns};
    const bool inference = learns_ && message.headers().find_integer("label") == nullptr;
    stays_[inference ? 1 : 0].add(stay);
  }

  std::vector<Metric> metrics() const {
    std::vector<Metric> all;
    for (std::size_t work = 0; work < stays_.size(); ++work) {
      for (Metric& metric : stays_[work].metrics(prefix(work))) all.push_back(std::move(metric));
    }
    return all;
  }
  std::vector<CurvePoint> curve() const {
    std::vector<CurvePoint> all;
    for (std::size_t work = 0; work < stays_.size(); ++work) {
      for (CurvePoint& point : stays_[work].curve(prefix(work))) all.push_back(std::move(point));
    }
    return all;
  }

 private:
  std::string_view prefix(std::size_t work) const {
    if (!learns_) return "";
    return work == 0 ? "train_" : "infer_";
  }

  bool learns_;
  std::vector<StayTimes> stays_;
};

}  // namespace dse
