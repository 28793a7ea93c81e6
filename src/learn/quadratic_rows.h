// Quadratic discriminant analysis of rows of numbers (Hastie, Tibshirani and Friedman, "The Elements of
// Statistical Learning", 4.3), each standardised by the mean and variance of the first examples; until these
// are there, naive Bayes. The core of a RowLearner. One thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/floats.h"
#include "learn/gaussian_classes.h"
#include "learn/naive_bayes.h"
#include "learn/standardiser.h"

namespace dse {

class QuadraticRows {
 public:
  // A covariance has features * features numbers for each class.
  static constexpr int kFeaturesMax = 256;

  QuadraticRows(std::size_t features, std::size_t classes);

  void learn_one(std::span<const float> row, int label);
  void probabilities(std::span<const float> row, std::span<double> out);

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  // How many examples the scale of the features is found from: more hardly change it.
  static constexpr std::size_t kGathered = 500;

  bool found_scale() const { return labels_.size() == kGathered; }
  void learn_standardised(std::span<const float> row, int label);

  std::size_t features_;
  std::size_t classes_;
  Standardiser standardiser_;  // by the first examples
  NaiveBayes first_;           // before there are enough of them
  std::vector<float> rows_;    // the first examples; empty once the scale is found
  std::vector<int> labels_;
  GaussianClasses gaussians_;
  Floats point_;
};

}  // namespace dse
