#include "drift/page_hinkley.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/check.h"
#include "drift/limits.h"

namespace dse {

std::optional<std::string> why_wrong(const PageHinkleyOptions& options) {
  if (options.min_instances < 1 || options.min_instances > kMinInstancesMax)
    return fmt::format("min_instances is {}, expected 1 to {}", options.min_instances, kMinInstancesMax);
  if (!(options.delta >= 0 && options.delta <= kDriftValueMax))
    return fmt::format("delta is {}, expected a number from 0 to {}", options.delta, kDriftValueMax);
  if (!(options.threshold > 0 && std::isfinite(options.threshold)))
    return fmt::format("threshold is {}, expected a number above 0", options.threshold);
  if (!(options.alpha > 0 && options.alpha <= 1))
    return fmt::format("alpha is {}, expected a number above 0 and at most 1", options.alpha);
  return std::nullopt;
}

PageHinkley::PageHinkley(const PageHinkleyOptions& options) : options_(options) {
  if (const auto wrong = why_wrong(options)) throw std::invalid_argument(*wrong);
}

DriftState PageHinkley::update(double value) {
  DSE_CHECK(std::abs(value) <= kDriftValueMax, "a value of {}", value);
  if (judge() == DriftState::kDrift) reset();
  ++count_;
  mean_ += (value - mean_) / static_cast<double>(count_);
  sum_ = std::max(0.0, options_.alpha * sum_ + (value - mean_ - options_.delta));
  return judge();
}

void PageHinkley::reset() { *this = PageHinkley(options_); }

void PageHinkley::save_state(StateWriter& writer) const {
  writer.add_u64(count_);
  if (count_ == 0) return;
  writer.add_f64(mean_);
  writer.add_f64(sum_);
}

void PageHinkley::load_state(StateReader& reader) {
  reset();
  count_ = reader.count(kValuesMax, "values");
  if (count_ == 0) return;
  mean_ = reader.f64();
  sum_ = reader.f64();
  if (std::abs(mean_) > kDriftValueMax) reader.refuse("too large a mean");
  if (sum_ < 0 || sum_ > 2 * kDriftValueMax * static_cast<double>(count_))
    reader.refuse("an impossible sum of what is above the mean");
}

DriftState PageHinkley::judge() const {
  const bool may_judge = count_ + 1 >= static_cast<std::uint64_t>(options_.min_instances);
  return may_judge && sum_ > options_.threshold ? DriftState::kDrift : DriftState::kNone;
}

}  // namespace dse
