#include "sim/command/number_options.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace dse {
namespace {

// All of the text as one number; from_chars takes neither a plus nor a base before it.
template <typename Number>
std::optional<Number> whole_text(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <typename Read>
CLI::Option* add_read(CLI::App& command, const std::string& name, const std::string& description,
                      const std::string& type, Read read) {
  // A list, because the parser's way to one text turns an empty one into none.
  return command
      .add_option_function<std::vector<std::string>>(
          name, [read](const std::vector<std::string>& texts) { read(texts.empty() ? "" : texts.back()); },
          description)
      ->expected(1)
      ->allow_extra_args(false)  // else it would swallow a `--` behind it
      ->type_name(type);
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

CLI::Option* add_whole(CLI::App& command, const std::string& name, const std::string& description,
                       const WholeRange& range, std::function<void(std::uint64_t)> use) {
  return add_read(command, name, description, "INTEGER",
                  [name, range, use = std::move(use)](const std::string& text) {
                    const std::optional<std::uint64_t> number = read_whole(text, range);
                    if (number) return use(*number);
                    throw CLI::ValidationError(
                        name, fmt::format("'{}' is not {}: expected an integer from {} to {}, in digits",
                                          text, range.what, range.least, range.most));
                  });
}

CLI::Option* add_real(CLI::App& command, const std::string& name, double& value,
                      const std::string& description, const RealRange& range) {
  return add_read(command, name, description, "NUMBER", [name, range, &value](const std::string& text) {
    const std::optional<double> number = read_real(text, range);
    if (!number) {
      throw CLI::ValidationError(
          name, fmt::format("'{}' is not {}: expected {}a decimal number from {} to {}", text, range.what,
                            range.or_zero ? "0, or " : "", range.least, range.most));
    }
    value = *number;
  });
}

CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& value,
                      const std::string& description) {
  return add_read(command, name, description, "TEXT", [name, &value](const std::string& text) {
    if (text.empty()) throw CLI::ValidationError(name, "is empty");
    value = text;
  });
}

}  // namespace dse
