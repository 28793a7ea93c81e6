// Fully connected layers in sequence, with rectifiers in between; the last outputs are the scores of the
// classes. Keeps the activations of a whole mini-batch for the backward pass. One thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "dse/learner.h"
#include "learn/dense_layer.h"

namespace dse {

class DenseStack {
 public:
  // widths: inputs, outputs of each layer; the last is the number of classes.
  DenseStack(std::span<const std::size_t> widths, RandomStream& random);

  // Makes room for `count` rows. Called before rows are written.
  void resize(std::size_t count);
  // The inputs of row `row`, to be written by the caller: padded(widths[0]) floats, of which those past
  // widths[0] stay zero.
  float* input(std::size_t row) { return activations_[0].data() + row * layers_[0].input_stride(); }

  // Computes row `row` from its input, and returns its scores.
  std::span<const float> forward(std::size_t row, Weights weights);

  // Adds the gradients of the mean cross entropy of the batch, whose rows were computed by forward.
  void backward(std::span<const Example> batch);
  // After backward: the derivative of the loss by the inputs of row `row`.
  const float* input_deltas(std::size_t row) const {
    return deltas_[0].data() + row * layers_[0].input_stride();
  }

  std::span<DenseLayer> layers() { return layers_; }

 private:
  std::span<const float> scores(std::size_t row) const {
    return {activations_.back().data() + row * layers_.back().output_stride(), layers_.back().outputs()};
  }

  std::vector<DenseLayer> layers_;
  std::vector<Floats> activations_;  // inputs of each layer, then the scores
  std::vector<Floats> deltas_;       // the derivative of the loss by each of them
  SparseRow sparse_;
};

}  // namespace dse
