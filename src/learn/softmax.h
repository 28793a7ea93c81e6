// Multinomial logistic regression (Bishop, "Pattern Recognition and Machine Learning", 4.3.4).
// Any image, any number of classes. One thread at a time.
#pragma once

#include "learn/dense_layer.h"
#include "learn/gradient_learner.h"
#include "learn/sparse_row.h"

namespace dse {

class Softmax : public GradientLearner {
 public:
  Softmax(const LearnerOptions& options, RandomStream& random);

  void add_gradients(std::span<const Example> batch) override;

 private:
  std::span<const float> scores(const Input& input, Weights weights) override;

  DenseLayer layer_;
  SparseRow inputs_;  // the image or row that scores_ belong to
  Floats scores_;
  Floats deltas_;
};

}  // namespace dse
