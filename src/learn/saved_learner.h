// The file in which a learner's complete state is kept: docs/learner-state.md describes every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dse/learner.h"

namespace dse {

// Must be raised whenever what any learner writes, or its meaning, changes.
inline constexpr std::uint32_t kSavedLearnerVersion = 1;
// The longest name of a learner, which the file holds.
inline constexpr std::uint32_t kLearnerNameBytesMax = 64;
// More than the largest learner needs.
inline constexpr std::size_t kSavedLearnerBytesMax = std::size_t{512} << 20;

// The ending of such a file's name in a run directory.
inline constexpr const char* kLearnerEnding = ".learner";

// What a learner was made as: its name in the table of learners, and what it was made for.
struct LearnerKind {
  std::string name;
  LearnerOptions options;
};

struct SavedLearner {
  std::string file;  // where the bytes came from, for errors
  std::string bytes;
};

// The bytes of a file that holds this state, whatever it means to its owner, and the state in such a file.
// open_state throws what load_learner throws; the result is valid as long as `saved`.
std::string seal_state(std::string_view state, const LearnerKind& kind);
std::string_view open_state(const SavedLearner& saved, const LearnerKind& kind);

// The bytes of the file, which are the same for the same state on every machine.
std::string save_learner(const Learner& learner, const LearnerKind& kind);

// Makes `learner`, which was made as `kind`, go on exactly like the one that was saved; what it learned
// before is forgotten. Throws InputError, naming the file and what to do, when the bytes are not such a file,
// are of another version, cut short, longer than they say, damaged, or of another kind. The learner is then
// unusable.
void load_learner(const SavedLearner& saved, const LearnerKind& kind, Learner& learner);

}  // namespace dse
