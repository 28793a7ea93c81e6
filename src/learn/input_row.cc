#include "learn/input_row.h"

#include "learn/pixel_table.h"

namespace dse {

InputRow::InputRow(const LearnerOptions& options)
    : size_(options.takes_images() ? options.shape.pixels() : static_cast<std::size_t>(options.features)) {
  if (options.takes_images()) return;
  standardiser_.emplace(size_);
  standardised_.resize(size_);
}

void InputRow::observe(std::span<const Example> batch) {
  if (!standardiser_) return;
  for (const Example& example : batch) standardiser_->update({example.features, size_});
}

void InputRow::gather(const Input& input, SparseRow& row) {
  if (!standardiser_) return row.gather_pixels(input.pixels, size_, linear_pixels());
  standardiser_->apply({input.features, size_}, standardised_.data());
  row.gather(standardised_.data(), size_);
}

void InputRow::hash_state(Hasher& hasher) const {
  if (standardiser_) standardiser_->hash_state(hasher);
}

void InputRow::save_state(StateWriter& writer) const {
  if (standardiser_) standardiser_->save_state(writer);
}

void InputRow::load_state(StateReader& reader) {
  if (standardiser_) standardiser_->load_state(reader);
}

}  // namespace dse
