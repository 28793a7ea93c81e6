#include "learn/mlp.h"

#include <algorithm>
#include <array>

#include "learn/cross_entropy.h"

namespace dse {
namespace {

constexpr std::size_t kFirstUnits = 128;
constexpr std::size_t kSecondUnits = 32;
constexpr float kPixelScale = 1.0F / 255.0F;
constexpr AdamOptions kAdam{.rate = 2e-3, .half_life_examples = 20'000};

DenseStack make_rest(const LearnerOptions& options, RandomStream& random) {
  const std::array widths{kFirstUnits, kSecondUnits, static_cast<std::size_t>(options.classes)};
  return DenseStack(widths, random);
}

}  // namespace

Mlp::Mlp(const LearnerOptions& options, RandomStream& random)
    : pixels_(options.shape.pixels()),
      first_(pixels_, kFirstUnits, 1.0, random),
      rest_(make_rest(options, random)),
      adam_(kAdam),
      inputs_(1),
      deltas_(first_.output_stride()) {}

void Mlp::train(std::span<const Example> batch, std::span<Prediction> before) {
  add_gradients(batch, before);
  adam_.begin_step(batch.size());
  for (Parameters* parameters : this->parameters()) adam_.update(*parameters);
}

void Mlp::add_gradients(std::span<const Example> batch, std::span<Prediction> before) {
  rest_.resize(batch.size());
  if (inputs_.size() < batch.size()) inputs_.resize(batch.size());
  for (std::size_t row = 0; row < batch.size(); ++row) {
    forward(batch[row].pixels, row, inputs_[row]);
    before[row] = rest_.score(row, batch[row].label, batch.size());
  }
  rest_.backward(batch.size());
  for (std::size_t row = 0; row < batch.size(); ++row) {
    const float* outputs = rest_.input(row);
    const float* output_deltas = rest_.input_deltas(row);
    for (std::size_t unit = 0; unit < deltas_.size(); ++unit) {
      deltas_[unit] = outputs[unit] > 0 ? output_deltas[unit] : 0.0F;
    }
    first_.add_gradients(inputs_[row], deltas_.data());
  }
}

double Mlp::loss(std::span<const Example> batch) {
  double total = 0;
  for (const Example& example : batch) {
    total += cross_entropy(forward(example.pixels, 0, inputs_[0]), example.label);
  }
  return total / static_cast<double>(batch.size());
}

void Mlp::predict(std::span<const std::uint8_t* const> images, std::span<Prediction> predictions) {
  for (std::size_t at = 0; at < images.size(); ++at) {
    predictions[at] = predict_from_scores(forward(images[at], 0, inputs_[0]));
  }
}

void Mlp::hash_state(Hasher& hasher) const {
  first_.parameters().hash_state(hasher);
  for (const DenseLayer& layer : rest_.layers()) layer.parameters().hash_state(hasher);
  adam_.hash_state(hasher);
}

std::vector<Parameters*> Mlp::parameters() {
  std::vector<Parameters*> all{&first_.parameters()};
  for (DenseLayer& layer : rest_.layers()) all.push_back(&layer.parameters());
  return all;
}

std::span<const float> Mlp::forward(const std::uint8_t* pixels, std::size_t row, SparseRow& inputs) {
  inputs.gather_pixels(pixels, pixels_, kPixelScale);
  float* outputs = rest_.input(row);
  first_.forward(inputs, outputs);
  for (std::size_t unit = 0; unit < first_.output_stride(); ++unit) {
    outputs[unit] = outputs[unit] > 0 ? outputs[unit] : 0.0F;
  }
  return rest_.forward(row);
}

}  // namespace dse
