// The digits of a light-emitting diode (Breiman, Friedman, Olshen and Stone, "Classification and Regression
// Trees", 1984, section 2.6.1): a digit, uniform in 0 to 9, lights some of seven segments; each segment is
// inverted with probability `noise`; 17 further features are 0 or 1 and mean nothing. With a noise of 0.1, no
// classifier errs less often than in 26 % of the rows.
//
// The segments are, in order: top, upper left, upper right, middle, lower left, lower right, bottom. With
// `swapped_features` = k, feature i has changed places with feature 7 + i, for i = 1 to k: the drift of MOA's
// LEDGeneratorDrift. River's synth.LEDDrift swaps k pairs that begin at random places.
#pragma once

#include <array>

#include "synthetic/stream_table.h"

namespace dse {

struct LedOptions {
  double noise = 0;          // the probability that a segment is inverted
  bool irrelevant = true;    // whether there are 17 features more, which mean nothing
  int swapped_features = 0;  // 0 to 7; 0 without irrelevant features
};

class Led final : public SyntheticStream {
 public:
  static constexpr std::size_t kSegments = 7;
  static constexpr std::size_t kIrrelevant = 17;
  static constexpr int kDigits = 10;

  // A row draws one number of `features` for the digit, one for all irrelevant features, and four of `noise`
  // if there is any. Throws std::invalid_argument when features are to be swapped with none.
  Led(const LedOptions& options, const StreamRandom& random);
  int next(std::span<float> features) override;

 private:
  double noise_;
  std::array<std::size_t, kSegments + kIrrelevant> places_{};  // where each feature goes
  RandomStream& features_random_;
  RandomStream& noise_random_;
};

SyntheticStreamInfo led_stream();

}  // namespace dse
