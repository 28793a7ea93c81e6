// Small made-up tables to learn from, and what tests do with learners of tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dse/error.h"
#include "dse/hash.h"
#include "dse/random.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/probabilities.h"

namespace dse {

struct SyntheticRow {
  std::vector<float> features;
  int label = 0;
};

// Features are uniform in [0, 1); the label is what `concept_of` says of them.
template <typename Concept>
std::vector<SyntheticRow> uniform_rows(std::size_t features, std::size_t count, const Concept& concept_of,
                                       std::uint64_t seed = 11) {
  RandomStream random(seed, "test", "rows");
  std::vector<SyntheticRow> rows(count);
  for (SyntheticRow& row : rows) {
    for (std::size_t at = 0; at < features; ++at) {
      row.features.push_back(static_cast<float>(random.uniform()));
    }
    row.label = concept_of(row.features);
  }
  return rows;
}

// Each label has a mean of its own for each feature, around which features lie; feature 1 is always the same.
inline std::vector<SyntheticRow> clustered_rows(std::size_t features, int classes, std::size_t count,
                                                std::uint64_t seed = 11) {
  RandomStream random(seed, "test", "rows");
  std::vector<SyntheticRow> rows(count);
  for (SyntheticRow& row : rows) {
    row.label = static_cast<int>(random.below(static_cast<std::uint64_t>(classes)));
    for (std::size_t at = 0; at < features; ++at) {
      const double noise = random.uniform() + random.uniform() + random.uniform() - 1.5;
      const double mean = static_cast<double>((static_cast<std::size_t>(row.label) * 7 + at * 3) % 5);
      row.features.push_back(at == 1 ? 4.0F : static_cast<float>(mean + 2 * noise));
    }
  }
  return rows;
}

template <typename Learner>
std::vector<double> probabilities_of(Learner& learner, std::span<const float> features, std::size_t classes) {
  std::vector<double> result(classes);
  learner.probabilities(features, result);
  return result;
}

// Predicts each row, then learns it. Returns how many predictions were right.
template <typename Learner>
std::size_t test_then_train(Learner& learner, std::span<const SyntheticRow> rows, std::size_t classes) {
  std::size_t right = 0;
  for (const SyntheticRow& row : rows) {
    right += most_probable(probabilities_of(learner, row.features, classes)) == row.label ? 1U : 0U;
    learner.learn_one(row.features, row.label);
  }
  return right;
}

template <typename Learner>
std::string digest_of(const Learner& learner) {
  Hasher hasher;
  learner.hash_state(hasher);
  return hex64(hasher.digest());
}

template <typename Learner>
std::string state_of(const Learner& learner) {
  StateWriter writer;
  learner.save_state(writer);
  return writer.bytes();
}

// Why the learner refuses this state; "" if it takes it.
template <typename Learner>
std::string refusal_of(Learner& learner, const std::string& state) {
  const std::string file = "a.learner";
  try {
    StateReader reader(state, file);
    learner.load_state(reader);
    reader.finish();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace dse
