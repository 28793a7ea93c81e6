#include "learn/quadratic.h"

#include <algorithm>

#include "core/check.h"

namespace dse {
namespace {

// How many examples the components are found from: more hardly change them, and keep predictions poor for
// longer.
constexpr std::size_t kGathered = 500;
constexpr std::size_t kComponents = 56;

}  // namespace

Quadratic::Quadratic(const LearnerOptions& options, RandomStream& random)
    : pixels_(options.shape.pixels()),
      nearest_mean_(pixels_, static_cast<std::size_t>(options.classes)),
      components_(pixels_, std::min(pixels_, kComponents), random),
      gaussians_(components_.components(), static_cast<std::size_t>(options.classes)),
      projected_(components_.stride()) {}

void Quadratic::train(std::span<const Example> batch, std::span<Prediction> before) {
  DSE_CHECK(!batch.empty() && batch.size() == before.size(), "{} examples, {} predictions", batch.size(),
            before.size());
  for (std::size_t at = 0; at < batch.size(); ++at) before[at] = predict_one(batch[at].pixels);
  for (const Example& example : batch) learn_one(example);
}

void Quadratic::predict(std::span<const std::uint8_t* const> images, std::span<Prediction> predictions) {
  DSE_CHECK(images.size() == predictions.size(), "{} images, {} predictions", images.size(),
            predictions.size());
  for (std::size_t at = 0; at < images.size(); ++at) predictions[at] = predict_one(images[at]);
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

Prediction Quadratic::predict_one(const std::uint8_t* pixels) {
  if (!found_components_) return nearest_mean_.predict(pixels);
  components_.project(pixels, projected_.data());
  return gaussians_.predict(projected_.data());
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
