// A learner of one's own: the class whose mean image is nearest.
#pragma once

#include <dse/learner_table.h>

#include <limits>
#include <vector>

class NearestMean : public dse::Learner {
 public:
  explicit NearestMean(const dse::LearnerOptions& options)
      : pixels_(options.shape.pixels()), state_((pixels_ + 1) * static_cast<std::size_t>(options.classes)) {}

  void train(std::span<const dse::Example> batch, dse::Predictions before) override {
    for (std::size_t i = 0; i < batch.size(); ++i) before[i] = nearest(batch[i].pixels);
    for (const dse::Example& example : batch) {
      double* const sums = &state_[static_cast<std::size_t>(example.label) * (pixels_ + 1)];
      for (std::size_t at = 0; at < pixels_; ++at) sums[at] += example.pixels[at];
      ++sums[pixels_];
    }
  }
  void predict(std::span<const dse::Input> inputs, dse::Predictions out) override {
    for (std::size_t i = 0; i < inputs.size(); ++i) out[i] = nearest(inputs[i].pixels);
  }
  void hash_state(dse::Hasher& hasher) const override { hasher.add(std::as_bytes(std::span(state_))); }
  void save_state(dse::StateWriter& writer) const override { writer.add(std::span(state_)); }
  void load_state(dse::StateReader& reader) override { reader.read(std::span(state_)); }

 private:
  dse::Prediction nearest(const std::uint8_t* image) const {
    double least = std::numeric_limits<double>::infinity();
    dse::Prediction prediction{.label = 0, .confidence = 1};
    for (std::size_t label = 0; label * (pixels_ + 1) < state_.size(); ++label) {
      const double* const sums = &state_[label * (pixels_ + 1)];
      double distance = 0;
      for (std::size_t at = 0; at < pixels_ && sums[pixels_] > 0; ++at) {
        const double difference = image[at] - sums[at] / sums[pixels_];
        distance += difference * difference;
      }
      if (sums[pixels_] == 0 || distance >= least) continue;
      least = distance;
      prediction.label = static_cast<int>(label);
    }
    return prediction;
  }

  std::size_t pixels_;
  std::vector<double> state_;  // for each class: the sum of its images, pixel by pixel, then their number
};

inline dse::LearnerInfo nearest_mean() {
  return {.name = "nearest-mean",
          .meaning = "The class whose mean image is nearest.",
          .make = [](const dse::LearnerOptions& options, dse::RandomStream&) {
            return std::make_unique<NearestMean>(options);
          }};
}
