// Multinomial logistic regression (Bishop, "Pattern Recognition and Machine Learning", 4.3.4), learned by Adam
// with a decaying rate. Any image, any number of classes. One thread at a time.
#pragma once

#include <vector>

#include "learn/adam.h"
#include "learn/dense_layer.h"
#include "learn/learner.h"
#include "learn/sparse_row.h"

namespace dse {

class Softmax : public Learner {
 public:
  Softmax(const LearnerOptions& options, RandomStream& random);

  void train(std::span<const Example> batch, std::span<Prediction> before) override;
  void predict(std::span<const std::uint8_t* const> images, std::span<Prediction> predictions) override;
  void hash_state(Hasher& hasher) const override;

  // The parts of train, for its tests. The mean cross entropy of the batch, and its gradient added to layer().
  double loss(std::span<const Example> batch);
  void add_gradients(std::span<const Example> batch, std::span<Prediction> before);
  DenseLayer& layer() { return layer_; }

 private:
  std::span<const float> forward(const std::uint8_t* pixels);

  std::size_t pixels_;
  DenseLayer layer_;
  Adam adam_;
  SparseRow inputs_;
  Floats scores_;
  Floats deltas_;
};

}  // namespace dse
