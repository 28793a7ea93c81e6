#include "learn/dense_layer.h"

#include "finite_differences.h"
#include "support/catch.h"

using namespace dse;

namespace {

constexpr std::size_t kRows = 3;

struct Fixture {
  RandomStream random{5, "test", "dense"};
  DenseLayer layer{21, 10, 1.0, random};
  Floats inputs = Floats(kRows * layer.input_stride());
  Floats outputs = Floats(kRows * layer.output_stride());
  Floats deltas = Floats(kRows * layer.output_stride());

  Fixture() {
    for (std::size_t row = 0; row < kRows; ++row) {
      for (std::size_t at = 0; at < 21; ++at) {
        inputs[row * layer.input_stride() + at] = at % 3 == 0 ? 0 : number();
      }
      for (std::size_t at = 0; at < 10; ++at) deltas[row * layer.output_stride() + at] = number();
    }
  }

  float number() { return static_cast<float>(2 * random.uniform() - 1); }

  SparseRow row_of(std::size_t row) const {
    SparseRow result;
    result.gather(inputs.data() + row * layer.input_stride(), layer.input_stride());
    return result;
  }

  // A loss that is linear in the outputs, with gradient `deltas`.
  double loss() {
    double total = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      float* output = outputs.data() + row * layer.output_stride();
      layer.forward(row_of(row), Weights::kCurrent, output);
      for (std::size_t at = 0; at < layer.output_stride(); ++at) {
        total +=
            static_cast<double>(output[at]) * static_cast<double>(deltas[row * layer.output_stride() + at]);
      }
    }
    return total;
  }
};

}  // namespace

TEST_CASE("a dense layer's outputs are bias plus weighted inputs") {
  Fixture fixture;
  Parameters& parameters = fixture.layer.parameters();
  const std::size_t stride = fixture.layer.output_stride();
  for (std::size_t at = 0; at < 10; ++at) {
    parameters.values[parameters.values.size() - stride + at] = fixture.number();
  }
  fixture.loss();
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t output = 0; output < 10; ++output) {
      double sum = static_cast<double>(parameters.values[parameters.values.size() - stride + output]);
      for (std::size_t input = 0; input < 21; ++input) {
        sum += static_cast<double>(parameters.values[input * stride + output]) *
               static_cast<double>(fixture.inputs[row * fixture.layer.input_stride() + input]);
      }
      CHECK(static_cast<double>(fixture.outputs[row * stride + output]) == Approx(sum).margin(1e-5));
    }
  }
}

TEST_CASE("a dense layer's gradients agree with finite differences, row by row and in a batch") {
  Fixture fixture;
  Parameters& parameters = fixture.layer.parameters();
  const auto error = [&] {
    return gradient_error(parameters.values.data(), parameters.gradients.data(), parameters.values.size(),
                          0x1p-3F, parameters.values.size(), [&] { return fixture.loss(); });
  };
  CHECK(error() == Approx(1));  // gradients are still zero
  SECTION("row by row") {
    for (std::size_t row = 0; row < kRows; ++row) {
      fixture.layer.add_gradients(fixture.row_of(row),
                                  fixture.deltas.data() + row * fixture.layer.output_stride());
    }
  }
  SECTION("batch") { fixture.layer.add_gradients(fixture.inputs.data(), fixture.deltas.data(), kRows); }
  CHECK(error() < 1e-5);
}

TEST_CASE("a dense layer's input deltas agree with finite differences") {
  Fixture fixture;
  Floats result(fixture.inputs.size());
  fixture.layer.input_deltas(fixture.deltas.data(), kRows, result.data());
  // Zero inputs are varied too: they contribute to no product, but to the derivative.
  CHECK(gradient_error(fixture.inputs.data(), result.data(), result.size(), 0x1p-3F, result.size(),
                       [&] { return fixture.loss(); }) < 1e-5);
}

TEST_CASE("a dense layer's initial weights lie within their bound, and padding is zero") {
  Fixture fixture;
  const Floats& values = fixture.layer.parameters().values;
  const double bound = std::sqrt(6.0 / 21);
  double greatest = 0;
  for (std::size_t at = 0; at < values.size(); ++at) {
    const bool padding = at % 16 >= 10 || at / 16 >= 21;
    if (padding) CHECK(values[at] == 0);
    greatest = std::max(greatest, std::fabs(static_cast<double>(values[at])));
  }
  CHECK(greatest <= bound);
  CHECK(greatest > 0.9 * bound);
}
