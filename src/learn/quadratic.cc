#include "learn/quadratic.h"

#include <algorithm>

#include "core/check.h"

namespace dse {
namespace {

// How many examples the components are found from: more hardly change them, and would delay good predictions.
constexpr std::size_t kGathered = 500;
constexpr std::size_t kComponents = 56;

}  // namespace

Quadratic::Quadratic(const LearnerOptions& options, RandomStream& random)
    : pixels_(options.shape.pixels()),
      classes_(static_cast<std::size_t>(options.classes)),
      nearest_mean_(pixels_, classes_),
      components_(pixels_, std::min(pixels_, kComponents), random),
      gaussians_(components_.components(), classes_),
      projected_(components_.stride()) {}

void Quadratic::train(std::span<const Example> batch, Predictions before) {
  DSE_CHECK(!batch.empty() && batch.size() == before.size(), "{} examples, {} predictions", batch.size(),
            before.size());
  for (std::size_t at = 0; at < batch.size(); ++at)
    before[at] = predict_one(batch[at].input(), before.probabilities(at));
  for (const Example& example : batch) learn_one(example);
}

void Quadratic::predict(std::span<const Input> inputs, Predictions predictions) {
  DSE_CHECK(inputs.size() == predictions.size(), "{} inputs, {} predictions", inputs.size(),
            predictions.size());
  for (std::size_t at = 0; at < inputs.size(); ++at)
    predictions[at] = predict_one(inputs[at], predictions.probabilities(at));
}

void Quadratic::hash_state(Hasher& hasher) const {
  hasher.add_u64(found_components_ ? 1 : 0);
  hasher.add(std::as_bytes(std::span(gathered_images_)));
  for (const int label : gathered_labels_) hasher.add_i64(label);
  components_.hash_state(hasher);
  if (found_components_) {
    gaussians_.hash_state(hasher);
  } else {
    nearest_mean_.hash_state(hasher);
  }
}

// The class means follow from the gathered examples, and are no longer used once the components are found.
void Quadratic::save_state(StateWriter& writer) const {
  components_.save_state(writer);
  writer.add_u32(found_components_ ? 1 : 0);
  if (found_components_) return gaussians_.save_state(writer);
  writer.add_u64(gathered_labels_.size());
  writer.add(gathered_images_);
  for (const int label : gathered_labels_) writer.add_u32(static_cast<std::uint32_t>(label));
}

void Quadratic::load_state(StateReader& reader) {
  gathered_images_ = {};
  gathered_labels_ = {};
  nearest_mean_ = NearestMean(pixels_, classes_);
  gaussians_ = GaussianClasses(components_.components(), classes_);
  components_.load_state(reader);
  const std::uint32_t found = reader.u32();
  if (found > 1) reader.refuse("neither a yes nor a no");
  found_components_ = found == 1;
  if (found_components_) {
    gaussians_.load_state(reader);
  } else {
    load_gathered(reader);
  }
}

void Quadratic::load_gathered(StateReader& reader) {
  const std::size_t count = reader.count(kGathered - 1, "gathered images");
  reader.require(count * pixels_);
  gathered_images_.resize(count * pixels_);
  reader.read(gathered_images_);
  for (std::size_t at = 0; at < count; ++at) {
    const std::uint32_t label = reader.u32();
    if (label >= classes_) reader.refuse("a label that is not among its classes");
    gathered_labels_.push_back(static_cast<int>(label));
    nearest_mean_.add({gathered_images_.data() + at * pixels_, gathered_labels_.back()});
  }
}

Prediction Quadratic::predict_one(const Input& input, std::span<double> probabilities) {
  if (!found_components_) return nearest_mean_.predict(input.pixels, probabilities);
  components_.project(input.pixels, projected_.data());
  return gaussians_.predict(projected_.data(), probabilities);
}

void Quadratic::learn_one(const Example& example) {
  if (found_components_) {
    components_.project(example.pixels, projected_.data());
    gaussians_.add(projected_.data(), example.label);
    return;
  }
  nearest_mean_.add(example);
  gathered_images_.insert(gathered_images_.end(), example.pixels, example.pixels + pixels_);
  gathered_labels_.push_back(example.label);
  if (gathered_labels_.size() == kGathered) find_components();
}

void Quadratic::find_components() {
  components_.find(gathered_images_);
  for (std::size_t at = 0; at < gathered_labels_.size(); ++at) {
    components_.project(gathered_images_.data() + at * pixels_, projected_.data());
    gaussians_.add(projected_.data(), gathered_labels_[at]);
  }
  found_components_ = true;
  gathered_images_ = {};
  gathered_labels_ = {};
}

}  // namespace dse
