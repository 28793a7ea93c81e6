// How well a detector notices drifts that were planted. The terms are those of CapyMOA's
// EvaluateDriftDetector (github.com/adaptive-machine-learning/CapyMOA, commit 095caba), with times in place
// of positions in a stream.
//
// A drift may be noticed from its beginning until `max_delay` after its end, or until the next drift begins,
// whichever comes first. (CapyMOA lets windows overlap, and gives what two share to the earlier one.) The
// first alarm in that window detects it, and further ones repeat the first; CapyMOA counts both as true
// positives. An alarm outside of every window is false. CapyMOA leaves those out that come after the last
// window; here they count. A drift counts once an example has come after its beginning.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dse/time.h"

namespace dse {

// A change that was planted, or changes that recur.
struct PlantedDrift {
  TimeNs at_ns = 0;
  TimeNs width_ns = 0;   // it begins half of this before `at_ns`, and ends half of it after; 0: an abrupt one
  TimeNs period_ns = 0;  // another change follows after each; 0: there is one
};

class DriftScore {
 public:
  // Without a bound a drift may be noticed until the next one begins.
  DriftScore(std::vector<PlantedDrift> drifts, std::optional<TimeNs> max_delay_ns);

  // Whether there is anything to be noticed, now or later.
  bool judges() const { return drifts_ > 0 || !changes_.empty(); }

  // The times of all calls never go back.
  void note_example(TimeNs time_ns);
  // The alarm was raised by the last example. It comes later than that if the example takes some time, and
  // belongs to the drifts that had begun when the example came.
  void note_alarm(TimeNs time_ns);

  struct Figures {
    std::uint64_t drifts = 0;  // those that begin at one time are one
    std::uint64_t detected = 0;
    std::uint64_t repeated_alarms = 0;
    std::uint64_t false_alarms = 0;
    // The mean from the beginning of each drift that was detected to its alarm; empty when none was.
    std::optional<double> delay_ns;
    // The same in examples: how many came since then before the one that raised the alarm.
    std::optional<double> delay_examples;

    std::uint64_t missed() const { return drifts - detected; }  // not detected by now
  };
  Figures figures() const;

 private:
  // The next change of one planted drift.
  struct NextChange {
    PlantedDrift drift;
    TimeNs at_ns = 0;

    TimeNs begin_ns() const;
    TimeNs end_ns() const;
  };
  struct Window {
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;  // the drift is over, and max_delay begins
    std::uint64_t examples_before = 0;
    bool detected = false;
  };

  void begin_drifts_up_to(TimeNs time_ns);
  void skip_to_last(NextChange& change, TimeNs last_begin_ns);
  void begin(const NextChange& change);
  bool is_open(const Window& window, TimeNs time_ns) const;

  std::vector<NextChange> changes_;  // those to come
  std::optional<TimeNs> max_delay_ns_;
  std::optional<Window> window_;  // the last drift that has begun has it
  std::uint64_t examples_ = 0;
  std::uint64_t drifts_ = 0;
  std::uint64_t detected_ = 0;
  std::uint64_t repeated_alarms_ = 0;
  std::uint64_t false_alarms_ = 0;
  // Windows do not overlap, so this is at most the time of a run.
  TimeNs delay_ns_ = 0;
  std::uint64_t delay_examples_ = 0;
};

}  // namespace dse
