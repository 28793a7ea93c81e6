// The examples that a model learns at once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dse/machine.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "kinds/label_window.h"

namespace dse {

struct ModelBatch {
  struct One {
    MessagePtr message;
    int label = 0;
    std::optional<EarlierAnswer> answer = {};  // if the label came after it
    // Once it is learned: the label that was predicted before, by which the model is judged. Negative: the
    // learner does not tell.
    int predicted = -1;
  };

  TimeNs time_ns = 0;  // when its last message was handled
  std::vector<One> examples;
};

// Write and read what is still to be learned: of each example its label, its message's id and payload, and
// the earlier answer. Reading adds to the batch, and throws what StateReader throws.
struct BatchForm {
  std::size_t examples_max = 0;
  std::size_t payload_bytes = 0;
  std::size_t classes = 0;
};
void save_batch(const ModelBatch& batch, StateWriter& writer);
void load_batch(StateReader& reader, const BatchForm& form, ModelBatch& batch);

// Writes to `errors` of each example that was learned whether it was predicted rightly, as
// message/content_types.h says. Those of which the learner does not tell are left out.
Program error_messages(const ModelBatch& learned, const std::string& errors, Machine& machine);

}  // namespace dse
