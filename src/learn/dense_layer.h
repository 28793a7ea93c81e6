// A fully connected layer: outputs = weights^T inputs + bias. One thread.
//
// Rows of inputs and outputs are padded with zeros to whole lanes. An output is summed in the order of the
// inputs, bias first, whichever other rows are computed with it.
#pragma once

#include <cstddef>

#include "dse/random.h"
#include "learn/parameters.h"
#include "learn/sparse_row.h"

namespace dse {

class DenseLayer {
 public:
  // Draws weights uniformly from ±sqrt(6 / inputs) * gain, with a bias of zero; gain 1 is for rectified
  // outputs (He et al., "Delving deep into rectifiers", ICCV 2015).
  DenseLayer(std::size_t inputs, std::size_t outputs, double gain, RandomStream& random);

  std::size_t input_stride() const { return padded(inputs_); }
  std::size_t output_stride() const { return padded(outputs_); }
  std::size_t outputs() const { return outputs_; }

  // Writes output_stride() floats.
  void forward(const SparseRow& inputs, Weights weights, float* outputs) const;

  // Adds the gradient of one row: inputs times deltas (the derivative of the loss by this row's outputs).
  void add_gradients(const SparseRow& inputs, const float* deltas);
  // The same for `count` rows, strides input_stride() and output_stride(), 32-byte aligned.
  void add_gradients(const float* inputs, const float* deltas, std::size_t count);
  // Writes the derivative of the loss by the inputs of `count` rows.
  void input_deltas(const float* deltas, std::size_t count, float* result) const;

  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }

 private:
  std::size_t bias_at() const { return input_stride() * output_stride(); }
  void add_bias_gradients(const float* deltas);

  std::size_t inputs_;
  std::size_t outputs_;
  Parameters parameters_;  // input_stride() rows of output_stride() weights, then the bias
};

}  // namespace dse
