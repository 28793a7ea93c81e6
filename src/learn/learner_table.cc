#include "dse/learner_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "dse/error.h"
#include "learn/saved_learner.h"

namespace dse {

void LearnerTable::add(LearnerInfo learner) {
  if (learner.name.empty()) throw UsageError("a learner without a name cannot be added: give it one");
  if (learner.name.size() > kLearnerNameBytesMax) {
    throw UsageError("the learner '" + learner.name + "' has a name of more than " +
                     std::to_string(kLearnerNameBytesMax) + " bytes: shorten it, saved states hold it");
  }
  if (!learner.make)
    throw UsageError("the learner '" + learner.name + "' has no function `make`: give it one");
  if (find(learner.name) != nullptr) {
    throw UsageError("there is a learner '" + learner.name +
                     "' already: add it once, or give one of the two another name");
  }
  learners_.push_back(std::move(learner));
}

const LearnerInfo* LearnerTable::find(std::string_view name) const {
  const auto found = std::find_if(learners_.begin(), learners_.end(),
                                  [&](const LearnerInfo& learner) { return learner.name == name; });
  return found == learners_.end() ? nullptr : &*found;
}

std::vector<std::string> LearnerTable::names() const {
  std::vector<std::string> names;
  for (const LearnerInfo& learner : learners_) names.push_back(learner.name);
  return names;
}

}  // namespace dse
