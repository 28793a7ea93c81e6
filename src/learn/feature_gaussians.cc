#include "learn/feature_gaussians.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/elementary.h"
#include "learn/independent_normals.h"
#include "learn/lanes.h"

namespace dse {

std::size_t FeatureGaussians::bytes(std::size_t features) {
  return sizeof(FeatureGaussians) + kParts * padded_doubles(features) * sizeof(double);
}

void FeatureGaussians::add(const double* row) {
  if (count_ == 0) {
    values_.assign(kParts * stride_, 0);
    std::copy(row, row + stride_, part(kMinimum));
    std::copy(row, row + stride_, part(kMaximum));
  }
  ++count_;
  prepared_ = false;
  const DoubleLanes share = broadcast(1 / static_cast<double>(count_));
  for (std::size_t at = 0; at < stride_; at += kDoubleLanes) {
    double* values = values_.data() + at;
    const DoubleLanes value = load(row + at);
    const DoubleLanes before = value - load(values + kMean * stride_);
    const DoubleLanes mean = load(values + kMean * stride_) + before * share;
    store(mean, values + kMean * stride_);
    store(load(values + kSquares * stride_) + before * (value - mean), values + kSquares * stride_);
    store(lesser(load(values + kMinimum * stride_), value), values + kMinimum * stride_);
    store(greater(load(values + kMaximum * stride_), value), values + kMaximum * stride_);
  }
}

double FeatureGaussians::count_up_to(double value, std::size_t feature) const {
  const auto count = static_cast<double>(count_);
  if (value < minimum(feature)) return 0;
  if (value >= maximum(feature)) return count;
  return count * normal_cumulative((value - part(kMean)[feature]) / std::sqrt(variance(feature)));
}

double FeatureGaussians::log_density(const double* row) {
  if (!prepared_) prepare();
  return dse::log_density(
      {.features = features_, .means = part(kMean), .scales = part(kScale), .constant = constant_}, row);
}

void FeatureGaussians::hash_state(Hasher& hasher) const {
  hasher.add_u64(count_);
  if (count_ == 0) return;
  for (const Part which : {kMean, kSquares, kMinimum, kMaximum}) {
    hasher.add(std::as_bytes(std::span(part(which), features_)));
  }
}

void FeatureGaussians::save_state(StateWriter& writer) const {
  writer.add_u64(count_);
  if (count_ == 0) return;
  writer.add(std::span(part(kMean), features_));
  writer.add(std::span(part(kSquares), features_));
  for (const Part which : {kMinimum, kMaximum}) {
    for (std::size_t at = 0; at < features_; ++at) {
      const auto extreme = static_cast<float>(part(which)[at]);
      writer.add(std::span(&extreme, 1));
    }
  }
}

void FeatureGaussians::load_state(StateReader& reader) {
  count_ = reader.count(kExamplesMax, "examples of a class");
  values_.clear();
  if (count_ == 0) return;
  reader.require(features_ * (2 * sizeof(double) + 2 * sizeof(float)));
  values_.assign(kParts * stride_, 0);
  reader.read(std::span(part(kMean), features_));
  reader.read(std::span(part(kSquares), features_));
  for (const Part which : {kMinimum, kMaximum}) {
    for (std::size_t at = 0; at < features_; ++at) {
      float extreme = 0;
      reader.read(std::span(&extreme, 1));
      part(which)[at] = static_cast<double>(extreme);
    }
  }
  require_possible(reader);
  prepared_ = false;
}

double FeatureGaussians::variance(std::size_t feature) const {
  return part(kSquares)[feature] / static_cast<double>(count_ - 1);
}

void FeatureGaussians::prepare() {
  // A single example has no variance.
  const DoubleLanes share = broadcast(count_ > 1 ? 1 / static_cast<double>(count_ - 1) : 0);
  for (std::size_t at = 0; at < stride_; at += kDoubleLanes) {
    store(load(part(kSquares) + at) * share, part(kScale) + at);
  }
  constant_ = prepare_density(features_, part(kScale));
  prepared_ = true;
}

// The bounds leave room for what many additions round away: the sum of squares is at least half the squared
// range, and at most a quarter of it for each example (Popoviciu).
void FeatureGaussians::require_possible(StateReader& reader) const {
  for (std::size_t at = 0; at < features_; ++at) {
    const double range = maximum(at) - minimum(at);
    const double mean = part(kMean)[at];
    const double squares = part(kSquares)[at];
    if (range < 0 || mean < minimum(at) || mean > maximum(at)) {
      reader.refuse("a mean that is not between the least and the greatest value");
    }
    if (squares < range * range / 4 || squares > range * range * static_cast<double>(count_)) {
      reader.refuse("a sum of squares that does not fit the range of values");
    }
    if (count_ == 1 && range > 0) reader.refuse("one example of several values");
  }
}

}  // namespace dse
