// Predicts the label of the example that was learned last: on a stream whose labels come in runs, it is hard
// to surpass (Žliobaitė, Bifet, Read, Pfahringer and Holmes, "Evaluation methods and decision theory for
// classification of streaming data with temporal dependence", Machine Learning 98, 2015). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"

namespace dse {

class NoChange {
 public:
  explicit NoChange(std::size_t classes) : classes_(classes) {}

  // Labels are 0 … classes - 1.
  void learn_one(std::span<const float> features, int label);
  // 1 for the last label; before the first example, all are equal.
  void probabilities(std::span<const float> features, std::span<double> out) const;

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  std::size_t classes_;
  std::optional<std::uint32_t> last_;
};

}  // namespace dse
