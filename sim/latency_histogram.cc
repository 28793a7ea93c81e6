#include "sim/latency_histogram.h"

#include <algorithm>
#include <bit>

namespace dse {

// Values below 2^(kPrecisionBits + 1) have a bucket each; above, each power of two has 2^kPrecisionBits.
std::size_t LatencyHistogram::bucket_of(std::uint64_t value) {
  const int width = static_cast<int>(std::bit_width(value));
  const int shift = std::max(0, width - kPrecisionBits - 1);
  return (static_cast<std::size_t>(shift) << kPrecisionBits) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t LatencyHistogram::bucket_end(std::size_t bucket) {
  constexpr std::size_t kSub = std::size_t{1} << kPrecisionBits;
  const std::size_t shift = bucket < 2 * kSub ? 0 : bucket / kSub - 1;
  const std::uint64_t top = bucket - shift * kSub;
  return ((top + 1) << shift) - 1;
}

void LatencyHistogram::add(TimeNs value_ns) {
  const std::size_t bucket = bucket_of(value_ns < 0 ? 0 : static_cast<std::uint64_t>(value_ns));
  if (bucket >= counts_.size()) counts_.resize(bucket + 1);
  ++counts_[bucket];
  ++count_;
}

std::optional<TimeNs> LatencyHistogram::quantile(std::uint64_t permille) const {
  if (count_ == 0) return std::nullopt;
  const std::uint64_t rank = std::max<std::uint64_t>(1, (count_ * permille + 999) / 1000);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  for (; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= rank) break;
  }
  return static_cast<TimeNs>(bucket_end(bucket));
}

}  // namespace dse
