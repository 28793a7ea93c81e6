// A rotating hyperplane (Hulten, Spencer and Domingos, "Mining time-changing data streams", KDD 2001), as MOA
// (HyperplaneGenerator) and River (synth.Hyperplane) read it: features in [0, 1), weights that begin in
// [0, 1), and class 1 when sum(w x) >= sum(w) / 2, else 0. After each row, each of the first `drift_features`
// weights moves by `magnitude` in its direction, which is upwards at first; then the direction is reversed
// with probability `sigma`. Weights may leave [0, 1), as there.
//
// Probabilities are exact here and in MOA. River compares 0.01 + u with them, which makes each smaller by
// 0.01.
#pragma once

#include <vector>

#include "synthetic/stream_table.h"

namespace dse {

struct HyperplaneOptions {
  int features = 10;
  int drift_features = 2;  // the first so many weights move; at most `features`
  double magnitude = 0;    // by how much, each row
  double sigma = 0.1;      // the probability that a direction is reversed, each row
  double noise = 0;        // the probability that a label is flipped
};

class Hyperplane final : public SyntheticStream {
 public:
  // Draws one number of `drift` for each initial weight. A row draws one number of `features` for two
  // features, one of `noise` if there is any, and one of `drift` for two weights that move, if they do and
  // sigma is not 0. Throws std::invalid_argument when more weights are to drift than there are.
  Hyperplane(const HyperplaneOptions& options, const StreamRandom& random);
  int next(std::span<float> features) override;

  // The weights that decide the next row.
  const std::vector<double>& weights() const { return weights_; }

 private:
  void drift();

  double sigma_;
  double noise_;
  bool moves_;
  RandomStream& features_random_;
  RandomStream& noise_random_;
  RandomStream& drift_random_;
  std::vector<double> weights_;
  std::vector<double> steps_;  // by which the first weights move next: the magnitude, up or down
};

SyntheticStreamInfo hyperplane_stream();

}  // namespace dse
