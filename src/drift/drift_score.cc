#include "drift/drift_score.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/check.h"

namespace dse {
namespace {

constexpr TimeNs kEndOfTime = std::numeric_limits<TimeNs>::max();

// The end of time where the sum would be later.
TimeNs sum_ns(TimeNs time_ns, TimeNs delay_ns) {
  return delay_ns > kEndOfTime - time_ns ? kEndOfTime : time_ns + delay_ns;
}

}  // namespace

TimeNs DriftScore::NextChange::begin_ns() const { return std::max<TimeNs>(0, at_ns - drift.width_ns / 2); }
TimeNs DriftScore::NextChange::end_ns() const { return sum_ns(at_ns, drift.width_ns / 2); }

DriftScore::DriftScore(std::vector<PlantedDrift> drifts, std::optional<TimeNs> max_delay_ns)
    : max_delay_ns_(max_delay_ns) {
  for (const PlantedDrift& drift : drifts) {
    DSE_CHECK(drift.at_ns >= 0 && drift.width_ns >= 0 && drift.period_ns >= 0,
              "a drift at {} ns, {} ns wide, every {} ns", drift.at_ns, drift.width_ns, drift.period_ns);
    changes_.push_back({.drift = drift, .at_ns = drift.at_ns});
  }
}

void DriftScore::note_example(TimeNs time_ns) {
  begin_drifts_up_to(time_ns);
  ++examples_;
}

void DriftScore::note_alarm(TimeNs time_ns) {
  if (!window_ || !is_open(*window_, time_ns)) {
    ++false_alarms_;
  } else if (window_->detected) {
    ++repeated_alarms_;
  } else {
    window_->detected = true;
    ++detected_;
    delay_ns_ += time_ns - window_->begin_ns;
    delay_examples_ += examples_ - 1 - window_->examples_before;
  }
}

DriftScore::Figures DriftScore::figures() const {
  Figures figures{.drifts = drifts_,
                  .detected = detected_,
                  .repeated_alarms = repeated_alarms_,
                  .false_alarms = false_alarms_};
  if (detected_ == 0) return figures;
  figures.delay_ns = static_cast<double>(delay_ns_) / static_cast<double>(detected_);
  figures.delay_examples = static_cast<double>(delay_examples_) / static_cast<double>(detected_);
  return figures;
}

void DriftScore::begin_drifts_up_to(TimeNs time_ns) {
  const auto earlier = [](const NextChange& a, const NextChange& b) { return a.begin_ns() < b.begin_ns(); };
  while (!changes_.empty()) {
    // The next one first, and the one after it second.
    std::partial_sort(changes_.begin(), changes_.begin() + std::min<std::ptrdiff_t>(2, std::ssize(changes_)),
                      changes_.end(), earlier);
    NextChange& next = changes_.front();
    if (next.begin_ns() > time_ns) return;
    if (changes_.size() == 1) {
      skip_to_last(next, time_ns);
    } else if (changes_[1].begin_ns() > next.begin_ns()) {
      skip_to_last(next, std::min(time_ns, changes_[1].begin_ns() - 1));
    }
    begin(next);
    const TimeNs again_ns = sum_ns(next.at_ns, next.drift.period_ns);
    if (next.drift.period_ns == 0 || again_ns == kEndOfTime) {
      changes_.erase(changes_.begin());
    } else {
      next.at_ns = again_ns;
    }
  }
}

// Concepts may take turns far more often than anybody looks: all changes but the last that begins by then are
// counted at once.
void DriftScore::skip_to_last(NextChange& change, TimeNs last_begin_ns) {
  const TimeNs period_ns = change.drift.period_ns;
  if (period_ns == 0 || change.begin_ns() == 0) return;
  const TimeNs skipped = (last_begin_ns - change.begin_ns()) / period_ns;
  drifts_ += static_cast<std::uint64_t>(skipped);
  change.at_ns += skipped * period_ns;
}

void DriftScore::begin(const NextChange& change) {
  if (window_ && window_->begin_ns == change.begin_ns()) {
    window_->end_ns = std::max(window_->end_ns, change.end_ns());
    return;
  }
  ++drifts_;
  window_ = Window{.begin_ns = change.begin_ns(), .end_ns = change.end_ns(), .examples_before = examples_};
}

bool DriftScore::is_open(const Window& window, TimeNs time_ns) const {
  return !max_delay_ns_ || time_ns <= sum_ns(window.end_ns, *max_delay_ns_);
}

}  // namespace dse
