// When to measure how a run has recovered from its planted faults: so long after the last effect of any of
// them. Which one is the last shows only at the end, so what was measured is measured again after a later
// one. Used by the deciding thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "dse/time.h"

namespace dse {

class AfterFaults {
 public:
  static constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

  // `delays_ns`: how long after the last effect.
  explicit AfterFaults(const std::set<TimeNs>& delays_ns) {
    for (const TimeNs delay_ns : delays_ns) due_.emplace(delay_ns, kNever);
  }

  bool empty() const { return due_.empty(); }
  // A fault has struck, and what it has done lasts until then. What was measured before no longer counts.
  void note_effect(TimeNs until_ns) {
    last_ns_ = std::max(last_ns_, until_ns);
    next_ns_ = kNever;
    for (auto& [delay_ns, due_ns] : due_) {
      due_ns = add_time(last_ns_, delay_ns);
      next_ns_ = std::min(next_ns_, due_ns);
    }
  }
  // When to measure next; kNever while nothing is due.
  TimeNs next_ns() const { return next_ns_; }
  // The delays that are due then, which must be next_ns(); they are due no more.
  std::vector<TimeNs> take_next() {
    std::vector<TimeNs> taken;
    TimeNs later_ns = kNever;
    for (auto& [delay_ns, due_ns] : due_) {
      if (due_ns == next_ns_) {
        taken.push_back(delay_ns);
        due_ns = kNever;
      }
      later_ns = std::min(later_ns, due_ns);
    }
    next_ns_ = later_ns;
    return taken;
  }

 private:
  std::map<TimeNs, TimeNs> due_;  // when, by how long after
  TimeNs last_ns_ = 0;
  TimeNs next_ns_ = kNever;
};

}  // namespace dse
