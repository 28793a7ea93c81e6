// A learner whose scores are a differentiable function of parameters, which Adam moves against the gradient
// of the mean cross entropy of each mini-batch. It predicts by the running average of its parameters. One
// thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dse/learner.h"
#include "learn/adam.h"
#include "learn/input_row.h"
#include "learn/parameters.h"

namespace dse {

class GradientLearner : public Learner {
 public:
  void train(std::span<const Example> batch, Predictions before) final;
  void predict(std::span<const Input> inputs, Predictions predictions) final;
  void hash_state(Hasher& hasher) const final;
  void save_state(StateWriter& writer) const final;
  void load_state(StateReader& reader) final;

  // The mean cross entropy of the batch, by the current weights.
  double loss(std::span<const Example> batch);
  // Adds the gradient of that loss to the gradients of all parameters.
  virtual void add_gradients(std::span<const Example> batch) = 0;
  // Called whenever values or averages of parameters have changed.
  virtual void parameters_changed() {}
  std::span<Parameters* const> parameters() { return parameters_; }

 protected:
  GradientLearner(const AdamOptions& adam, const LearnerOptions& options)
      : input_row_(options), adam_(adam) {}

  // For the constructors of learners: `parameters` are learned too, and live as long as the learner.
  void learn(Parameters& parameters) { parameters_.push_back(&parameters); }
  // How many numbers an image or row has, and these numbers.
  std::size_t inputs() const { return input_row_.size(); }
  void gather(const Input& input, SparseRow& row) { input_row_.gather(input, row); }
  // The scores of an image or row, valid until the next call.
  virtual std::span<const float> scores(const Input& input, Weights weights) = 0;

 private:
  InputRow input_row_;
  Adam adam_;
  std::vector<Parameters*> parameters_;
};

}  // namespace dse
