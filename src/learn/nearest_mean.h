// Predicts the class whose mean image is nearest (in Euclidean distance). It predicts from the first example
// on. Sums are integers, hence exact. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dse/hash.h"
#include "dse/learner.h"

namespace dse {

class NearestMean {
 public:
  NearestMean(std::size_t pixels, std::size_t classes);

  // Takes at most 100,000 examples of one class, so that no sum overflows.
  void add(const Example& example);
  // The confidence is the class's share of the inverse squared distances (fuzzy c-means membership: Bezdek,
  // "Pattern Recognition with Fuzzy Objective Function Algorithms", 1981). Before the first example it is
  // class 0. `probabilities` receives the share of each class, unless it is empty.
  Prediction predict(const std::uint8_t* pixels, std::span<double> probabilities = {}) const;

  void hash_state(Hasher& hasher) const;

 private:
  std::int64_t dot_sum(std::size_t label, const std::uint8_t* pixels) const;

  std::size_t pixels_;
  std::vector<std::int64_t> counts_;             // for each class
  std::vector<std::int64_t> squared_norms_;      // one for each class's sum of images
  std::vector<std::vector<std::int32_t>> sums_;  // each class's sums, by pixel
};

}  // namespace dse
