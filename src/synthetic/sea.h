// SEA concepts (Street and Kim, "A streaming ensemble algorithm (SEA) for large-scale classification", KDD
// 2001): three features in [0, 10), the third of which means nothing. The class is 0 when f1 + f2 <= theta,
// else 1; with noise, some labels are flipped.
//
// MOA (SEAGenerator) and River (synth.SEA) number the classes alike. The paper's stream goes through the four
// thresholds; here each is a stream of its own.
#pragma once

#include "synthetic/stream_table.h"

namespace dse {

struct SeaOptions {
  int variant = 0;   // theta: 8, 9, 7 and 9.5 for 0 to 3
  double noise = 0;  // the probability that a label is flipped
};

class Sea final : public SyntheticStream {
 public:
  // Draws two numbers of `features` a row, and one of `noise` if there is any.
  Sea(const SeaOptions& options, const StreamRandom& random);
  int next(std::span<float> features) override;

 private:
  double threshold_;
  double noise_;
  RandomStream& features_random_;
  RandomStream& noise_random_;
};

SyntheticStreamInfo sea_stream();

}  // namespace dse
