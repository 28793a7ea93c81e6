#include "sim/world/latency_histogram.h"

#include <algorithm>
#include <bit>

namespace dse {

// Values below 2^(kPrecisionBits + 1) have a bucket each; above, each power of two has 2^kPrecisionBits.
std::size_t LatencyHistogram::bucket_of(std::uint64_t value) {
  const int width = static_cast<int>(std::bit_width(value));
  const int shift = std::max(0, width - kPrecisionBits - 1);
  return (static_cast<std::size_t>(shift) << kPrecisionBits) + static_cast<std::size_t>(value >> shift);
}

void LatencyHistogram::add(TimeNs value_ns) {
  const std::uint64_t value = value_ns < 0 ? 0 : static_cast<std::uint64_t>(value_ns);
  const std::size_t number = bucket_of(value);
  if (number >= buckets_.size()) buckets_.resize(number + 1);
  Bucket& bucket = buckets_[number];
  ++bucket.count;
  bucket.largest = std::max(bucket.largest, value);
  ++count_;
}

std::optional<TimeNs> LatencyHistogram::quantile(std::uint64_t permille) const {
  if (count_ == 0) return std::nullopt;
  const std::uint64_t rank = std::max<std::uint64_t>(1, (count_ * permille + 999) / 1000);
  std::uint64_t seen = 0;
  for (const Bucket& bucket : buckets_) {
    seen += bucket.count;
    if (seen >= rank) return static_cast<TimeNs>(bucket.largest);
  }
  return std::nullopt;
}

}  // namespace dse
