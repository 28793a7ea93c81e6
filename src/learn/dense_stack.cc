#include "learn/dense_stack.h"

#include <algorithm>

#include "learn/cross_entropy.h"

namespace dse {
namespace {

// Less than He et al. prescribe: a stack this shallow learns faster from small scores.
constexpr double kInitialGain = 0.5;

}  // namespace

DenseStack::DenseStack(std::span<const std::size_t> widths, RandomStream& random)
    : activations_(widths.size()), deltas_(widths.size()) {
  for (std::size_t layer = 0; layer + 1 < widths.size(); ++layer) {
    layers_.emplace_back(widths[layer], widths[layer + 1], kInitialGain, random);
  }
  resize(1);
}

void DenseStack::resize(std::size_t count) {
  for (std::size_t at = 0; at < activations_.size(); ++at) {
    const std::size_t stride = at == 0 ? layers_[0].input_stride() : layers_[at - 1].output_stride();
    if (activations_[at].size() >= count * stride) continue;
    activations_[at].resize(count * stride);
    deltas_[at].resize(count * stride);
  }
}

std::span<const float> DenseStack::forward(std::size_t row, Weights weights) {
  for (std::size_t at = 0; at < layers_.size(); ++at) {
    const DenseLayer& layer = layers_[at];
    sparse_.gather(activations_[at].data() + row * layer.input_stride(), layer.input_stride());
    float* outputs = activations_[at + 1].data() + row * layer.output_stride();
    layer.forward(sparse_, weights, outputs);
    if (at + 1 == layers_.size()) break;
    for (std::size_t output = 0; output < layer.output_stride(); ++output) {
      outputs[output] = outputs[output] > 0 ? outputs[output] : 0.0F;
    }
  }
  return scores(row);
}

void DenseStack::backward(std::span<const Example> batch) {
  const std::size_t count = batch.size();
  const DenseLayer& last = layers_.back();
  for (std::size_t row = 0; row < count; ++row) {
    float* deltas = deltas_.back().data() + row * last.output_stride();
    cross_entropy_deltas(scores(row), batch[row].label, 1.0F / static_cast<float>(count),
                         {deltas, last.outputs()});
  }
  for (std::size_t at = layers_.size(); at-- > 0;) {
    DenseLayer& layer = layers_[at];
    const float* inputs = activations_[at].data();
    float* deltas = deltas_[at].data();
    layer.add_gradients(inputs, deltas_[at + 1].data(), count);
    layer.input_deltas(deltas_[at + 1].data(), count, deltas);
    // The rectifier passes the gradient only where it passed its input. The stack's inputs are up to the
    // caller.
    if (at == 0) break;
    for (std::size_t entry = 0; entry < count * layer.input_stride(); ++entry) {
      deltas[entry] = inputs[entry] > 0 ? deltas[entry] : 0.0F;
    }
  }
}

}  // namespace dse
