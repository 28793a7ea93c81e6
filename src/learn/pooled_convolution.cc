#include "learn/pooled_convolution.h"

#include <algorithm>
#include <cmath>

#include "learn/lanes.h"

namespace dse {

template <std::size_t kInputChannels, std::size_t kOutputChannels>
PooledConvolution<kInputChannels, kOutputChannels>::PooledConvolution(std::size_t rows, std::size_t columns,
                                                                      RandomStream& random)
    : rows_(rows),
      columns_(columns),
      parameters_(kBiasAt + kOutputStride),
      forward_values_(kSide * kSide * kInputChannels * kOutputStride),
      forward_averages_(forward_values_.size()),
      gathered_(output_rows() * output_columns() + 1) {
  const double bound = std::sqrt(6.0 / static_cast<double>(kSide * kSide * kInputChannels));
  for (std::size_t patch_row = 0; patch_row < kOutputChannels * kSide; ++patch_row) {
    for (std::size_t column = 0; column < kSide; ++column) {
      float* weights = parameters_.values.data() + patch_row * kPatchRow + column * kInputStride;
      for (std::size_t channel = 0; channel < kInputChannels; ++channel) {
        weights[channel] = static_cast<float>(bound * (2 * random.uniform() - 1));
      }
    }
  }
  parameters_.averages = parameters_.values;
  weights_changed(Weights::kCurrent);
  weights_changed(Weights::kAverage);
}

template <std::size_t kInputChannels, std::size_t kOutputChannels>
void PooledConvolution<kInputChannels, kOutputChannels>::weights_changed(Weights weights) {
  for (std::size_t output = 0; output < kOutputChannels; ++output) {
    for (std::size_t row = 0; row < kSide; ++row) {
      const float* from = parameters_.data(weights) + output * kPatch + row * kPatchRow;
      float* to = forward_weights(weights).data() + row * kSide * kInputChannels * kOutputStride + output;
      for (std::size_t column = 0; column < kSide; ++column) {
        for (std::size_t channel = 0; channel < kInputChannels; ++channel) {
          to[(column * kInputChannels + channel) * kOutputStride] = from[column * kInputStride + channel];
        }
      }
    }
  }
}

template <std::size_t kInputChannels, std::size_t kOutputChannels>
void PooledConvolution<kInputChannels, kOutputChannels>::forward(const float* input, Weights weights,
                                                                 float* output, std::int32_t* winners) const {
  // There are as many sums as fit in the registers.
  constexpr std::size_t kWide = kOutputStride == kLanes ? 4 : 2;
  const std::size_t columns = 2 * output_columns();
  for (std::size_t row = 0; row < 2 * output_rows(); row += 2) {
    std::size_t column = 0;
    for (; column + kWide <= columns; column += kWide) {
      forward_tile<kWide>(row, column, input, weights, output, winners);
    }
    for (; column < columns; column += 2) forward_tile<2>(row, column, input, weights, output, winners);
  }
}

// Computes two rows of kTileColumns convolution outputs, and the blocks that they form.
template <std::size_t kInputChannels, std::size_t kOutputChannels>
template <std::size_t kTileColumns>
void PooledConvolution<kInputChannels, kOutputChannels>::forward_tile(std::size_t row, std::size_t column,
                                                                      const float* input, Weights which,
                                                                      float* output,
                                                                      std::int32_t* winners) const {
  constexpr std::size_t kVectors = kOutputStride / kLanes;
  Lanes sums[2][kTileColumns][kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    const Lanes bias = load(parameters_.data(which) + kBiasAt + v * kLanes);
    for (auto& sum_row : sums) {
      for (auto& sum_pixel : sum_row) sum_pixel[v] = bias;
    }
  }
  const std::size_t row_stride = columns_ * kInputStride;
  const float* patch = input + row * row_stride + column * kInputStride;
  const float* weights = (which == Weights::kCurrent ? forward_values_ : forward_averages_).data();
  for (std::size_t patch_row = 0; patch_row < kSide; ++patch_row, patch += row_stride) {
    for (std::size_t at = 0; at < kSide * kInputStride; at += kInputStride) {
      for (std::size_t channel = 0; channel < kInputChannels; ++channel, weights += kOutputStride) {
        Lanes weight[kVectors];
        for (std::size_t v = 0; v < kVectors; ++v) weight[v] = load(weights + v * kLanes);
        for (std::size_t y = 0; y < 2; ++y) {
          for (std::size_t x = 0; x < kTileColumns; ++x) {
            const Lanes value = broadcast(patch[y * row_stride + at + x * kInputStride + channel]);
            for (std::size_t v = 0; v < kVectors; ++v) {
              sums[y][x][v] = multiply_add(value, weight[v], sums[y][x][v]);
            }
          }
        }
      }
    }
  }
  const auto begin = static_cast<std::int32_t>(row * row_stride + column * kInputStride);
  const auto right = static_cast<std::int32_t>(kInputStride);
  const auto down = static_cast<std::int32_t>(row_stride);
  const std::size_t output_at = (row / 2 * output_columns() + column / 2) * kOutputStride;
  for (std::size_t block = 0; block < kTileColumns / 2; ++block) {
    const std::int32_t patch_at = begin + static_cast<std::int32_t>(block) * 2 * right;
    for (std::size_t v = 0; v < kVectors; ++v) {
      Lanes best = sums[0][2 * block][v];
      LaneIntegers winner = broadcast(patch_at);
      const auto challenge = [&](const Lanes& sum, std::int32_t at) {
        const auto better = sum > best;
        best = better ? sum : best;
        winner = better ? broadcast(at) : winner;
      };
      challenge(sums[0][2 * block + 1][v], patch_at + right);
      challenge(sums[1][2 * block][v], patch_at + down);
      challenge(sums[1][2 * block + 1][v], patch_at + down + right);
      const Lanes zero{};
      const std::size_t to = output_at + block * kOutputStride + v * kLanes;
      store(best > zero ? best : zero, output + to);
      store(winner, winners + to);
    }
  }
}

template <std::size_t kInputChannels, std::size_t kOutputChannels>
std::size_t PooledConvolution<kInputChannels, kOutputChannels>::gather_winners(
    std::size_t channel, const float* output, const std::int32_t* winners, const float* output_deltas) const {
  std::size_t count = 0;
  // Always writing and only sometimes advancing is faster than a branch that cannot be predicted.
  for (std::size_t at = channel; at < output_size(); at += kOutputStride) {
    gathered_[count] = {output_deltas[at], winners[at]};
    count += output[at] > 0 && output_deltas[at] != 0 ? 1 : 0;
  }
  return count;
}

template <std::size_t kInputChannels, std::size_t kOutputChannels>
void PooledConvolution<kInputChannels, kOutputChannels>::add_gradients(const float* input,
                                                                       const float* output,
                                                                       const std::int32_t* winners,
                                                                       const float* output_deltas) {
  constexpr std::size_t kVectors = kPatchRow / kLanes;
  // Five sums at a time: a patch with one vector per row at once, one with five vectors row by row.
  constexpr std::size_t kRows = kVectors == 1 ? kSide : 1;
  const std::size_t row_stride = columns_ * kInputStride;
  Lanes real{};  // 1 in the lanes of a patch row's last vector that hold weights
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    real[lane] = (kVectors - 1) * kLanes + lane < kSide * kInputStride ? 1.0F : 0.0F;
  }
  for (std::size_t channel = 0; channel < kOutputChannels; ++channel) {
    const std::size_t count = gather_winners(channel, output, winners, output_deltas);
    float& bias = parameters_.gradients[kBiasAt + channel];
    for (std::size_t entry = 0; entry < count; ++entry) bias += gathered_[entry].delta;
    for (std::size_t first_row = 0; first_row < kSide; first_row += kRows) {
      float* gradients = parameters_.gradients.data() + channel * kPatch + first_row * kPatchRow;
      Lanes sums[kRows][kVectors] = {};
      for (std::size_t entry = 0; entry < count; ++entry) {
        const Lanes delta = broadcast(gathered_[entry].delta);
        const float* patch = input + gathered_[entry].patch + first_row * row_stride;
        for (std::size_t row = 0; row < kRows; ++row) {
          for (std::size_t v = 0; v < kVectors; ++v) {
            const Lanes values = load(patch + row * row_stride + v * kLanes);
            sums[row][v] = multiply_add(delta, values, sums[row][v]);
          }
        }
      }
      for (std::size_t row = 0; row < kRows; ++row) {
        sums[row][kVectors - 1] *= real;
        for (std::size_t v = 0; v < kVectors; ++v) {
          float* to = gradients + row * kPatchRow + v * kLanes;
          store(load(to) + sums[row][v], to);
        }
      }
    }
  }
}

