#include "learn/quadratic_rows.h"

#include <array>
#include <utility>

namespace dse {

QuadraticRows::QuadraticRows(std::size_t features, std::size_t classes)
    : features_(features),
      classes_(classes),
      standardiser_(features),
      first_({.features = features, .classes = classes}),
      gaussians_(features, classes),
      point_(padded(features)) {}

void QuadraticRows::learn_one(std::span<const float> row, int label) {
  if (found_scale()) return learn_standardised(row, label);
  standardiser_.update(row);
  const std::array<const float*, 1> rows = {row.data()};
  first_.learn(rows, {&label, 1});
  rows_.insert(rows_.end(), row.begin(), row.end());
  labels_.push_back(label);
  if (!found_scale()) return;
  for (std::size_t at = 0; at < kGathered; ++at)
    learn_standardised(std::span(rows_).subspan(at * features_, features_), labels_[at]);
  rows_ = {};
}

void QuadraticRows::learn_standardised(std::span<const float> row, int label) {
  standardiser_.apply(row, point_.data());
  gaussians_.add(point_.data(), label);
}

void QuadraticRows::probabilities(std::span<const float> row, std::span<double> out) {
  if (!found_scale()) return first_.probabilities(row, out);
  standardiser_.apply(row, point_.data());
  gaussians_.predict(point_.data(), out);
}

void QuadraticRows::hash_state(Hasher& hasher) const {
  standardiser_.hash_state(hasher);
  if (found_scale()) return gaussians_.hash_state(hasher);
  first_.hash_state(hasher);
}

void QuadraticRows::save_state(StateWriter& writer) const {
  standardiser_.save_state(writer);
  writer.add_u32(found_scale() ? 1 : 0);
  if (found_scale()) return gaussians_.save_state(writer);
  writer.add_u64(labels_.size());
  writer.add(std::span(rows_));
  for (const int label : labels_) writer.add_u32(static_cast<std::uint32_t>(label));
}

// Naive Bayes follows from the gathered examples.
void QuadraticRows::load_state(StateReader& reader) {
  *this = QuadraticRows(features_, classes_);
  Standardiser saved(features_);
  saved.load_state(reader);
  const std::uint32_t found = reader.u32();
  if (found > 1) reader.refuse("neither a yes nor a no");
  if (found == 1) {
    labels_.assign(kGathered, 0);
    gaussians_.load_state(reader);
  } else {
    const std::size_t count = reader.count(kGathered - 1, "gathered rows");
    reader.require(count * features_ * sizeof(float));
    std::vector<float> rows(count * features_);
    reader.read(rows);
    for (std::size_t at = 0; at < count; ++at) {
      const std::uint32_t label = reader.u32();
      if (label >= classes_) reader.refuse("a label that is not among its classes");
      learn_one(std::span(rows).subspan(at * features_, features_), static_cast<int>(label));
    }
  }
  standardiser_ = std::move(saved);
}

}  // namespace dse
