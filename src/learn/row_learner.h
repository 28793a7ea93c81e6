// A learner of rows of numbers, made of a core that knows nothing of batches: it has learn_one(features,
// label), or learn(rows, labels) for a whole batch, and probabilities(features, out), and can hash, save and
// load its state. One thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "dse/learner.h"
#include "learn/learner_parameters.h"
#include "learn/probabilities.h"

namespace dse {

template <typename Core>
class RowLearner : public Learner {
 public:
  RowLearner(const LearnerOptions& options, Core core)
      : features_(static_cast<std::size_t>(options.features)),
        parameters_(parameters_text(options)),
        core_(std::move(core)),
        probabilities_(static_cast<std::size_t>(options.classes)) {}

  void train(std::span<const Example> batch, Predictions before) override {
    DSE_CHECK(!batch.empty() && batch.size() == before.size(), "{} examples, {} predictions", batch.size(),
              before.size());
    for (std::size_t at = 0; at < batch.size(); ++at) predict_one(batch[at].features, at, before);
    if constexpr (requires(Core & core) { core.learn_one(std::span<const float>(), 0); }) {
      for (const Example& example : batch) core_.learn_one({example.features, features_}, example.label);
    } else {
      rows_.clear();
      labels_.clear();
      for (const Example& example : batch) {
        rows_.push_back(example.features);
        labels_.push_back(example.label);
      }
      core_.learn(rows_, labels_);
    }
  }
  void predict(std::span<const Input> inputs, Predictions predictions) override {
    DSE_CHECK(inputs.size() == predictions.size(), "{} inputs, {} predictions", inputs.size(),
              predictions.size());
    for (std::size_t at = 0; at < inputs.size(); ++at) predict_one(inputs[at].features, at, predictions);
  }
  void hash_state(Hasher& hasher) const override { core_.hash_state(hasher); }
  // What was learned with some parameters goes on only with the same.
  void save_state(StateWriter& writer) const override {
    writer.add_text(parameters_);
    core_.save_state(writer);
  }
  void load_state(StateReader& reader) override {
    const std::string_view saved = reader.text(kParametersBytesMax);
    if (saved != parameters_) reader.refuse("what was learned with other parameters: " + std::string(saved));
    core_.load_state(reader);
  }

 private:
  void predict_one(const float* features, std::size_t at, const Predictions& predictions) {
    const std::span<double> asked = predictions.probabilities(at);
    const std::span<double> out = asked.empty() ? std::span(probabilities_) : asked;
    core_.probabilities({features, features_}, out);
    const int label = most_probable(out);
    predictions[at] = {.label = label, .confidence = out[static_cast<std::size_t>(label)]};
  }

  std::size_t features_;
  std::string parameters_;
  Core core_;
  std::vector<double> probabilities_;
  std::vector<const float*> rows_;
  std::vector<int> labels_;
};

}  // namespace dse
