// Quantiles of many durations in little memory: buckets of at most 1/128 of their value, as in HdrHistogram
// (Tene), in integers only.
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
    const std::size_t octave = number >> kPrecisionBits;
    if (octave >= octaves_.size() || octaves_[octave] == nullptr) return add_first(number, value);
    Bucket& taken = used_bucket(number);
    if (taken.count == 0) return add_first(number, value);
    ++taken.count;
    if (value > taken.largest) taken.largest = value;
    ++count_;
  }
  // Adds all that was added to the other one.
  void add_all(const LatencyHistogram& other);
  // Forgets everything, in the time that as many different values take.
  void clear();
  std::uint64_t count() const { return count_; }
  // The least value that is not below `permille` thousandths of what was added, or a larger one that was
  // added too, by less than 1/128; empty without values.
  std::optional<TimeNs> quantile(std::uint64_t permille) const;

 private:
  static constexpr int kPrecisionBits = 7;
  // Values below 2^(kPrecisionBits + 1) have a bucket each; above, each power of two has 2^kPrecisionBits.
  static std::size_t bucket_of(std::uint64_t value) {
    const int width = static_cast<int>(std::bit_width(value | std::uint64_t{1} << kPrecisionBits));
    const int shift = width - kPrecisionBits - 1;
    return (static_cast<std::size_t>(shift) << kPrecisionBits) + static_cast<std::size_t>(value >> shift);
  }

  struct Bucket {
    std::uint64_t count = 0;
    std::uint64_t largest = 0;
  };
  // The buckets of one power of two; made with its first value, because most histograms have few of them.
  using Octave = std::array<Bucket, std::size_t{1} << kPrecisionBits>;

  // Its octave has been made.
  Bucket& used_bucket(std::size_t number) const {
    return (*octaves_[number >> kPrecisionBits])[number % std::tuple_size_v<Octave>];
  }
  // The first value of a bucket.
  void add_first(std::size_t number, std::uint64_t value);
  // The bucket, made if it is not there, and among those that are used.
  Bucket& use(std::size_t number);

  std::vector<std::unique_ptr<Octave>> octaves_;
  std::vector<std::uint16_t> used_;  // numbers of the buckets that are not empty, ascending
  std::uint64_t count_ = 0;
};

}  // namespace dse
