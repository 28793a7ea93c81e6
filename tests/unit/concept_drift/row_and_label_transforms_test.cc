// Transforms of rows and of labels, against what they are defined to be.
#include <cmath>
#include <limits>
#include <vector>

#include "concept_drift/class_prior.h"
#include "concept_drift/class_swap.h"
#include "concept_drift/feature_map.h"
#include "support/catch.h"

using namespace dse;

namespace {

DataItem item_of(const std::vector<float>& row) { return {.bytes = std::as_bytes(std::span(row))}; }

std::vector<float> numbers_of(const DataItem& item) {
  const auto* numbers = reinterpret_cast<const float*>(item.bytes.data());
  return {numbers, numbers + item.bytes.size() / sizeof(float)};
}

}  // namespace

TEST_CASE("a feature is multiplied, then something is added; the others stay") {
  RandomStream random(1, "test", "drift");
  FeatureMap map({.features = 4, .changed = {1, 3}, .factor = 3, .added = 0.5});
  const std::vector<float> row = {1, 2, 3, -4};
  DataItem item = item_of(row);
  CHECK(map.apply(item, random) == DriftEffect::kChanged);
  CHECK(numbers_of(item) == std::vector<float>{1, 6.5, 3, -11.5});
  CHECK(row == std::vector<float>{1, 2, 3, -4});
  CHECK(random.draws() == 0);
}

TEST_CASE("a number is rounded once, from double to float32") {
  RandomStream random(1, "test", "drift");
  FeatureMap map({.features = 1, .changed = {0}, .factor = 0.1, .added = 1e-3});
  const std::vector<float> row = {16777216.0F};
  DataItem item = item_of(row);
  map.apply(item, random);
  CHECK(numbers_of(item)[0] == static_cast<float>(0.1 * 16777216.0 + 1e-3));
}

TEST_CASE("a number that becomes too large is infinite, and said to be") {
  RandomStream random(1, "test", "drift");
  FeatureMap map({.features = 2, .changed = {0, 1}, .factor = 10});
  const std::vector<float> large = {-3e38F, 1};
  DataItem item = item_of(large);
  CHECK(map.apply(item, random) == DriftEffect::kInfinite);
  CHECK(numbers_of(item) == std::vector<float>{-std::numeric_limits<float>::infinity(), 10});
  CHECK(map.apply(item, random) == DriftEffect::kChanged);  // it is no more infinite than before
}

TEST_CASE("swapped classes change their labels, and no other does") {
  RandomStream random(1, "test", "drift");
  ClassSwap swap({3, 8});
  for (int label = 0; label < 10; ++label) {
    DataItem item{.label = label};
    CHECK(swap.apply(item, random) == DriftEffect::kChanged);
    CHECK(item.label == (label == 3 ? 8 : label == 8 ? 3 : label));
  }
  DataItem unlabelled;
  swap.apply(unlabelled, random);
  CHECK_FALSE(unlabelled.label);
}

TEST_CASE("items of a class stay with its weight as probability") {
  const std::vector<double> weights = {1.0, 0.2, 0.0, 0.5};
  RandomStream random(1, "test", "drift");
  ClassPrior prior(weights);
  constexpr int kItems = 20'000;
  for (int label = 0; label < 4; ++label) {
    CAPTURE(label);
    int stayed = 0;
    for (int i = 0; i < kItems; ++i) {
      DataItem item{.label = label};
      stayed += prior.apply(item, random) == DriftEffect::kLeftOut ? 0 : 1;
    }
    const double weight = weights[static_cast<std::size_t>(label)];
    const double share = static_cast<double>(stayed) / kItems;
    CHECK(std::fabs(share - weight) <= 5 * std::sqrt(weight * (1 - weight) / kItems));
  }
}
