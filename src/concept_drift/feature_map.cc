#include "concept_drift/feature_map.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "core/check.h"

namespace dse {
namespace {

float rounded(double value) {
  constexpr double kMost = std::numeric_limits<float>::max();
  if (value > kMost) return std::numeric_limits<float>::infinity();
  if (value < -kMost) return -std::numeric_limits<float>::infinity();
  return static_cast<float>(value);
}

}  // namespace

DriftEffect FeatureMap::apply(DataItem& item, RandomStream&) {
  RowBlocks::Row row = blocks_.next();
  DSE_CHECK(item.bytes.size() == row.numbers.size_bytes(), "a row of {} bytes, expected {}",
            item.bytes.size(), row.numbers.size_bytes());
  std::memcpy(row.numbers.data(), item.bytes.data(), item.bytes.size());
  DriftEffect effect = DriftEffect::kChanged;
  for (const std::size_t feature : options_.changed) {
    float& number = row.numbers[feature];
    const float changed = rounded(options_.factor * static_cast<double>(number) + options_.added);
    if (std::isinf(changed) && std::isfinite(number)) effect = DriftEffect::kInfinite;
    number = changed;
  }
  item.bytes = std::as_bytes(row.numbers);
  item.owner = std::move(row.owner);
  return effect;
}

}  // namespace dse
