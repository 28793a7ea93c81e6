// The learners that a model may take, by name: an explicit table, made in `main`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dse/external_program.h"
#include "dse/key_info.h"
#include "dse/learner.h"

namespace dse {

struct LearnerInfo {
  std::string name;     // learner = "..." of a model
  std::string meaning;  // for human readers: a sentence
  // How long one training step takes relative to those of the other learners, as measured: used only for
  // sharing work between threads.
  unsigned cost = 1;
  // A new, untrained learner. Initial weights are drawn from `random`, during this call only. Throws
  // std::invalid_argument, with a sentence for the user, when it does not take this shape or number of
  // classes. Several threads may call it at the same time, for different runs.
  std::function<std::unique_ptr<Learner>(const LearnerOptions& options, RandomStream& random)> make;
  // What `learner = { name = "…", PARAMETER = … }` may set: integers, numbers, flags and choices. A value
  // that does not go together with others is for `make` to refuse.
  std::vector<KeyInfo> parameters = {};
  // Those that are set, when the learner is a model's.
  std::map<std::string, KeyValue> set_parameters = {};
  // A learner that is a program in another language: `make` is empty then.
  std::shared_ptr<const ExternalProgram> program = nullptr;
};

class LearnerTable {
 public:
  // Throws UsageError when the learner has no name or one of more than 64 bytes, or no `make`, or when there
  // already is one of that name.
  void add(LearnerInfo learner);
  // Null when there is none. Valid until the next add.
  const LearnerInfo* find(std::string_view name) const;
  // All learners, in the order in which they were added.
  const std::vector<LearnerInfo>& all() const { return learners_; }
  std::vector<std::string> names() const;

 private:
  std::vector<LearnerInfo> learners_;
};

}  // namespace dse
