// What planted faults do later, by component: each is a call at a virtual time, before everything else of
// that time. Used by the deciding thread.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "core/check.h"
#include "dse/index.h"
#include "dse/time.h"
#include "sim/world/scheduler.h"

namespace dse {

class FaultTimers {
 public:
  using Call = std::function<void()>;

  explicit FaultTimers(Scheduler& scheduler) : scheduler_(scheduler) {}

  TimeNs now() const { return scheduler_.now(); }

  // Calls of one component and time are made in the order of these calls.
  void at(ComponentIndex component, TimeNs time_ns, Call call) {
    calls_.emplace(std::pair(component, time_ns), std::move(call));
    scheduler_.schedule(time_ns, EventKind::kFault, component, EventPriority::kControl);
  }
  // Makes the call that is due: the scheduler has an event of this component.
  void make_next(ComponentIndex component) {
    const auto next = calls_.lower_bound({component, 0});
    DSE_CHECK(next != calls_.end() && next->first.first == component, "no fault is due");
    const Call call = std::move(next->second);
    calls_.erase(next);
    call();
  }

 private:
  Scheduler& scheduler_;
  std::multimap<std::pair<ComponentIndex, TimeNs>, Call> calls_;
};

}  // namespace dse
