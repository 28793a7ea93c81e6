// What a model's learner is given of messages, and why it may not be given one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dse/learner.h"
#include "dse/message.h"

namespace dse {

// Prepares the payloads of messages for a learner: the numbers of a row are copied to where floats may be.
class ModelInputs {
 public:
  ModelInputs(const LearnerOptions& made_for, std::size_t count)
      : features_(static_cast<std::size_t>(made_for.features)), rows_(features_ * count) {}

  // The payload fits the learner; `place` is below `count`. Valid as long as the message and this.
  Input of(const Message& message, std::size_t place);

 private:
  std::size_t features_;
  std::vector<float> rows_;
};

// Why a model that was made for this can neither learn from the message nor predict it, as a sentence for the
// user; empty when it can.
std::optional<std::string> why_unfit(const Message& message, const LearnerOptions& made_for);
// The same of its header `label` alone; empty when it has none.
std::optional<std::string> why_wrong_label(const Message& message, const LearnerOptions& made_for);

}  // namespace dse
