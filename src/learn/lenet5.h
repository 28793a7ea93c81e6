// LeNet-5 (LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE, 1998) with
// max pooling and rectifiers: 5x5 convolution to 6 channels, 2x2 pool, 5x5 convolution to 16, 2x2 pool, fully
// connected 120, 84, classes. Learned by Adam with a decaying rate. One thread at a time.
#pragma once

#include <vector>

#include "learn/adam.h"
#include "learn/dense_stack.h"
#include "learn/learner.h"
#include "learn/pooled_convolution.h"

namespace dse {

class LeNet5 : public Learner {
 public:
  // Rows and columns are multiples of 4, from 16, so that both pools come out even; otherwise throws
  // std::invalid_argument.
  LeNet5(const LearnerOptions& options, RandomStream& random);

  void train(std::span<const Example> batch, std::span<Prediction> before) override;
  void predict(std::span<const std::uint8_t* const> images, std::span<Prediction> predictions) override;
  void hash_state(Hasher& hasher) const override;

  // The parts of train, for its tests: the mean cross entropy of the batch; its gradient, added to all
  // parameters; and what follows a change of them.
  double loss(std::span<const Example> batch);
  void add_gradients(std::span<const Example> batch, std::span<Prediction> before);
  std::vector<Parameters*> parameters();
  void parameters_changed();

 private:
  // What the way back needs of one image.
  struct Image {
    Floats pixels;
    Floats first_output;
    Integers first_winners;
    Integers second_winners;
  };

  void resize(std::size_t count);
  // The scores of an image, computed in row `row` of the stack.
  std::span<const float> forward(const std::uint8_t* pixels, std::size_t row);
  void backward(std::size_t row);

  std::size_t pixels_;
  PooledConvolution<1, 6> first_;
  PooledConvolution<6, 16> second_;
  DenseStack dense_;
  Adam adam_;
  std::vector<Image> images_;
  Floats first_deltas_;
};

}  // namespace dse
