// The program of a model: kinds/model.h says what it does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dse/hash.h"
#include "kinds/model.h"
#include "learn/saved_learner.h"
#include "measure/prequential_accuracy.h"

namespace dse {

class ModelApp : public App {
 public:
  ModelApp(const ModelOptions& options, const LearnerOptions& made_for, std::unique_ptr<Learner> learner,
           const MakeContext& context);

  void begin() override { learner_->begin(); }
  void crash() override { learner_->crash(); }
  Program program() override;
  // Learns the last, incomplete batch.
  void finish() override;
  // `trained`, `predicted`, and the three prequential accuracies if anything was learned.
  std::vector<Metric> metrics() const override;
  std::vector<CurvePoint> curve() const override;

  bool learns() const override { return true; }
  void hash_state(Hasher& hasher) const override { learner_->hash_state(hasher); }
  std::optional<std::string> save_state() const override { return save_learner(*learner_, made_as_); }
  // The learner's state, then the batch that is not full yet.
  std::optional<std::string> save_checkpoint() const override;
  void load_checkpoint(std::string_view checkpoint) override;
  void add_counts(const App& crashed) override;
  // One at the start, one after every note_state_every batches, and one at the end; final after finish().
  std::vector<LearnedState> states() const override { return states_; }

 private:
  struct Batch;

  void handle(Machine& machine, const MessagePtr& message);
  void learn(Machine& machine, const MessagePtr& message, std::int64_t label);
  void predict(Machine& machine, const MessagePtr& message);
  void forward(Machine& machine, const Message& message, const Prediction& prediction);
  std::optional<std::string> why_unfit(const Message& message) const;
  void train(const Batch& batch);

  const ModelOptions options_;
  const LearnerKind made_as_;
  const std::uint32_t prefetch_;
  const std::size_t note_state_every_;  // batches; 0: no states are noted
  const TimeNs start_ns_;
  std::uint64_t trained_ = 0;
  std::uint64_t predicted_ = 0;
  std::shared_ptr<Batch> filling_;
  const Machine* machine_ = nullptr;  // once the program has started
  Prediction prediction_;             // that of the one inference under way; written on the strand

  // What follows is used only on the strand.
  void note_state();

  std::unique_ptr<Learner> learner_;
  std::uint64_t batches_ = 0;
  LearnedState now_;  // without the digest
  std::vector<LearnedState> states_;
  PrequentialAccuracy prequential_;
};

}  // namespace dse
