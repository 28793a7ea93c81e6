// A multilayer perceptron: pixels, 128 and 32 rectified units, classes (Rumelhart, Hinton and Williams, 1986),
// learned by Adam with a decaying rate. Any image, any number of classes. One thread at a time.
#pragma once

#include <vector>

#include "learn/adam.h"
#include "learn/dense_layer.h"
#include "learn/dense_stack.h"
#include "learn/learner.h"
#include "learn/sparse_row.h"

namespace dse {

class Mlp : public Learner {
 public:
  Mlp(const LearnerOptions& options, RandomStream& random);

  void train(std::span<const Example> batch, std::span<Prediction> before) override;
  void predict(std::span<const std::uint8_t* const> images, std::span<Prediction> predictions) override;
  void hash_state(Hasher& hasher) const override;

  // The parts of train, for its tests: the mean cross entropy of the batch; its gradient, added to all
  // parameters.
  double loss(std::span<const Example> batch);
  void add_gradients(std::span<const Example> batch, std::span<Prediction> before);
  std::vector<Parameters*> parameters();

 private:
  // The scores of an image, computed in row `row` of the stack.
  std::span<const float> forward(const std::uint8_t* pixels, std::size_t row, SparseRow& inputs);

  std::size_t pixels_;
  DenseLayer first_;
  DenseStack rest_;
  Adam adam_;
  std::vector<SparseRow> inputs_;  // of each image of the batch
  Floats deltas_;
};

}  // namespace dse
