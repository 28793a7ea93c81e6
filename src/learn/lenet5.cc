#include "learn/lenet5.h"

#include <array>
#include <stdexcept>
#include <string>

#include "learn/cross_entropy.h"

namespace dse {
namespace {

constexpr float kPixelScale = 1.0F / 255.0F;
constexpr AdamOptions kAdam{.rate = 2e-3, .half_life_examples = 20'000};

const ImageShape& checked(const ImageShape& shape) {
  const auto fits = [](int side) { return side >= 16 && side % 4 == 0; };
  if (!fits(shape.rows) || !fits(shape.columns)) {
    throw std::invalid_argument("lenet5 needs images whose rows and columns are multiples of 4, from 16; these have " +
                                std::to_string(shape.rows) + " rows and " + std::to_string(shape.columns) +
                                " columns");
  }
  return shape;
}

DenseStack make_dense(std::size_t inputs, int classes, RandomStream& random) {
  const std::array<std::size_t, 4> widths{inputs, 120, 84, static_cast<std::size_t>(classes)};
  return DenseStack(widths, random);
}

}  // namespace

LeNet5::LeNet5(const LearnerOptions& options, RandomStream& random)
    : pixels_(checked(options.shape).pixels()),
      first_(static_cast<std::size_t>(options.shape.rows), static_cast<std::size_t>(options.shape.columns),
             random),
      second_(first_.output_rows(), first_.output_columns(), random),
      dense_(make_dense(second_.output_size(), options.classes, random)),
      adam_(kAdam),
      first_deltas_(first_.output_size()) {
  resize(1);
}

void LeNet5::train(std::span<const Example> batch, std::span<Prediction> before) {
  add_gradients(batch, before);
  adam_.begin_step(batch.size());
  for (Parameters* parameters : this->parameters()) adam_.update(*parameters);
  parameters_changed();
}

void LeNet5::add_gradients(std::span<const Example> batch, std::span<Prediction> before) {
  resize(batch.size());
  for (std::size_t row = 0; row < batch.size(); ++row) {
    forward(batch[row].pixels, row);
    before[row] = dense_.score(row, batch[row].label, batch.size());
  }
  dense_.backward(batch.size());
  for (std::size_t row = 0; row < batch.size(); ++row) backward(row);
}

double LeNet5::loss(std::span<const Example> batch) {
  double total = 0;
  for (const Example& example : batch) total += cross_entropy(forward(example.pixels, 0), example.label);
  return total / static_cast<double>(batch.size());
}

void LeNet5::predict(std::span<const std::uint8_t* const> images, std::span<Prediction> predictions) {
  for (std::size_t at = 0; at < images.size(); ++at) {
    predictions[at] = predict_from_scores(forward(images[at], 0));
  }
}

void LeNet5::hash_state(Hasher& hasher) const {
  first_.parameters().hash_state(hasher);
  second_.parameters().hash_state(hasher);
  for (const DenseLayer& layer : dense_.layers()) layer.parameters().hash_state(hasher);
  adam_.hash_state(hasher);
}

std::vector<Parameters*> LeNet5::parameters() {
  std::vector<Parameters*> all{&first_.parameters(), &second_.parameters()};
  for (DenseLayer& layer : dense_.layers()) all.push_back(&layer.parameters());
  return all;
}

void LeNet5::parameters_changed() {
  first_.parameters_changed();
  second_.parameters_changed();
}

void LeNet5::resize(std::size_t count) {
  dense_.resize(count);
  while (images_.size() < count) {
    images_.push_back({.pixels = Floats(first_.input_size() + first_.kInputSlack),
                       .first_output = Floats(first_.output_size() + second_.kInputSlack),
                       .first_winners = Integers(first_.output_size()),
                       .second_winners = Integers(second_.output_size())});
  }
}

std::span<const float> LeNet5::forward(const std::uint8_t* pixels, std::size_t row) {
  Image& image = images_[row];
  for (std::size_t at = 0; at < pixels_; ++at) image.pixels[at] = kPixelScale * static_cast<float>(pixels[at]);
  first_.forward(image.pixels.data(), image.first_output.data(), image.first_winners.data());
  second_.forward(image.first_output.data(), dense_.input(row), image.second_winners.data());
  return dense_.forward(row);
}

void LeNet5::backward(std::size_t row) {
  const Image& image = images_[row];
  const float* second_output = dense_.input(row);
  const float* second_deltas = dense_.input_deltas(row);
  second_.add_gradients(image.first_output.data(), second_output, image.second_winners.data(), second_deltas);
  second_.input_deltas(second_output, image.second_winners.data(), second_deltas, first_deltas_.data());
  first_.add_gradients(image.pixels.data(), image.first_output.data(), image.first_winners.data(),
                       first_deltas_.data());
}

}  // namespace dse
