// LeNet-5 (LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE, 1998) with
// max pooling and rectifiers: 5x5 convolution to 6 channels, 2x2 pool, 5x5 convolution to 16, 2x2 pool, fully
// connected 120, 84, classes. One thread at a time.
#pragma once

#include <vector>

#include "learn/dense_stack.h"
#include "learn/gradient_learner.h"
#include "learn/pooled_convolution.h"

namespace dse {

class LeNet5 : public GradientLearner {
 public:
  // Rows and columns must be multiples of 4, at least 16, so that both pools come out even; otherwise throws
  // std::invalid_argument.
  LeNet5(const LearnerOptions& options, RandomStream& random);

  void add_gradients(std::span<const Example> batch) override;
  void parameters_changed() override;

 private:
  // What the backward pass needs from one image.
  struct Image {
    Floats pixels;
    Floats first_output;
    Integers first_winners;
    Integers second_winners;
  };

  void resize(std::size_t count);
  std::span<const float> scores(const Input& input, Weights weights) override;
  // The scores of an image, computed in row `row` of dense_ for the backward pass.
  std::span<const float> forward(const Input& input, Weights weights, std::size_t row);
  void backward(std::size_t row);

  std::size_t pixels_;
  PooledConvolution<1, 6> first_;
  PooledConvolution<6, 16> second_;
  DenseStack dense_;
  std::vector<Image> images_;
  Floats first_deltas_;
};

}  // namespace dse