template <std::size_t kInputChannels, std::size_t kOutputChannels>
void PooledConvolution<kInputChannels, kOutputChannels>::input_deltas(const float* output,
                                                                      const std::int32_t* winners,
                                                                      const float* output_deltas,
                                                                      float* result) const {
  static_assert(kInputChannels == 1 || kSide * kInputStride % kLanes == 0);
  const std::size_t row_stride = columns_ * kInputStride;
  std::fill_n(result, input_size(), 0.0F);
  for (std::size_t channel = 0; channel < kOutputChannels; ++channel) {
    const float* weights = parameters_.values.data() + channel * kPatch;
    const std::size_t count = gather_winners(channel, output, winners, output_deltas);
    for (std::size_t entry = 0; entry < count; ++entry) {
      const Lanes delta = broadcast(gathered_[entry].delta);
      float* patch = result + gathered_[entry].patch;
      for (std::size_t row = 0; row < kSide; ++row) {
        for (std::size_t at = 0; at < kPatchRow; at += kLanes) {
          float* to = patch + row * row_stride + at;
          store(multiply_add(delta, load(weights + row * kPatchRow + at), load(to)), to);
        }
      }
    }
  }
}

template class PooledConvolution<1, 6>;
template class PooledConvolution<6, 16>;

}  // namespace dse
