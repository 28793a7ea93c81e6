// A valid 5x5 convolution, then the greatest of each 2x2 block, then a rectifier (LeCun et al.,
// "Gradient-based learning applied to document recognition", 1998, with the now usual max and ReLU). One
// thread.
//
// Images are channels-last: a pixel has kInputStride floats, an output pixel kOutputStride, of which those
// past the last channel are zero. All three stages are computed in registers, so what lies between them is
// never stored; and since only one of four convolution outputs wins its block, the gradient visits winners
// only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dse/random.h"
#include "learn/parameters.h"

namespace dse {

template <std::size_t kInputChannels, std::size_t kOutputChannels>
class PooledConvolution {
 public:
  static constexpr std::size_t kSide = 5;
  static constexpr std::size_t kInputStride = kInputChannels == 1 ? 1 : padded(kInputChannels);
  static constexpr std::size_t kOutputStride = padded(kOutputChannels);
  // Inputs are read in whole lanes, up to this many floats past their end.
  static constexpr std::size_t kInputSlack = kLanes;

  // Takes images of this many rows and columns, both even and at least 6. Weights are uniform in ±sqrt(6 /
  // (25 kInputChannels)) (He et al., ICCV 2015), biases zero.
  PooledConvolution(std::size_t rows, std::size_t columns, RandomStream& random);

  std::size_t input_size() const { return rows_ * columns_ * kInputStride; }
  std::size_t output_rows() const { return (rows_ - (kSide - 1)) / 2; }
  std::size_t output_columns() const { return (columns_ - (kSide - 1)) / 2; }
  std::size_t output_size() const { return output_rows() * output_columns() * kOutputStride; }

  // Writes output_size() outputs and winners: where in `input` the patch that won each block begins.
  void forward(const float* input, Weights weights, float* output, std::int32_t* winners) const;

  // Adds this image's gradient, given what forward wrote and the derivative of the loss by each output.
  void add_gradients(const float* input, const float* output, const std::int32_t* winners,
                     const float* output_deltas);
  // Writes the derivative of the loss by each input: input_size() floats.
  void input_deltas(const float* output, const std::int32_t* winners, const float* output_deltas,
                    float* result) const;

  // Must be called whenever these weights have changed.
  void weights_changed(Weights weights);
  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }

 private:
  // One row of a patch, in whole lanes.
  static constexpr std::size_t kPatchRow = padded(kSide * kInputStride);
  static constexpr std::size_t kPatch = kSide * kPatchRow;
  static constexpr std::size_t kBiasAt = kOutputChannels * kPatch;

  // An output that passes a gradient on.
  struct Winner {
    float delta;
    std::int32_t patch;
  };

  template <std::size_t kTileColumns>
  void forward_tile(std::size_t row, std::size_t column, const float* input, Weights weights, float* output,
                    std::int32_t* winners) const;
  Floats& forward_weights(Weights weights) {
    return weights == Weights::kCurrent ? forward_values_ : forward_averages_;
  }
  std::size_t gather_winners(std::size_t channel, const float* output, const std::int32_t* winners,
                             const float* output_deltas) const;

  std::size_t rows_;
  std::size_t columns_;
  Parameters parameters_;  // [output channel][patch row][patch column and input channel], then biases
  Floats forward_values_;  // [patch row][patch column][input channel][output channel]
  Floats forward_averages_;
  mutable std::vector<Winner> gathered_;
};

// The two convolutions of LeNet-5.
extern template class PooledConvolution<1, 6>;
extern template class PooledConvolution<6, 16>;

}  // namespace dse
