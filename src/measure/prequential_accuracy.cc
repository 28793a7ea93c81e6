#include "measure/prequential_accuracy.h"

#include "core/check.h"

namespace dse {

PrequentialAccuracy::PrequentialAccuracy(const PrequentialOptions& options)
    : options_(options), overall_(options.curve_every_ns) {
  DSE_CHECK(options.window > 0 && options.fading > 0, "a window of {}, a fading of {}", options.window,
            options.fading);
}

void PrequentialAccuracy::add(TimeNs time_ns, bool right) {
  overall_.add(time_ns, right);
  add_to_window(right);
  add_faded(right);
  const TimeNs interval = time_ns / options_.curve_every_ns;
  if (marks_.empty() || marks_.back().interval != interval) marks_.push_back({.interval = interval});
  marks_.back().window = *window();
  marks_.back().faded = *faded();
}

std::optional<double> PrequentialAccuracy::window() const {
  if (last_.empty()) return std::nullopt;
  return static_cast<double>(window_right_) / static_cast<double>(last_.size());
}

std::optional<double> PrequentialAccuracy::faded() const {
  if (last_.empty()) return std::nullopt;
  return faded_right_ / faded_count_;
}

std::vector<Accuracy::Point> PrequentialAccuracy::window_curve() const { return curve(&Mark::window); }
std::vector<Accuracy::Point> PrequentialAccuracy::faded_curve() const { return curve(&Mark::faded); }

void PrequentialAccuracy::add_to_window(bool right) {
  if (last_.size() < options_.window) {
    last_.push_back(right);
  } else {
    if (last_[next_]) --window_right_;
    last_[next_] = right;
    next_ = (next_ + 1) % options_.window;
  }
  if (right) ++window_right_;
}

void PrequentialAccuracy::add_faded(bool right) {
  faded_right_ = options_.fading * faded_right_ + (right ? 1 : 0);
  faded_count_ = options_.fading * faded_count_ + 1;
}

std::vector<Accuracy::Point> PrequentialAccuracy::curve(double Mark::*value) const {
  std::vector<Accuracy::Point> points;
  for (const Mark& mark : marks_) {
    const TimeNs begin_ns = mark.interval * options_.curve_every_ns;
    points.push_back({add_time(begin_ns, options_.curve_every_ns), mark.*value});
  }
  return points;
}

}  // namespace dse
