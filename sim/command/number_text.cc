#include "sim/command/number_text.h"

#include <charconv>
#include <cmath>

namespace dse {
namespace {

// The whole text as one number; from_chars accepts neither a plus sign nor a base prefix.
template <typename Number>
std::optional<Number> whole_text(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::uint64_t> read_whole(const std::string& text, const WholeRange& range) {
  const std::optional<std::uint64_t> number = whole_text<std::uint64_t>(text);
  return number && *number >= range.least && *number <= range.most ? number : std::nullopt;
}

std::optional<double> read_real(const std::string& text, const RealRange& range) {
  const std::optional<double> number = whole_text<double>(text);
  if (!number || !std::isfinite(*number) || text.starts_with('-')) return std::nullopt;
  if (range.or_zero && *number == 0) return number;
  return *number >= range.least && *number <= range.most ? number : std::nullopt;
}

}  // namespace dse
