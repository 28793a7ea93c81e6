#include "learn/probabilities.h"

#include <algorithm>

#include "core/elementary.h"

namespace dse {

void normalise_logarithms(std::span<double> logarithms) {
  const double greatest = *std::max_element(logarithms.begin(), logarithms.end());
  for (double& value : logarithms) value = exponential(value - greatest);
  normalise(logarithms);
}

void normalise(std::span<double> weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  for (double& weight : weights) {
    weight = sum > 0 ? weight / sum : 1 / static_cast<double>(weights.size());
  }
}

int most_probable(std::span<const double> probabilities) {
  return static_cast<int>(std::max_element(probabilities.begin(), probabilities.end()) -
                          probabilities.begin());
}

}  // namespace dse
