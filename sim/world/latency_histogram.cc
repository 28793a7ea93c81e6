#include "sim/world/latency_histogram.h"

#include <algorithm>

namespace dse {

LatencyHistogram::Bucket& LatencyHistogram::use(std::size_t number) {
  const std::size_t octave = number >> kPrecisionBits;
  if (octave >= octaves_.size()) octaves_.resize(octave + 1);
  if (octaves_[octave] == nullptr) octaves_[octave] = std::make_unique<Octave>();
  const auto used = static_cast<std::uint16_t>(number);
  const auto place = std::lower_bound(used_.begin(), used_.end(), used);
  if (place == used_.end() || *place != used) used_.insert(place, used);
  return used_bucket(number);
}

void LatencyHistogram::add_first(std::size_t number, std::uint64_t value) {
  use(number) = {.count = 1, .largest = value};
  ++count_;
}

void LatencyHistogram::add_all(const LatencyHistogram& other) {
  for (const std::uint16_t number : other.used_) {
    const Bucket& added = other.used_bucket(number);
    Bucket& taken = use(number);
    taken.count += added.count;
    taken.largest = std::max(taken.largest, added.largest);
  }
  count_ += other.count_;
}

void LatencyHistogram::clear() {
  for (const std::uint16_t number : used_) used_bucket(number) = Bucket();
  used_.clear();
  count_ = 0;
}

std::optional<TimeNs> LatencyHistogram::quantile(std::uint64_t permille) const {
  if (count_ == 0) return std::nullopt;
  const std::uint64_t rank = std::max<std::uint64_t>(1, (count_ * permille + 999) / 1000);
  std::uint64_t seen = 0;
  for (const std::uint16_t number : used_) {
    seen += used_bucket(number).count;
    if (seen >= rank) return static_cast<TimeNs>(used_bucket(number).largest);
  }
  return std::nullopt;
}

}  // namespace dse
