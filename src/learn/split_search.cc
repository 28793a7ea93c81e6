#include "learn/split_search.h"

#include <algorithm>
#include <cmath>

#include "core/elementary.h"

namespace dse {
namespace {

constexpr double kNatsPerBit = 0.69314718055994530942;

double times_own_log(double x) { return x > 0 ? x * logarithm(x) : 0; }

// How mixed a part is, times its weight.
double weighted_impurity(SplitCriterion criterion, const ClassWeights& weights) {
  double sum = 0;
  double terms = 0;
  for (const double weight : weights) {
    sum += weight;
    terms += criterion == SplitCriterion::kGini ? weight * weight : times_own_log(weight);
  }
  if (sum <= 0) return 0;
  if (criterion == SplitCriterion::kGini) return sum - terms / sum;
  return (times_own_log(sum) - terms) / kNatsPerBit;
}

double sum_of(const ClassWeights& weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  return sum;
}

void fill_parts(std::span<const FeatureGaussians> observers, const Split& split, Parts& parts) {
  for (std::size_t label = 0; label < observers.size(); ++label) {
    const auto count = static_cast<double>(observers[label].count());
    const double left = count > 0 ? observers[label].count_up_to(split.threshold, split.feature) : 0;
    parts.left[label] = left;
    parts.right[label] = count - left;
  }
}

double impurity_apart(SplitCriterion criterion, const Parts& parts) {
  return weighted_impurity(criterion, parts.left) + weighted_impurity(criterion, parts.right);
}

Parts empty_parts(std::size_t classes) { return {ClassWeights(classes), ClassWeights(classes)}; }

}  // namespace

double merit(SplitCriterion criterion, const ClassWeights& whole, const Parts& parts) {
  return (weighted_impurity(criterion, whole) - impurity_apart(criterion, parts)) / sum_of(whole);
}

double merit_range(SplitCriterion criterion, std::size_t classes) {
  if (criterion == SplitCriterion::kGini) return 1;
  return logarithm(static_cast<double>(std::max<std::size_t>(classes, 2))) / kNatsPerBit;
}

double hoeffding_bound(double range, double confidence, double count) {
  return std::sqrt(range * range * -logarithm(confidence) / (2 * count));
}

std::vector<double> split_points(std::span<const FeatureGaussians> observers, std::size_t feature,
                                 std::size_t points) {
  bool any = false;
  double least = 0;
  double greatest = 0;
  for (const FeatureGaussians& each : observers) {
    if (each.count() == 0) continue;
    least = any ? std::min(least, each.minimum(feature)) : each.minimum(feature);
    greatest = any ? std::max(greatest, each.maximum(feature)) : each.maximum(feature);
    any = true;
  }
  std::vector<double> result;
  if (!any || least >= greatest) return result;
  const double step = (greatest - least) / static_cast<double>(points + 1);
  for (std::size_t at = 1; at <= points; ++at) result.push_back(least + static_cast<double>(at) * step);
  return result;
}

Parts parts_of(std::span<const FeatureGaussians> observers, const Split& split) {
  Parts parts = empty_parts(observers.size());
  fill_parts(observers, split, parts);
  return parts;
}

std::optional<Split> best_split(std::span<const FeatureGaussians> observers, std::size_t feature,
                                const SplitOptions& options) {
  ClassWeights whole;
  for (const FeatureGaussians& each : observers) whole.push_back(static_cast<double>(each.count()));
  const double count = sum_of(whole);
  const double least = options.least_share * count;
  const double impurity = weighted_impurity(options.criterion, whole);
  std::optional<Split> best;
  Parts parts = empty_parts(observers.size());
  for (const double threshold : split_points(observers, feature, options.points)) {
    Split split{.feature = feature, .threshold = threshold};
    fill_parts(observers, split, parts);
    if (std::min(sum_of(parts.left), sum_of(parts.right)) <= least) continue;
    split.merit = (impurity - impurity_apart(options.criterion, parts)) / count;
    if (!best || split.merit > best->merit) best = split;
  }
  return best;
}

}  // namespace dse
