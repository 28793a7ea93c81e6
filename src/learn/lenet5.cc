#include "learn/lenet5.h"

#include <array>
#include <stdexcept>
#include <string>

#include "learn/pixel_table.h"

namespace dse {
namespace {

constexpr AdamOptions kLeNet5Adam{.rate = 3e-3, .half_life_examples = 30'000};

const ImageShape& checked(const ImageShape& shape) {
  const auto fits = [](int side) { return side >= 16 && side % 4 == 0; };
  if (!fits(shape.rows) || !fits(shape.columns)) {
    throw std::invalid_argument(
        "lenet5 needs images whose rows and columns are multiples of 4, from 16; these have " +
        std::to_string(shape.rows) + " rows and " + std::to_string(shape.columns) + " columns");
  }
  return shape;
}

DenseStack make_dense(std::size_t inputs, int classes, RandomStream& random) {
  const std::array<std::size_t, 4> widths{inputs, 120, 84, static_cast<std::size_t>(classes)};
  return DenseStack(widths, random);
}

}  // namespace

LeNet5::LeNet5(const LearnerOptions& options, RandomStream& random)
    : GradientLearner(kLeNet5Adam, options),
      pixels_(checked(options.shape).pixels()),
      first_(static_cast<std::size_t>(options.shape.rows), static_cast<std::size_t>(options.shape.columns),
             random),
      second_(first_.output_rows(), first_.output_columns(), random),
      dense_(make_dense(second_.output_size(), options.classes, random)),
      first_deltas_(first_.output_size()) {
  learn(first_.parameters());
  learn(second_.parameters());
  for (DenseLayer& layer : dense_.layers()) learn(layer.parameters());
  resize(1);
}

void LeNet5::add_gradients(std::span<const Example> batch) {
  resize(batch.size());
  for (std::size_t row = 0; row < batch.size(); ++row) forward(batch[row].input(), Weights::kCurrent, row);
  dense_.backward(batch);
  for (std::size_t row = 0; row < batch.size(); ++row) backward(row);
}

void LeNet5::parameters_changed() {
  for (const Weights weights : {Weights::kCurrent, Weights::kAverage}) {
    first_.weights_changed(weights);
    second_.weights_changed(weights);
  }
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

std::span<const float> LeNet5::scores(const Input& input, Weights weights) {
  return forward(input, weights, 0);
}

std::span<const float> LeNet5::forward(const Input& input, Weights weights, std::size_t row) {
  Image& image = images_[row];
  for (std::size_t at = 0; at < pixels_; ++at)
    image.pixels[at] = static_cast<float>(input.pixels[at]) / kFullScale;
  first_.forward(image.pixels.data(), weights, image.first_output.data(), image.first_winners.data());
  second_.forward(image.first_output.data(), weights, dense_.input(row), image.second_winners.data());
  return dense_.forward(row, weights);
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
