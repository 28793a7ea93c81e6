#include "learn/dense_layer.h"

#include <cmath>

#include "learn/eigen.h"
#include "learn/lanes.h"

namespace dse {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMajor, Eigen::Aligned32>;
using Map = Eigen::Map<RowMajor, Eigen::Aligned32>;

}  // namespace

DenseLayer::DenseLayer(std::size_t inputs, std::size_t outputs, double gain, RandomStream& random)
    : inputs_(inputs), outputs_(outputs), parameters_((padded(inputs) + 1) * padded(outputs)) {
  fix_eigen_blocking();
  const double bound = gain * std::sqrt(6.0 / static_cast<double>(inputs));
  for (std::size_t input = 0; input < inputs; ++input) {
    float* row = parameters_.values.data() + input * output_stride();
    for (std::size_t output = 0; output < outputs; ++output) {
      row[output] = static_cast<float>(bound * (2 * random.uniform() - 1));
    }
  }
  parameters_.averages = parameters_.values;
}

void DenseLayer::forward(const SparseRow& inputs, Weights weights, float* outputs) const {
  const float* data = parameters_.data(weights);
  inputs.multiply(data, output_stride(), data + bias_at(), outputs);
}

void DenseLayer::add_gradients(const SparseRow& inputs, const float* deltas) {
  const std::size_t stride = output_stride();
  for (std::size_t entry = 0; entry < inputs.size(); ++entry) {
    float* row = parameters_.gradients.data() + inputs.index(entry) * stride;
    const Lanes value = broadcast(inputs.value(entry));
    for (std::size_t at = 0; at < stride; at += kLanes) {
      store(multiply_add(value, load(deltas + at), load(row + at)), row + at);
    }
  }
  add_bias_gradients(deltas);
}

void DenseLayer::add_gradients(const float* inputs, const float* deltas, std::size_t count) {
  const ConstMap input_rows(inputs, index(count), index(input_stride()));
  const ConstMap delta_rows(deltas, index(count), index(output_stride()));
  Map gradients(parameters_.gradients.data(), index(input_stride()), index(output_stride()));
  gradients.noalias() += input_rows.transpose() * delta_rows;
  for (std::size_t row = 0; row < count; ++row) add_bias_gradients(deltas + row * output_stride());
}

void DenseLayer::input_deltas(const float* deltas, std::size_t count, float* result) const {
  const ConstMap delta_rows(deltas, index(count), index(output_stride()));
  const ConstMap weights(parameters_.values.data(), index(input_stride()), index(output_stride()));
  Map result_rows(result, index(count), index(input_stride()));
  result_rows.noalias() = delta_rows * weights.transpose();
}

void DenseLayer::add_bias_gradients(const float* deltas) {
  float* gradients = parameters_.gradients.data() + bias_at();
  for (std::size_t at = 0; at < output_stride(); at += kLanes) {
    store(load(gradients + at) + load(deltas + at), gradients + at);
  }
}

}  // namespace dse
