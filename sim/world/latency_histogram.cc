#include "sim/world/latency_histogram.h"

#include <algorithm>

namespace dse {

LatencyHistogram::Bucket& LatencyHistogram::Others::use(std::size_t number) {
  const std::size_t octave = number >> kPrecisionBits;
  if (octave >= octaves.size()) octaves.resize(octave + 1);
  if (octaves[octave] == nullptr) octaves[octave] = std::make_unique<Octave>();
  Bucket& taken = bucket(number);
  if (taken.count == 0) {
    const auto one = static_cast<std::uint16_t>(number);
    used.insert(std::lower_bound(used.begin(), used.end(), one), one);
  }
  return taken;
}

void LatencyHistogram::add_beside(std::size_t number, std::uint64_t value) {
  if (others_ != nullptr) {
    const std::size_t octave = number >> kPrecisionBits;
    if (octave < others_->octaves.size() && others_->octaves[octave] != nullptr) {
      Bucket& taken = others_->bucket(number);
      if (taken.count > 0) {
        ++taken.count;
        if (value > taken.largest) taken.largest = value;
        ++count_;
        return;
      }
    }
  }
  add_bucket(number, {.count = 1, .largest = value});
}

void LatencyHistogram::add_bucket(std::size_t number, const Bucket& bucket) {
  if (only_number_ == kNoNumber) only_number_ = static_cast<std::uint32_t>(number);
  if (number != only_number_ && others_ == nullptr) others_ = std::make_unique<Others>();
  Bucket& taken = number == only_number_ ? only_ : others_->use(number);
  taken.count += bucket.count;
  taken.largest = std::max(taken.largest, bucket.largest);
  count_ += bucket.count;
}

template <typename Visit>
void LatencyHistogram::visit_buckets(Visit visit) const {
  bool passed = only_.count == 0;
  if (others_ != nullptr) {
    for (const std::uint16_t number : others_->used) {
      if (!passed && number > only_number_) {
        if (visit(only_number_, only_)) return;
        passed = true;
      }
      if (visit(number, others_->bucket(number))) return;
    }
  }
  if (!passed) visit(only_number_, only_);
}

void LatencyHistogram::add_all(const LatencyHistogram& other) {
  other.visit_buckets([this](std::size_t number, const Bucket& bucket) {
    add_bucket(number, bucket);
    return false;
  });
}

void LatencyHistogram::clear() {
  if (others_ != nullptr) {
    for (const std::uint16_t number : others_->used) others_->bucket(number) = Bucket();
    others_->used.clear();
  }
  only_ = Bucket();  // keeps its number: the next values are mostly like the last
  count_ = 0;
}

std::optional<TimeNs> LatencyHistogram::quantile(std::uint64_t permille) const {
  if (count_ == 0) return std::nullopt;
  const std::uint64_t rank = std::max<std::uint64_t>(1, (count_ * permille + 999) / 1000);
  std::uint64_t seen = 0;
  std::uint64_t value = 0;
  visit_buckets([&](std::size_t, const Bucket& bucket) {
    seen += bucket.count;
    value = bucket.largest;
    return seen >= rank;
  });
  return static_cast<TimeNs>(value);
}

std::vector<LatencyHistogram::Bucket> LatencyHistogram::buckets() const {
  std::vector<Bucket> all;
  visit_buckets([&all](std::size_t, const Bucket& bucket) {
    all.push_back(bucket);
    return false;
  });
  return all;
}

}  // namespace dse
