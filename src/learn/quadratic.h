// Quadratic discriminant analysis (Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning",
// 4.3) on the principal components of the first examples of the stream; before these are found, the nearest
// class mean. Any image, any number of classes. One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "dse/learner.h"
#include "learn/gaussian_classes.h"
#include "learn/nearest_mean.h"
#include "learn/principal_components.h"

namespace dse {

class Quadratic : public Learner {
 public:
  Quadratic(const LearnerOptions& options, RandomStream& random);

  void train(std::span<const Example> batch, Predictions before) override;
  void predict(std::span<const Input> inputs, Predictions predictions) override;
  void hash_state(Hasher& hasher) const override;
  void save_state(StateWriter& writer) const override;
  void load_state(StateReader& reader) override;

 private:
  Prediction predict_one(const Input& input, std::span<double> probabilities);
  void learn_one(const Example& example);
  // Finds the components of the gathered examples, and learns from the examples again, projected onto these.
  void find_components();
  void load_gathered(StateReader& reader);

  std::size_t pixels_;
  std::size_t classes_;
  bool found_components_ = false;
  std::vector<std::uint8_t> gathered_images_;  // until components are found
  std::vector<int> gathered_labels_;
  NearestMean nearest_mean_;
  PrincipalComponents components_;
  GaussianClasses gaussians_;
  Floats projected_;
};

}  // namespace dse
