#include "learn/softmax.h"

#include "learn/cross_entropy.h"

namespace dse {
namespace {

constexpr float kPixelScale = 1.0F / 255.0F;
// Pixels that are never set keep their first weights, so those are small.
constexpr double kInitialGain = 0.1;
constexpr AdamOptions kAdam{.rate = 2e-3, .half_life_examples = 10'000};

}  // namespace

Softmax::Softmax(const LearnerOptions& options, RandomStream& random)
    : pixels_(options.shape.pixels()),
      layer_(pixels_, static_cast<std::size_t>(options.classes), kInitialGain, random),
      adam_(kAdam),
      scores_(layer_.output_stride()),
      deltas_(layer_.output_stride()) {}

void Softmax::train(std::span<const Example> batch, std::span<Prediction> before) {
  add_gradients(batch, before);
  adam_.begin_step(batch.size());
  adam_.update(layer_.parameters());
}

void Softmax::add_gradients(std::span<const Example> batch, std::span<Prediction> before) {
  const float scale = 1.0F / static_cast<float>(batch.size());
  for (std::size_t at = 0; at < batch.size(); ++at) {
    const std::span<const float> scores = forward(batch[at].pixels);
    before[at] = cross_entropy_deltas(scores, batch[at].label, scale, {deltas_.data(), scores.size()});
    layer_.add_gradients(inputs_, deltas_.data());
  }
}

double Softmax::loss(std::span<const Example> batch) {
  double total = 0;
  for (const Example& example : batch) total += cross_entropy(forward(example.pixels), example.label);
  return total / static_cast<double>(batch.size());
}

void Softmax::predict(std::span<const std::uint8_t* const> images, std::span<Prediction> predictions) {
  for (std::size_t at = 0; at < images.size(); ++at) {
    predictions[at] = predict_from_scores(forward(images[at]));
  }
}

void Softmax::hash_state(Hasher& hasher) const {
  layer_.parameters().hash_state(hasher);
  adam_.hash_state(hasher);
}

std::span<const float> Softmax::forward(const std::uint8_t* pixels) {
  inputs_.gather_pixels(pixels, pixels_, kPixelScale);
  layer_.forward(inputs_, scores_.data());
  return {scores_.data(), layer_.outputs()};
}

}  // namespace dse
