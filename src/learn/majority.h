// Predicts the class that was most frequent so far: what a learner must at least reach to be of use. One
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"

namespace dse {

class Majority {
 public:
  explicit Majority(std::size_t classes) : counts_(classes) {}

  // Labels are 0 … classes - 1.
  void learn_one(std::span<const float> features, int label);
  // The relative frequencies; before the first example, all equal.
  void probabilities(std::span<const float> features, std::span<double> out) const;

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  std::vector<std::uint64_t> counts_;
};

}  // namespace dse
