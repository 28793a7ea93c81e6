// Where a leaf of a decision tree is best split: two parts, by one numeric feature and a threshold, judged by
// how many examples of each class would come into either part, which normal distributions tell
// (learn/feature_gaussians.h). Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "learn/feature_gaussians.h"

namespace dse {

enum class SplitCriterion : std::uint8_t {
  kInformationGain,  // in bits (Quinlan, "Induction of decision trees", Machine Learning 1, 1986)
  kGini,  // the decrease of the Gini index (Breiman et al., "Classification and regression trees", 1984)
};

struct SplitOptions {
  SplitCriterion criterion = SplitCriterion::kInformationGain;
  // How many thresholds of a feature are tried, equally spaced between its least and its greatest value.
  std::size_t points = 10;
  // Each part has more than this share of the examples.
  double least_share = 0.01;
};

// What comes into a part, by class.
using ClassWeights = std::vector<double>;

struct Split {
  std::size_t feature = 0;
  double threshold = 0;  // at most this goes left
  double merit = 0;
};

// The class weights of both parts.
struct Parts {
  ClassWeights left;
  ClassWeights right;
};

// How much purer, by the criterion, the parts are than the whole, which is their sum: 0 if they are as mixed.
double merit(SplitCriterion criterion, const ClassWeights& whole, const Parts& parts);
// The greatest merit that a split of that many classes can have: the range R of the Hoeffding bound.
double merit_range(SplitCriterion criterion, std::size_t classes);
// What the true mean of variables of this range differs from the mean of `count` of them by at most, with
// probability 1 - confidence: sqrt(R^2 ln(1 / confidence) / (2 count)) (Hoeffding, "Probability inequalities
// for sums of bounded random variables", JASA 1963).
double hoeffding_bound(double range, double confidence, double count);

// The thresholds that are tried of a feature; none if all its values are equal. `observers` are those of each
// class; some have no example.
std::vector<double> split_points(std::span<const FeatureGaussians> observers, std::size_t feature,
                                 std::size_t points);
Parts parts_of(std::span<const FeatureGaussians> observers, const Split& split);
// The best of this feature's splits, the first of several; none if no threshold leaves enough on both sides.
std::optional<Split> best_split(std::span<const FeatureGaussians> observers, std::size_t feature,
                                const SplitOptions& options);

}  // namespace dse
