// Weights that are learned together, with their running average, their gradient and the optimiser's moments.
//
// All have the same size, a multiple of kLanes; entries that only fill up lanes are zero and stay zero.
#pragma once

#include <cstddef>
#include <span>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/floats.h"

namespace dse {

// The weights that gradients move, or their running average, which predicts better.
enum class Weights { kCurrent, kAverage };

struct Parameters {
  explicit Parameters(std::size_t size)
      : values(size), averages(size), gradients(size), first_moments(size), second_moments(size) {}

  const float* data(Weights weights) const {
    return weights == Weights::kCurrent ? values.data() : averages.data();
  }

  // Adds all that decides later predictions; gradients live only within one call of train.
  void hash_state(Hasher& hasher) const {
    for (const Floats* each : {&values, &averages, &first_moments, &second_moments}) {
      hasher.add(std::as_bytes(std::span(*each)));
    }
  }

  // Writes the same, in the same order.
  void save_state(StateWriter& writer) const {
    for (const Floats* each : {&values, &averages, &first_moments, &second_moments}) writer.add(*each);
  }
  void load_state(StateReader& reader) {
    for (Floats* each : {&values, &averages, &first_moments, &second_moments}) reader.read(*each);
  }

  Floats values;
  Floats averages;
  Floats gradients;
  Floats first_moments;
  Floats second_moments;
};

}  // namespace dse
