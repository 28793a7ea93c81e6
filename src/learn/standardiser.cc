#include "learn/standardiser.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.h"

namespace dse {
namespace {

// More rows than any stream has, yet few enough that their number is exact as a double.
constexpr std::uint64_t kRowsMax = std::uint64_t{1} << 50;
// Two different floats have squared deviations whose sum is above this.
constexpr double kSquaresMin = 0x1p-300;
constexpr double kFloatMax = std::numeric_limits<float>::max();

}  // namespace

void Standardiser::update(std::span<const float> row) {
  DSE_CHECK(row.size() == features_, "{} values of {} features", row.size(), features_);
  ++count_;
  const auto count = static_cast<double>(count_);
  for (std::size_t at = 0; at < features_; ++at) {
    const double value = static_cast<double>(row[at]);
    const double before = value - means_[at];
    means_[at] += before / count;
    squares_[at] += before * (value - means_[at]);
  }
}

void Standardiser::apply(std::span<const float> row, float* out) const {
  DSE_CHECK(row.size() == features_, "{} values of {} features", row.size(), features_);
  const auto count = static_cast<double>(count_);
  for (std::size_t at = 0; at < features_; ++at) {
    const double deviation = static_cast<double>(row[at]) - means_[at];
    const double value = squares_[at] > 0 ? deviation / std::sqrt(squares_[at] / count) : 0;
    // A value far from all that was seen may be more deviations away than a float can tell.
    out[at] = static_cast<float>(std::clamp(value, -kFloatMax, kFloatMax));
  }
}

void Standardiser::hash_state(Hasher& hasher) const {
  hasher.add_u64(count_);
  hasher.add(std::as_bytes(std::span(means_)));
  hasher.add(std::as_bytes(std::span(squares_)));
}

void Standardiser::save_state(StateWriter& writer) const {
  writer.add_u64(count_);
  writer.add(means_);
  writer.add(squares_);
}

void Standardiser::load_state(StateReader& reader) {
  count_ = reader.count(kRowsMax, "rows");
  reader.read(means_);
  reader.read(squares_);
  for (std::size_t at = 0; at < features_; ++at) {
    const bool unseen = count_ == 0 && (means_[at] != 0 || squares_[at] != 0);
    const bool impossible = squares_[at] != 0 && squares_[at] < kSquaresMin;
    if (unseen || impossible || std::fabs(means_[at]) > kFloatMax) {
      reader.refuse("a mean or a sum of squares that no rows have");
    }
  }
}

}  // namespace dse
