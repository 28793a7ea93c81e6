#include "kinds/model_input.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <string_view>

#include "core/printable.h"
#include "kinds/message_state.h"

namespace dse {
namespace {

bool all_finite(const Message& row, int features) {
  for (int at = 0; at < features; ++at) {
    float number = 0;
    std::memcpy(&number, payload_of(row).data() + static_cast<std::size_t>(at) * sizeof number,
                sizeof number);
    if (!std::isfinite(number)) return false;
  }
  return true;
}

std::string label_text(const HeaderValue& label) {
  const auto* text = std::get_if<std::string>(&label);
  return text == nullptr ? to_text(label) : quoted_text(*text);
}

std::string_view what_is(const HeaderValue& value) {
  if (std::holds_alternative<std::string>(value)) return "text";
  return std::holds_alternative<bool>(value) ? "a truth value" : "no integer";
}

}  // namespace

Input ModelInputs::of(const Message& message, std::size_t place) {
  if (features_ == 0) return {.pixels = payload_of(message).data()};
  float* const row = rows_.data() + place * features_;
  std::memcpy(row, payload_of(message).data(), features_ * sizeof(float));
  return {.features = row};
}

std::optional<std::string> why_unfit(const Message& message, const LearnerOptions& made_for) {
  if (message.payload().size() != made_for.input_bytes()) {
    return made_for.takes_images()
               ? fmt::format(
                     "it has {} bytes, but the model was made for images of {} x {}: set `shape`, or "
                     "feed it images of one size",
                     message.payload().size(), made_for.shape.rows, made_for.shape.columns)
               : fmt::format(
                     "it has {} bytes, but the model was made for rows of {} numbers, which have {}: "
                     "set `features`, or feed it rows of one size",
                     message.payload().size(), made_for.features, made_for.input_bytes());
  }
  if (!made_for.takes_images() && !all_finite(message, made_for.features))
    return "one of its numbers is infinite, or not a number";
  return why_wrong_label(message, made_for);
}

std::optional<std::string> why_wrong_label(const Message& message, const LearnerOptions& made_for) {
  const HeaderValue* label = message.headers().find("label");
  if (label == nullptr) return std::nullopt;
  const std::int64_t* number = integer_of(*label);
  if (number == nullptr) {
    return fmt::format("its label {} is {}: a label is an integer", label_text(*label), what_is(*label));
  }
  if (*number < 0 || *number >= made_for.classes) {
    return fmt::format("it has label {}, but the model was made for labels 0 to {}: set `classes`", *number,
                       made_for.classes - 1);
  }
  return std::nullopt;
}

}  // namespace dse
