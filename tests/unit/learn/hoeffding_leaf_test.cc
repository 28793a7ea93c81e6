#include "learn/hoeffding_leaf.h"

#include <cmath>

#include "support/catch.h"
#include "synthetic_rows.h"

using namespace dse;

namespace {

using Row = std::vector<double>;

Row padded_row(double first, double second) { return {first, second, 0, 0}; }

std::vector<double> probabilities_at(HoeffdingLeaf& leaf, const Row& row) {
  std::vector<double> result(leaf.observers().size());
  leaf.probabilities(row.data(), result);
  return result;
}

// Most are of class 0, and class 1 lies far away in the first feature: naive Bayes is always right.
void learn_apart(HoeffdingLeaf& leaf, RandomStream& random) {
  for (int at = 0; at < 300; ++at) {
    const std::size_t label = at % 3 == 0 ? 1 : 0;
    const double first = (label == 1 ? 10 : 0) + random.uniform();
    leaf.learn_one(padded_row(first, random.uniform()).data(), label);
  }
}

// Class 1 is rare, and lies where class 0 lies, but narrower: naive Bayes says 1 too often.
void learn_within(HoeffdingLeaf& leaf, RandomStream& random) {
  for (int at = 0; at < 2'000; ++at) {
    const bool rare = at % 10 == 0;
    // In class 0, half of the values are in the same narrow place, and half are far outside on both sides.
    const double side = random.below(2) == 0 ? -1 : 1;
    const double outside = random.below(2) == 0 ? side * 20 : 0;
    leaf.learn_one(padded_row((rare ? 0 : outside) + random.uniform(), 0).data(), rare ? 1 : 0);
  }
}

}  // namespace

TEST_CASE("a leaf that has seen nothing goes by what it stands for") {
  for (const LeafPredictor predictor :
       {LeafPredictor::kMajority, LeafPredictor::kNaiveBayes, LeafPredictor::kAdaptive}) {
    HoeffdingLeaf nothing(predictor, 2, {0, 0, 0, 0});
    CHECK(probabilities_at(nothing, padded_row(1, 2)) == std::vector<double>(4, 0.25));
    HoeffdingLeaf part(predictor, 2, {0.5, 1.5, 0});
    CHECK(probabilities_at(part, padded_row(1, 2)) == std::vector<double>{0.25, 0.75, 0});
    CHECK(part.weight() == 2);
    CHECK(part.classes() == 2);
  }
}

TEST_CASE("naive Bayes by its formula") {
  HoeffdingLeaf leaf(LeafPredictor::kNaiveBayes, 2, {1, 0, 5});
  for (const Row& row : {padded_row(1, 5), padded_row(3, 7)}) leaf.learn_one(row.data(), 0);
  for (const Row& row : {padded_row(2, 5), padded_row(6, 5.5), padded_row(4, 9)})
    leaf.learn_one(row.data(), 1);
  const auto normal = [](double x, double mean, double variance) {
    return std::exp(-(x - mean) * (x - mean) / (2 * variance)) / std::sqrt(2 * M_PI * variance);
  };
  // The weights are 3, 3 and 5; of class 2 the leaf has seen no example.
  const double first = 3 * normal(3, 2, 2) * normal(6, 6, 2);
  const double second = 3 * normal(3, 4, 4) * normal(6, 6.5, 4.75);
  const std::vector<double> result = probabilities_at(leaf, padded_row(3, 6));
  CHECK(result[0] == Approx(first / (first + second)).epsilon(1e-12));
  CHECK(result[1] == Approx(second / (first + second)).epsilon(1e-12));
  CHECK(result[2] == 0);
}

TEST_CASE("the adaptive leaf predicts as the better of majority and naive Bayes") {
  RandomStream random(1, "test", "rows");
  HoeffdingLeaf apart(LeafPredictor::kAdaptive, 2, {0, 0});
  learn_apart(apart, random);
  CHECK(probabilities_at(apart, padded_row(10.5, 0.5))[1] > 0.99);
  CHECK(probabilities_at(apart, padded_row(0.5, 0.5))[0] > 0.99);

  HoeffdingLeaf within(LeafPredictor::kAdaptive, 2, {0, 0});
  HoeffdingLeaf by_bayes(LeafPredictor::kNaiveBayes, 2, {0, 0});
  RandomStream one(2, "test", "rows");
  RandomStream same(2, "test", "rows");
  learn_within(within, one);
  learn_within(by_bayes, same);
  CHECK(probabilities_at(by_bayes, padded_row(0.5, 0))[1] > 0.5);
  CHECK(probabilities_at(within, padded_row(0.5, 0)) == std::vector<double>{0.9, 0.1});
}

TEST_CASE("a leaf that stands for less than it has seen, or has been right too often, is refused") {
  RandomStream random(1, "test", "rows");
  HoeffdingLeaf leaf(LeafPredictor::kAdaptive, 2, {0, 0});
  learn_apart(leaf, random);
  const std::string state = state_of(leaf);
  HoeffdingLeaf loaded(LeafPredictor::kAdaptive, 2, {0, 0});
  CHECK(refusal_of(loaded, state).empty());
  CHECK(state_of(loaded) == state);
  CHECK(loaded.since_attempt() == 300);
  const auto with = [&](std::size_t at, double value) {
    StateWriter writer;
    writer.add_f64(value);
    return std::string(state).replace(at, 8, writer.bytes());
  };
  for (const double weight : {-1.0, 199.5, 1e300}) {
    CHECK_THAT(refusal_of(loaded, with(0, weight)), ContainsSubstring("does not stand for the examples"));
  }
  CHECK(refusal_of(loaded, with(0, 200.5)).empty());
  for (const std::size_t counter : {16U, 24U, 32U}) {
    std::string damaged = state;
    damaged[counter] = 45;
    damaged[counter + 1] = 1;  // 301
    CHECK_THAT(refusal_of(loaded, damaged), ContainsSubstring("more examples than a leaf has seen"));
  }
}
