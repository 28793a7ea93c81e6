#include "learn/gradient_learner.h"

#include "core/check.h"
#include "learn/cross_entropy.h"

namespace dse {

void GradientLearner::train(std::span<const Example> batch, Predictions before) {
  DSE_CHECK(!batch.empty() && batch.size() == before.size(), "{} examples, {} predictions", batch.size(),
            before.size());
  for (std::size_t at = 0; at < batch.size(); ++at) {
    before[at] = predict_from_scores(scores(batch[at].input(), Weights::kAverage), before.probabilities(at));
  }
  input_row_.observe(batch);
  add_gradients(batch);
  adam_.begin_step(batch.size());
  for (Parameters* each : parameters_) adam_.update(*each);
  parameters_changed();
}

void GradientLearner::predict(std::span<const Input> inputs, Predictions predictions) {
  DSE_CHECK(inputs.size() == predictions.size(), "{} inputs, {} predictions", inputs.size(),
            predictions.size());
  for (std::size_t at = 0; at < inputs.size(); ++at) {
    predictions[at] =
        predict_from_scores(scores(inputs[at], Weights::kAverage), predictions.probabilities(at));
  }
}

void GradientLearner::hash_state(Hasher& hasher) const {
  for (const Parameters* each : parameters_) each->hash_state(hasher);
  adam_.hash_state(hasher);
  input_row_.hash_state(hasher);
}

void GradientLearner::save_state(StateWriter& writer) const {
  for (const Parameters* each : parameters_) each->save_state(writer);
  adam_.save_state(writer);
  input_row_.save_state(writer);
}

void GradientLearner::load_state(StateReader& reader) {
  for (Parameters* each : parameters_) each->load_state(reader);
  adam_.load_state(reader);
  input_row_.load_state(reader);
  parameters_changed();
}

double GradientLearner::loss(std::span<const Example> batch) {
  double total = 0;
  for (const Example& example : batch) {
    total += cross_entropy(scores(example.input(), Weights::kCurrent), example.label);
  }
  return total / static_cast<double>(batch.size());
}

}  // namespace dse
