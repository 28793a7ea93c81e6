#include "dse/error.h"

#include <fmt/format.h>

#include <utility>

#include "core/printable.h"

namespace dse {
namespace {

std::string describe(const InputPlace& place, const std::string& text) {
  std::string result = place.file;
  if (place.line > 0) result += fmt::format(":{}", place.line);
  if (place.line > 0 && place.column > 0) result += fmt::format(":{}", place.column);
  if (!result.empty()) result += ": ";
  if (!place.key.empty()) result += place.key + ": ";
  return one_line(result + text);  // a NUL would cut it, an escape would paint the terminal
}

}  // namespace

InputError::InputError(const InputPlace& place, const std::string& text)
    : std::runtime_error(describe(place, text)), place_(place), text_(text) {}

InputErrors::InputErrors(std::vector<InputError> errors)
    : InputError(errors.at(0)), all_(std::move(errors)) {}

std::vector<InputError> errors_in(const InputError& error) {
  if (const auto* several = dynamic_cast<const InputErrors*>(&error)) return several->all();
  return {error};
}

void throw_if_any(std::vector<InputError> errors) {
  if (errors.size() == 1) throw InputError(errors.front());
  if (!errors.empty()) throw InputErrors(std::move(errors));
}

}  // namespace dse
