// A model component: learns from labelled messages, predicts the others and forwards them with the likely
// label.
//
// A message with the header `label` goes into the current mini-batch; a full batch is learned on the
// component's strand, and nobody waits for it. Any other message is predicted from what was learned from the
// batches before it, and written to `to` with the same payload, headers `label`, `model` and `confidence`
// added (and, if asked for, `probabilities`), key `<model>.<label>`, and correlation_id = the id of the
// message that it answers. A message that fits neither, because its payload is not an image of the model's
// shape or its label is not one of the model's classes, is refused.
//
// A message with the content type of labels (kinds/late_labels.h) labels an earlier one, by its
// correlation_id: the model learns that one now, and is judged by what it answered then.
//
// If it has `errors`, it writes a message there for each example that it learns, as
// message/content_types.h says, with the key `<model>.error`: at the virtual time at which the batch is
// learned, in the batch's order. An alarm, also described there, makes it start again from what it was made
// with, or is refused. The batch that is not full yet is kept: its rows came after the example that raised
// the alarm, so they are of the new concept.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "dse/component.h"
#include "dse/kind_table.h"
#include "kinds/item_data.h"

namespace dse {

struct ModelOptions {
  LearnerInfo learner;
  std::string from;
  std::string to;
  std::size_t batch = 16;
  TimeNs train_service_ns = 0;  // virtual cost of one message
  TimeNs infer_service_ns = 0;
  std::optional<ImageShape> shape;         // taken from the data if neither is given
  std::optional<int> features;             // how many numbers the rows of a table have
  std::optional<int> classes;              // likewise
  std::optional<NamedFile> initial = {};   // a saved learner to start from
  bool probabilities = false;              // predictions have the header `probabilities`
  std::size_t label_window = 0;            // how many messages wait for their labels; 0: none may come late
  std::optional<std::string> errors = {};  // resource for what it had wrong and right before it learned
  bool resets_on_alarm = false;
};

// Takes the learner from the table with which the scenario is read.
Kind model_kind();

std::shared_ptr<const Component> make_model(ModelOptions options);
// The model's application, with that learner, made for `made_for`.
std::unique_ptr<App> make_model_app(const ModelOptions& options, const LearnerOptions& made_for,
                                    std::unique_ptr<Learner> learner, const MakeContext& context);

}  // namespace dse
