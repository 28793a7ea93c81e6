#include "core/error.h"

#include <fmt/format.h>

namespace dse {
namespace {

// In one line, whatever the user's text holds: a NUL would cut it, an escape would paint the terminal.
std::string printable(const std::string& text) {
  std::string result;
  for (char c : text) {
    const auto code = static_cast<unsigned char>(c);
    result += code < 0x20 || code == 0x7f ? fmt::format("\\x{:02x}", code) : std::string(1, c);
  }
  return result;
}

std::string describe(const InputPlace& place, const std::string& text) {
  std::string result = place.file;
  if (place.line > 0) result += fmt::format(":{}:{}", place.line, place.column);
  if (!result.empty()) result += ": ";
  if (!place.key.empty()) result += place.key + ": ";
  return printable(result + text);
}

}  // namespace

InputError::InputError(const InputPlace& place, const std::string& text)
    : std::runtime_error(describe(place, text)), place_(place), text_(text) {}

}  // namespace dse
