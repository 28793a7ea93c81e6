// Quantiles of many durations in little memory: buckets of at most 1/128 of their value, as in HdrHistogram
// (Tene), in integers only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"

namespace dse {

class LatencyHistogram {
 public:
  // Negative values count as 0.
  void add(TimeNs value_ns);
  std::uint64_t count() const { return count_; }
  // The least value that is not below `permille` thousandths of what was added, or a larger one that was
  // added too, by less than 1/128; empty without values.
  std::optional<TimeNs> quantile(std::uint64_t permille) const;

 private:
  static constexpr int kPrecisionBits = 7;
  static std::size_t bucket_of(std::uint64_t value);

  struct Bucket {
    std::uint64_t count = 0;
    std::uint64_t largest = 0;
  };
  std::vector<Bucket> buckets_;
  std::uint64_t count_ = 0;
};

}  // namespace dse
