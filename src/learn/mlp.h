// A multilayer perceptron: pixels, 128 and 32 rectified units, classes (Rumelhart, Hinton and Williams,
// "Learning representations by back-propagating errors", 1986). Any image, any number of classes.
// One thread at a time.
#pragma once

#include <vector>

#include "learn/dense_layer.h"
#include "learn/dense_stack.h"
#include "learn/gradient_learner.h"
#include "learn/sparse_row.h"

namespace dse {

class Mlp : public GradientLearner {
 public:
  Mlp(const LearnerOptions& options, RandomStream& random);

  void add_gradients(std::span<const Example> batch) override;

 private:
  std::span<const float> scores(const Input& input, Weights weights) override;
  // The scores of an image or row, computed in row `row` of rest_ for the backward pass.
  std::span<const float> forward(const Input& input, Weights weights, std::size_t row);

  DenseLayer first_;
  DenseStack rest_;
  std::vector<SparseRow> inputs_;  // one for each image or row of the batch
  Floats deltas_;
};

}  // namespace dse
