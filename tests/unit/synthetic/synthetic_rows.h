// Rows of a synthetic stream, kept to be looked at.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "dse/random.h"
#include "synthetic/synthetic_stream.h"

// The three random streams that a synthetic stream draws from.
struct OwnRandom {
  explicit OwnRandom(std::uint64_t seed)
      : features(seed, "test", "features"), noise(seed, "test", "noise"), drift(seed, "test", "drift") {}

  dse::StreamRandom get() { return {features, noise, drift}; }

  dse::RandomStream features;
  dse::RandomStream noise;
  dse::RandomStream drift;
};

struct LabelledRow {
  std::vector<float> features;
  int label = 0;

  double operator[](std::size_t feature) const { return static_cast<double>(features[feature]); }
};

inline std::vector<LabelledRow> take(dse::SyntheticStream& stream, std::size_t count) {
  std::vector<LabelledRow> rows(count);
  for (LabelledRow& row : rows) {
    row.features.resize(stream.features());
    row.label = stream.next(row.features);
  }
  return rows;
}

// The first rows of a new stream of this type and these options, of this seed.
template <typename Stream, typename Options>
std::vector<LabelledRow> rows_of(const Options& options, std::size_t count, std::uint64_t seed = 2001) {
  OwnRandom random(seed);
  Stream stream(options, random.get());
  return take(stream, count);
}

// The first row for which `holds` is false, with its number from 0; "" when there is none.
template <typename Holds>
std::string first_wrong(const std::vector<LabelledRow>& rows, Holds holds) {
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (!holds(rows[at]))
      return fmt::format("row {}: {} has the label {}", at, rows[at].features, rows[at].label);
  }
  return "";
}

template <typename Value>
double mean_of(const std::vector<LabelledRow>& rows, Value value) {
  double sum = 0;
  for (const LabelledRow& row : rows) sum += static_cast<double>(value(row));
  return sum / static_cast<double>(rows.size());
}

// Whether the values come within a thousandth of both ends of this range: thousands of uniform values nearly
// always do.
template <typename Value>
bool reaches_ends(const std::vector<LabelledRow>& rows, double least, double most, Value value) {
  double smallest = most;
  double largest = least;
  for (const LabelledRow& row : rows) {
    smallest = std::min(smallest, static_cast<double>(value(row)));
    largest = std::max(largest, static_cast<double>(value(row)));
  }
  const double near = (most - least) / 1000;
  return smallest < least + near && largest > most - near;
}

inline double share_of(const std::vector<LabelledRow>& rows, int label) {
  return mean_of(rows, [&](const LabelledRow& row) { return row.label == label ? 1 : 0; });
}

// Six standard deviations of the mean of so many independent values of this standard deviation.
inline double six_deviations(double deviation, std::size_t count) {
  return 6 * deviation / std::sqrt(static_cast<double>(count));
}

// Six standard deviations of the share of what happens with this probability.
inline double six_deviations_of_share(double probability, std::size_t count) {
  return six_deviations(std::sqrt(probability * (1 - probability)), count);
}

// Six standard deviations of the mean of so many uniform values from a range of this width.
inline double six_deviations_of_uniform(double width, std::size_t count) {
  return six_deviations(width / std::sqrt(12.0), count);
}
