#include "drift/adwin.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/check.h"
#include "core/elementary.h"
#include "drift/limits.h"

namespace dse {
namespace {

// More values than any stream has, yet few enough to be counted.
constexpr std::uint64_t kRowsMax = 50;

std::uint64_t values_in(std::size_t row) { return std::uint64_t{1} << row; }

std::optional<std::string> outside(const char* name, std::int64_t value, const KeyRange& range) {
  if (value >= range.least && value <= range.most) return std::nullopt;
  return fmt::format("{} is {}, expected {} to {}", name, value, range.least, range.most);
}

}  // namespace

std::optional<std::string> why_wrong(const AdwinOptions& options) {
  if (!(options.delta > 0 && options.delta < 1))
    return fmt::format("delta is {}, expected a number above 0 and below 1", options.delta);
  if (auto wrong = outside("clock", options.clock, kAdwinClock)) return wrong;
  if (auto wrong = outside("max_buckets", options.max_buckets, kAdwinBuckets)) return wrong;
  if (auto wrong = outside("min_window_length", options.min_window_length, kAdwinMinWindowLength))
    return wrong;
  return outside("grace_period", options.grace_period, kAdwinGracePeriod);
}

Adwin::Adwin(const AdwinOptions& options) : options_(options), rows_(1) {
  if (const auto wrong = why_wrong(options)) throw std::invalid_argument(*wrong);
}

DriftState Adwin::update(double value) {
  DSE_CHECK(std::abs(value) <= kDriftValueMax, "a value of {}", value);
  insert(value);
  merge_full_rows();
  if (++since_check_ < options_.clock) return DriftState::kNone;
  since_check_ = 0;
  if (width_ <= static_cast<std::uint64_t>(options_.grace_period)) return DriftState::kNone;
  const double before = mean();
  bool drift = false;
  while (shrink()) drift = true;
  if (options_.only_rising && mean() <= before) drift = false;
  return drift ? DriftState::kDrift : DriftState::kNone;
}

void Adwin::reset() { *this = Adwin(options_); }

void Adwin::save_state(StateWriter& writer) const {
  writer.add_u64(static_cast<std::uint64_t>(since_check_));
  writer.add_f64(total_);
  writer.add_f64(squares_);
  writer.add_u64(rows_.size());
  for (const std::vector<Bucket>& row : rows_) {
    writer.add_u64(row.size());
    for (const Bucket& bucket : row) {
      writer.add_f64(bucket.total);
      writer.add_f64(bucket.squares);
    }
  }
}

void Adwin::load_state(StateReader& reader) {
  reset();
  const auto clock = static_cast<std::uint64_t>(options_.clock);
  since_check_ = static_cast<std::int64_t>(reader.count(clock - 1, "values since the last check"));
  total_ = reader.f64();
  squares_ = reader.f64();
  const std::uint64_t rows = reader.count(kRowsMax, "sizes of buckets");
  if (rows == 0) reader.refuse("a window without a size of buckets");
  rows_.clear();
  for (std::uint64_t row = 1; row <= rows; ++row) load_row(reader, row == rows);
  if (width_ == 0 && (total_ != 0 || squares_ != 0)) reader.refuse("an empty window with a mean");
  if (squares_ < 0) reader.refuse("a negative variance");
  // Twice, because total_ is kept by adding and subtracting, which rounds.
  if (std::abs(total_) > 2 * kDriftValueMax * static_cast<double>(width_)) reader.refuse("too large a mean");
}

double Adwin::mean() const { return width_ == 0 ? 0 : total_ / static_cast<double>(width_); }
double Adwin::variance() const { return width_ == 0 ? 0 : squares_ / static_cast<double>(width_); }

std::size_t Adwin::buckets() const {
  std::size_t count = 0;
  for (const std::vector<Bucket>& row : rows_) count += row.size();
  return count;
}

void Adwin::insert(double value) {
  rows_[0].push_back({.total = value});
  if (width_ > 0) {
    // Welford's update of the sum of squares ("Note on a method for calculating corrected sums of squares and
    // products", Technometrics 4, 1962).
    const auto before = static_cast<double>(width_);
    const double distance = value - total_ / before;
    squares_ += before * distance * distance / (before + 1);
  }
  ++width_;
  total_ += value;
}

void Adwin::merge_full_rows() {
  const auto most = static_cast<std::size_t>(options_.max_buckets);
  for (std::size_t row = 0; row < rows_.size() && rows_[row].size() > most; ++row) {
    if (row + 1 == rows_.size()) rows_.emplace_back();
    std::vector<Bucket>& full = rows_[row];
    rows_[row + 1].push_back(merged(full[0], full[1], static_cast<double>(values_in(row))));
    full.erase(full.begin(), full.begin() + 2);
  }
}

Adwin::Bucket Adwin::merged(const Bucket& older, const Bucket& newer, double size) const {
  const double distance = older.total / size - newer.total / size;
  const double between = size * size * (distance * distance) / (size + size);
  const double older_squares = options_.variant == AdwinVariant::kPaper ? older.squares : 0;
  return {.total = older.total + newer.total, .squares = older_squares + newer.squares + between};
}

bool Adwin::shrink() {
  // ln(2 / δ') of the paper's section 4, where δ' = δ / ln n.
  const double confidence = logarithm(2 * logarithm(static_cast<double>(width_)) / options_.delta);
  const auto least = static_cast<std::uint64_t>(options_.min_window_length);
  Side older;
  Side newer{.count = width_, .total = total_};
  for (std::size_t row = rows_.size(); row-- > 0;) {
    const std::vector<Bucket>& buckets = rows_[row];
    const std::size_t end = options_.variant == AdwinVariant::kPaper ? buckets.size() : buckets.size() - 1;
    for (std::size_t at = 0; at < end; ++at) {
      older.count += values_in(row);
      newer.count -= values_in(row);
      older.total += buckets[at].total;
      newer.total -= buckets[at].total;
      if (older.count < least || newer.count < least || !differ(older, newer, confidence)) continue;
      drop_oldest();
      return true;
    }
  }
  return false;
}

// Whether the means are further apart than the paper's ε of a cut, in its form for a known variance, which
// uses that of the whole window.
bool Adwin::differ(const Side& older, const Side& newer, double confidence) const {
  const auto older_count = static_cast<double>(older.count);
  const auto newer_count = static_cast<double>(newer.count);
  const auto spare = static_cast<double>(options_.min_window_length - 1);
  const double inverse_mean = 1 / (older_count - spare) + 1 / (newer_count - spare);
  const double most =
      std::sqrt(2 * inverse_mean * variance() * confidence) + 2.0 / 3 * confidence * inverse_mean;
  return std::abs(older.total / older_count - newer.total / newer_count) > most;
}

void Adwin::drop_oldest() {
  std::vector<Bucket>& row = rows_.back();
  const Bucket& oldest = row.front();
  const auto size = static_cast<double>(values_in(rows_.size() - 1));
  width_ -= values_in(rows_.size() - 1);
  total_ -= oldest.total;
  const auto rest = static_cast<double>(width_);
  const double distance = oldest.total / size - total_ / rest;
  // Rounding can take more than there was. River would then find no cut, its bound being the root of a
  // negative number.
  squares_ = std::max(0.0, squares_ - (oldest.squares + size * rest * distance * distance / (size + rest)));
  row.erase(row.begin());
  if (row.empty()) rows_.pop_back();
}

void Adwin::load_row(StateReader& reader, bool is_last) {
  const auto most = static_cast<std::uint64_t>(options_.max_buckets);
  const std::uint64_t count = reader.count(most, "buckets of one size");
  const bool is_first = rows_.empty();
  // A row begins to pass its oldest buckets on when it overflows, and then keeps all but one.
  if (!is_last && count + 1 < most) reader.refuse(fmt::format("only {} buckets of a smaller size", count));
  if (!is_first && count == 0) reader.refuse("no bucket of the largest size");
  const std::uint64_t values = values_in(rows_.size());
  const auto size = static_cast<double>(values);
  rows_.emplace_back(count);
  for (Bucket& bucket : rows_.back()) {
    bucket = {.total = reader.f64(), .squares = reader.f64()};
    if (std::abs(bucket.total) > kDriftValueMax * size) reader.refuse("too large a sum of a bucket");
    if (bucket.squares < 0 || (is_first && bucket.squares != 0))
      reader.refuse("an impossible variance of a bucket");
  }
  width_ += values * count;
}

}  // namespace dse
