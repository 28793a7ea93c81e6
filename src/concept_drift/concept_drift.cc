#include "dse/concept_drift.h"

#include "core/elementary.h"

namespace dse {
namespace {

// A change of the concept, and how long ago it is at some time; negative: how long it takes until then.
struct Change {
  bool to_new = true;
  TimeNs since_ns = 0;
};

Change nearest_change(const ConceptDrift& drift, TimeNs time_ns) {
  const TimeNs since_ns = time_ns - drift.at_ns;
  if (drift.transition != DriftTransition::kRecurring || since_ns <= 0) return {true, since_ns};
  const bool last_is_to_new = since_ns / drift.period_ns % 2 == 0;
  const TimeNs since_last_ns = since_ns % drift.period_ns;
  if (since_last_ns <= drift.period_ns / 2) return {last_is_to_new, since_last_ns};
  return {!last_is_to_new, since_last_ns - drift.period_ns};
}

// How much of what comes after a change there is.
double share_after(TimeNs since_ns, TimeNs width_ns) {
  if (width_ns == 0) return since_ns >= 0 ? 1 : 0;
  return 1 / (1 + exponential(-4 * (static_cast<double>(since_ns) / static_cast<double>(width_ns))));
}

}  // namespace

const std::vector<std::string>& drift_names() {
  static const std::vector<std::string> names = {"rotation",      "shift",        "noise",
                                                 "contrast",      "class-swap",   "class-prior",
                                                 "feature-shift", "feature-scale"};
  return names;
}

double share_of_new_concept(const ConceptDrift& drift, TimeNs time_ns) {
  const Change change = nearest_change(drift, time_ns);
  const double after = share_after(change.since_ns, drift.width_ns);
  return change.to_new ? after : 1 - after;
}

}  // namespace dse
