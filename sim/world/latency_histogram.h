// Quantiles of many durations in little memory: buckets at most 1/128 of their value wide, as in
// HdrHistogram (Tene), with integers only.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dse/time.h"

namespace dse {

class LatencyHistogram {
 public:
  // Negative values count as 0.
  void add(TimeNs value_ns) {
    const std::uint64_t value = value_ns < 0 ? 0 : static_cast<std::uint64_t>(value_ns);
    const std::size_t number = bucket_of(value);
    if (number != only_number_) return add_beside(number, value);
    ++only_.count;
    if (value > only_.largest) only_.largest = value;
    ++count_;
  }
  // Adds everything that was added to `other`.
  void add_all(const LatencyHistogram& other);
  // Forgets everything. The time it takes grows with the number of different values.
  void clear();
  std::uint64_t count() const { return count_; }
  // Returns the least added value that is not below `permille` thousandths of the added values, or
  // another added value that is larger by less than 1/128; empty without values.
  std::optional<TimeNs> quantile(std::uint64_t permille) const;
  struct Bucket {
    std::uint64_t count = 0;
    std::uint64_t largest = 0;  // the largest of the values in it
  };
  // Those that are not empty, in ascending order.
  std::vector<Bucket> buckets() const;

 private:
  static constexpr int kPrecisionBits = 7;
  // Values below 2^(kPrecisionBits + 1) have one bucket each; above, each power of two has
  // 2^kPrecisionBits buckets.
  static std::size_t bucket_of(std::uint64_t value) {
    const int width = static_cast<int>(std::bit_width(value | std::uint64_t{1} << kPrecisionBits));
    const int shift = width - kPrecisionBits - 1;
    return (static_cast<std::size_t>(shift) << kPrecisionBits) + static_cast<std::size_t>(value >> shift);
  }

  // The buckets of one power of two; made for its first value, because most histograms use few of
  // them.
  using Octave = std::array<Bucket, std::size_t{1} << kPrecisionBits>;
  // All buckets except the one stored in the histogram itself.
  struct Others {
    std::vector<std::unique_ptr<Octave>> octaves;
    std::vector<std::uint16_t> used;  // numbers of the non-empty buckets, ascending

    // The bucket's octave must exist.
    Bucket& bucket(std::size_t number) {
      return (*octaves[number >> kPrecisionBits])[number % std::tuple_size_v<Octave>];
    }
    // Returns the bucket, makes it if it does not exist, and adds it to those used.
    Bucket& use(std::size_t number);
  };
  static constexpr std::uint32_t kNoNumber = UINT32_MAX;

  // Adds a value whose bucket is not the one in the histogram itself.
  void add_beside(std::size_t number, std::uint64_t value);
  void add_bucket(std::size_t number, const Bucket& bucket);
  // Calls `visit` with each non-empty bucket, in ascending order, until it returns true.
  template <typename Visit>
  void visit_buckets(Visit visit) const;

  // The bucket of the first value is stored here: a steady process gives the same value over and
  // over, and its histogram then takes half a cache line.
  Bucket only_;
  std::uint64_t count_ = 0;
  std::uint32_t only_number_ = kNoNumber;
  std::unique_ptr<Others> others_;
};

}  // namespace dse
