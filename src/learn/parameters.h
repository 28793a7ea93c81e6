// Weights that are learned together, with their gradient and what the optimiser remembers of them.
//
// All have the same size, a multiple of kLanes; entries that only fill up lanes are zero and stay zero.
#pragma once

#include <cstddef>
#include <span>

#include "core/hash.h"
#include "learn/lanes.h"

namespace dse {

struct Parameters {
  explicit Parameters(std::size_t size)
      : values(size), gradients(size), first_moments(size), second_moments(size) {}

  // Adds all that decides later predictions; gradients live only within one call of train.
  void hash_state(Hasher& hasher) const {
    hasher.add(std::as_bytes(std::span(values)));
    hasher.add(std::as_bytes(std::span(first_moments)));
    hasher.add(std::as_bytes(std::span(second_moments)));
  }

  Floats values;
  Floats gradients;
  Floats first_moments;
  Floats second_moments;
};

}  // namespace dse
