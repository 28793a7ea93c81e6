#include "core/error.h"

#include <fmt/format.h>

namespace dse {
namespace {

std::string describe(const InputPlace& place, const std::string& text) {
  std::string result = place.file;
  if (place.line > 0) result += fmt::format(":{}:{}", place.line, place.column);
  if (!result.empty()) result += ": ";
  if (!place.key.empty()) result += place.key + ": ";
  return result + text;
}

}  // namespace

InputError::InputError(const InputPlace& place, const std::string& text)
    : std::runtime_error(describe(place, text)) {}

}  // namespace dse
