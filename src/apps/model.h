// A model component: learns from labelled messages, predicts the others and forwards them with the likely
// label.
//
// A message with the header `label` goes into the current mini-batch; a full batch is learned on the
// component's strand, and nobody waits for it. Any other message is predicted by what was learned from the
// batches before it, and written to `to` with the same payload, headers `label`, `model` and `confidence`
// added, key `<model>.<label>`, and correlation_id = the id of the message that it answers. A message that
// fits neither, because its payload is no image of the model's shape or its label none of the model's
// classes, is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/app.h"
#include "core/hash.h"
#include "learn/learner.h"
#include "learn/prequential_accuracy.h"
#include "learn/saved_learner.h"

namespace dse {

struct ModelOptions {
  std::string from;
  std::string to;
  std::uint32_t prefetch = 0;
  std::size_t batch = 16;
  TimeNs train_service_ns = 0;  // virtual cost of one message
  TimeNs infer_service_ns = 0;
  PrequentialOptions prequential;
  LearnerKind learner;               // what the learner was made as
  std::size_t note_state_every = 0;  // batches; 0: no states are noted
};

class Model : public App {
 public:
  Model(ModelOptions options, std::unique_ptr<Learner> learner);

  Program program() override;
  // Learns the last, incomplete batch.
  void finish() override;
  // trained, predicted, and the three prequential accuracies when anything was learned.
  std::vector<Metric> metrics() const override;
  std::vector<CurvePoint> curve() const override;
  // What was learned at some moment. One at the start, one after every options.note_state_every batches, and
  // one at the end; final after finish().
  struct State {
    TimeNs time_ns = 0;         // when the last message of it was handled
    std::uint64_t learned = 0;  // messages
    std::uint64_t digest = 0;   // of hash_state
  };
  const std::vector<State>& states() const { return states_; }
  // Adds what was learned.
  void hash_state(Hasher& hasher) const { learner_->hash_state(hasher); }
  // The bytes of a file from which another model can start.
  std::string saved_learner() const { return save_learner(*learner_, options_.learner); }

 private:
  struct Batch;

  void handle(Machine& machine, const MessagePtr& message);
  void learn(Machine& machine, const MessagePtr& message, std::int64_t label);
  void predict(Machine& machine, const MessagePtr& message);
  void forward(Machine& machine, const Message& message, const Prediction& prediction);
  std::optional<std::string> why_unfit(const Message& message) const;
  void train(const Batch& batch);

  ModelOptions options_;
  std::uint64_t trained_ = 0;
  std::uint64_t predicted_ = 0;
  std::shared_ptr<Batch> filling_;
  Prediction prediction_;  // of the one inference under way; written on the strand

  // On the strand:
  void note_state();

  std::unique_ptr<Learner> learner_;
  std::uint64_t batches_ = 0;
  State now_;  // but for the digest
  std::vector<State> states_;
  PrequentialAccuracy prequential_;
};

}  // namespace dse
