#include "learn/pooled_convolution.h"

#include <algorithm>

#include "finite_differences.h"
#include "support/catch.h"

using namespace dse;

namespace {

template <std::size_t kInputChannels, std::size_t kOutputChannels>
struct Fixture {
  using Layer = PooledConvolution<kInputChannels, kOutputChannels>;
  static constexpr std::size_t kRows = 8;
  static constexpr std::size_t kColumns = 10;

  RandomStream random{5, "test", "convolution"};
  Layer layer{kRows, kColumns, random};
  Floats input = Floats(layer.input_size() + Layer::kInputSlack);
  Floats output = Floats(layer.output_size());
  Floats deltas = Floats(layer.output_size());
  Integers winners = Integers(layer.output_size());

  Fixture() {
    for (std::size_t at = 0; at < layer.input_size(); ++at) {
      if (at % Layer::kInputStride < kInputChannels) input[at] = number();
    }
    for (std::size_t at = 0; at < layer.output_size(); ++at) {
      if (at % Layer::kOutputStride < kOutputChannels) deltas[at] = number();
    }
    Floats& values = layer.parameters().values;
    for (std::size_t at = 0; at < kOutputChannels; ++at) {
      values[values.size() - Layer::kOutputStride + at] = 0.1F * number();
    }
    layer.weights_changed(Weights::kCurrent);
  }

  float number() { return static_cast<float>(2 * random.uniform() - 1); }

  // A loss that is linear in the outputs, with gradient `deltas`.
  double loss() {
    layer.weights_changed(Weights::kCurrent);
    layer.forward(input.data(), Weights::kCurrent, output.data(), winners.data());
    double total = 0;
    for (std::size_t at = 0; at < output.size(); ++at) {
      total += static_cast<double>(output[at]) * static_cast<double>(deltas[at]);
    }
    return total;
  }

  // The convolution, straight from its definition.
  double convolved(std::size_t channel, std::size_t row, std::size_t column) const {
    const Floats& values = layer.parameters().values;
    const std::size_t patch_row = padded(Layer::kSide * Layer::kInputStride);
    double sum = static_cast<double>(values[values.size() - Layer::kOutputStride + channel]);
    for (std::size_t y = 0; y < 5; ++y) {
      for (std::size_t x = 0; x < 5; ++x) {
        for (std::size_t from = 0; from < kInputChannels; ++from) {
          const float weight = values[(channel * 5 + y) * patch_row + x * Layer::kInputStride + from];
          const float pixel = input[((row + y) * kColumns + column + x) * Layer::kInputStride + from];
          sum += static_cast<double>(weight) * static_cast<double>(pixel);
        }
      }
    }
    return sum;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("a pooled convolution is what its definition says", "", (Fixture<1, 6>),
                   (Fixture<6, 16>)) {
  TestType fixture;
  fixture.loss();
  const std::size_t stride = TestType::Layer::kOutputStride;
  const std::size_t channels = TestType::Layer::kOutputStride == 8 ? 6 : 16;
  CHECK(fixture.layer.output_rows() == 2);
  CHECK(fixture.layer.output_columns() == 3);
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      const float* output = fixture.output.data() + (row * 3 + column) * stride;
      for (std::size_t channel = 0; channel < channels; ++channel) {
        double greatest = 0;
        for (std::size_t at = 0; at < 4; ++at) {
          greatest = std::max(greatest, fixture.convolved(channel, 2 * row + at / 2, 2 * column + at % 2));
        }
        CHECK(static_cast<double>(output[channel]) == Approx(greatest).margin(1e-5));
      }
      for (std::size_t channel = channels; channel < stride; ++channel) CHECK(output[channel] == 0);
    }
  }
}

TEMPLATE_TEST_CASE("a pooled convolution's gradients agree with finite differences", "", (Fixture<1, 6>),
                   (Fixture<6, 16>)) {
  TestType fixture;
  fixture.loss();
  fixture.layer.add_gradients(fixture.input.data(), fixture.output.data(), fixture.winners.data(),
                              fixture.deltas.data());
  Parameters& parameters = fixture.layer.parameters();
  CHECK(gradient_error(parameters.values.data(), parameters.gradients.data(), parameters.values.size(),
                       0x1p-11F, parameters.values.size(), [&] { return fixture.loss(); }) < 5e-3);
}

TEST_CASE("a pooled convolution's input deltas agree with finite differences") {
  Fixture<6, 16> fixture;
  fixture.loss();
  Floats result(fixture.layer.input_size());
  fixture.layer.input_deltas(fixture.output.data(), fixture.winners.data(), fixture.deltas.data(),
                             result.data());
  CHECK(gradient_error(fixture.input.data(), result.data(), result.size(), 0x1p-11F, result.size(),
                       [&] { return fixture.loss(); }) < 5e-3);
}
