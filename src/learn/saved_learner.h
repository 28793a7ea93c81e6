// The file in which a learner's complete state is kept: docs/learner-state.md describes every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "dse/learner.h"

namespace dse {

// To be raised whenever what any learner writes changes, or what it means.
inline constexpr std::uint32_t kSavedLearnerVersion = 1;
// A learner's name, which stands in the file, has at most so many bytes.
inline constexpr std::uint32_t kLearnerNameBytesMax = 64;
// More than the largest learner needs.
inline constexpr std::size_t kSavedLearnerBytesMax = std::size_t{512} << 20;

// How the name of such a file ends, in the directory of a run.
inline constexpr const char* kLearnerEnding = ".learner";

// What a learner was made as: its name in the table of learners, and what it was made for.
struct LearnerKind {
  std::string name;
  LearnerOptions options;
};

struct SavedLearner {
  std::string file;  // where the bytes are from, for errors
  std::string bytes;
};

// The bytes of the file. The same for the same state, everywhere.
std::string save_learner(const Learner& learner, const LearnerKind& kind);

// Makes `learner`, which was made as `kind`, go on exactly like the one that was saved; what it learned
// before is forgotten. Throws InputError, naming the file and what to do, when the bytes are no such file,
// are of another version, cut short, longer than they say, damaged, or of another kind. The learner is then
// good for nothing.
void load_learner(const SavedLearner& saved, const LearnerKind& kind, Learner& learner);

}  // namespace dse
