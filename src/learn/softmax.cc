#include "learn/softmax.h"

#include "learn/cross_entropy.h"

namespace dse {
namespace {

// Inputs that are never set keep their first weights, so those are small.
constexpr double kInitialGain = 0.1;
constexpr AdamOptions kSoftmaxAdam{.rate = 6e-3, .half_life_examples = 60'000};

}  // namespace

Softmax::Softmax(const LearnerOptions& options, RandomStream& random)
    : GradientLearner(kSoftmaxAdam, options),
      layer_(inputs(), static_cast<std::size_t>(options.classes), kInitialGain, random),
      scores_(layer_.output_stride()),
      deltas_(layer_.output_stride()) {
  learn(layer_.parameters());
}

void Softmax::add_gradients(std::span<const Example> batch) {
  const float scale = 1.0F / static_cast<float>(batch.size());
  for (const Example& example : batch) {
    const std::span<const float> current = scores(example.input(), Weights::kCurrent);
    cross_entropy_deltas(current, example.label, scale, {deltas_.data(), current.size()});
    layer_.add_gradients(inputs_, deltas_.data());
  }
}

std::span<const float> Softmax::scores(const Input& input, Weights weights) {
  gather(input, inputs_);
  layer_.forward(inputs_, weights, scores_.data());
  return {scores_.data(), layer_.outputs()};
}

}  // namespace dse
