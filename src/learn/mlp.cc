#include "learn/mlp.h"

#include <array>

namespace dse {
namespace {

constexpr std::size_t kFirstUnits = 128;
constexpr std::size_t kSecondUnits = 32;
constexpr AdamOptions kMlpAdam{.rate = 3e-3, .half_life_examples = 60'000};

DenseStack make_rest(const LearnerOptions& options, RandomStream& random) {
  const std::array widths{kFirstUnits, kSecondUnits, static_cast<std::size_t>(options.classes)};
  return DenseStack(widths, random);
}

}  // namespace

Mlp::Mlp(const LearnerOptions& options, RandomStream& random)
    : GradientLearner(kMlpAdam, options),
      first_(inputs(), kFirstUnits, 1.0, random),
      rest_(make_rest(options, random)),
      inputs_(1),
      deltas_(first_.output_stride()) {
  learn(first_.parameters());
  for (DenseLayer& layer : rest_.layers()) learn(layer.parameters());
}

void Mlp::add_gradients(std::span<const Example> batch) {
  rest_.resize(batch.size());
  if (inputs_.size() < batch.size()) inputs_.resize(batch.size());
  for (std::size_t row = 0; row < batch.size(); ++row) forward(batch[row].input(), Weights::kCurrent, row);
  rest_.backward(batch);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    const float* outputs = rest_.input(row);
    const float* output_deltas = rest_.input_deltas(row);
    for (std::size_t unit = 0; unit < deltas_.size(); ++unit) {
      deltas_[unit] = outputs[unit] > 0 ? output_deltas[unit] : 0.0F;
    }
    first_.add_gradients(inputs_[row], deltas_.data());
  }
}

std::span<const float> Mlp::scores(const Input& input, Weights weights) { return forward(input, weights, 0); }

std::span<const float> Mlp::forward(const Input& input, Weights weights, std::size_t row) {
  gather(input, inputs_[row]);
  float* outputs = rest_.input(row);
  first_.forward(inputs_[row], weights, outputs);
  for (std::size_t unit = 0; unit < first_.output_stride(); ++unit) {
    outputs[unit] = outputs[unit] > 0 ? outputs[unit] : 0.0F;
  }
  return rest_.forward(row, weights);
}

}  // namespace dse
