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
#include "kinds/label_window.h"
#include "kinds/model.h"
#include "kinds/model_batch.h"
#include "learn/saved_learner.h"
#include "measure/interval_mean.h"
#include "measure/prequential_figures.h"

namespace dse {

// How the names of the figures begin that a model has of what it predicts before it learns.
inline constexpr std::string_view kPrequential = "prequential_";

// The metrics of a model to which labels come late.
std::vector<MetricInfo> late_label_joins();

class ModelApp : public App {
 public:
  ModelApp(const ModelOptions& options, const LearnerOptions& made_for, std::unique_ptr<Learner> learner,
           const MakeContext& context);

  void begin() override { learner_->begin(); }
  void crash() override { learner_->crash(); }
  Program program() override;
  // Learns the last, incomplete batch.
  void finish() override;
  // `trained`, `predicted`, `resets` if it may reset, and the prequential figures that are defined.
  std::vector<Metric> metrics() const override;
  std::vector<CurvePoint> curve() const override;
  std::vector<ConfusionCell> confusion() const override { return prequential_.confusion_cells(); }
  std::vector<ClassCell> classes() const override { return prequential_.classes(); }

  bool learns() const override { return true; }
  void hash_state(Hasher& hasher) const override { learner_->hash_state(hasher); }
  std::optional<std::string> save_state() const override { return save_learner(*learner_, made_as_); }
  // The batch that is not full yet, what a reset goes back to, and the learner's state.
  std::optional<std::string> save_checkpoint() const override;
  void load_checkpoint(std::string_view checkpoint) override;
  void add_counts(const App& crashed) override;
  // One at the start, one after every note_state_every batches, and one at the end; final after finish().
  std::vector<LearnedState> states() const override { return states_; }

 private:
  void handle(Machine& machine, const MessagePtr& message);
  void learn(Machine& machine, const MessagePtr& message, int label,
             std::optional<EarlierAnswer> answer = {});
  void take_label(Machine& machine, const Message& message);
  void predict(Machine& machine, const MessagePtr& message);
  void forward(Machine& machine, const MessagePtr& answered);
  void await_label(Machine& machine, const MessagePtr& message);
  std::optional<std::string> why_no_label(const Message& message) const;
  void learn_and_tell(Machine& machine, std::shared_ptr<ModelBatch> full);
  void take_alarm(Machine& machine, const Message& alarm);

  const ModelOptions options_;
  const LearnerKind made_as_;
  const std::uint32_t prefetch_;
  const std::size_t note_state_every_;  // batches; 0: no states are noted
  const TimeNs start_ns_;
  const ProbabilitySink tell_probabilities_;
  const bool asks_probabilities_;  // not of a learner that would fill the memory with those of one batch
  std::uint64_t trained_ = 0;
  std::uint64_t predicted_ = 0;
  std::uint64_t resets_ = 0;
  std::shared_ptr<ModelBatch> filling_;
  LabelWindow window_;
  std::uint64_t joined_ = 0;
  IntervalMean lag_;                  // how many answered messages had no label yet when it answered one
  const Machine* machine_ = nullptr;  // once the program has started
  // Those of the one inference under way; written on the strand.
  Prediction prediction_;
  std::vector<double> probabilities_;  // by label; NaN if the learner does not tell them

  // What follows is used only on the strand.
  void train(ModelBatch& batch);
  void reset();
  void note_state();

  std::unique_ptr<Learner> learner_;
  std::string first_state_;  // the learner's, if it may reset
  std::uint64_t batches_ = 0;
  LearnedState now_;  // without the digest
  std::vector<LearnedState> states_;
  std::vector<double> probabilities_before_;  // for each example of a batch, by label
  PrequentialFigures prequential_;
};

}  // namespace dse
