// Options that take a number or a text. The parser's own reading takes 010 for eight, -1 for the largest
// number and an empty text for no option at all.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace dse {

// The whole numbers that an option takes.
struct WholeRange {
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
  const char* what = "a number";  // such as "a seed", for the error
};

// The numbers that an option takes.
struct RealRange {
  double least = 0;
  double most = 0;
  bool or_zero = false;
  const char* what = "a number";
};

// Decimal digits alone, with nothing before or behind them; 010 is ten. None when the text is something else,
// or a number out of range.
std::optional<std::uint64_t> read_whole(const std::string& text, const WholeRange& range);
// A decimal number, with or without a point and an exponent, likewise.
std::optional<double> read_real(const std::string& text, const RealRange& range);

// Each adds an option that sets `value`, and refuses any other text with the option's name and the range.
CLI::Option* add_whole(CLI::App& command, const std::string& name, const std::string& description,
                       const WholeRange& range, std::function<void(std::uint64_t)> use);
template <typename Number>
CLI::Option* add_whole(CLI::App& command, const std::string& name, Number& value,
                       const std::string& description, const WholeRange& range) {
  return add_whole(command, name, description, range,
                   [&value](std::uint64_t number) { value = static_cast<Number>(number); });
}
template <typename Number>
CLI::Option* add_whole(CLI::App& command, const std::string& name, std::optional<Number>& value,
                       const std::string& description, const WholeRange& range) {
  return add_whole(command, name, description, range,
                   [&value](std::uint64_t number) { value = static_cast<Number>(number); });
}
CLI::Option* add_real(CLI::App& command, const std::string& name, double& value,
                      const std::string& description, const RealRange& range);
// A text that is not empty, such as a folder's name.
CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& value,
                      const std::string& description);

}  // namespace dse
