#include "sim/node/scoring_file.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "dse/error.h"
#include "measure/probability_score.h"

namespace dse {
namespace {

constexpr char kIdMark = '#';  // so that an empty id is a word, too

std::string to_hex(const std::string& text) {
  std::string digits;
  for (const char c : text)
    fmt::format_to(std::back_inserter(digits), "{:02x}", static_cast<unsigned char>(c));
  return digits;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

std::optional<std::string> from_hex(const std::string& digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string text;
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    const std::optional<unsigned> high = hex_digit(digits[at]);
    const std::optional<unsigned> low = hex_digit(digits[at + 1]);
    if (!high || !low) return std::nullopt;
    text += static_cast<char>(*high << 4 | *low);
  }
  return text;
}

// False when the text is not a line of a scoring file.
bool read_line(const std::string& line, const ScoringReader& reader) {
  std::istringstream words(line);
  std::string what;
  TimeNs time_ns = 0;
  std::int64_t label = 0;
  std::string digits;
  words >> what;
  if (what == "answer") words >> time_ns;
  if (!(words >> label)) return false;
  words >> digits;
  if (digits.empty() || digits.front() != kIdMark) return false;
  const std::optional<std::string> id = from_hex(digits.substr(1));
  if (!id) return false;
  if (what == "truth") {
    reader.on_truth(*id, label);
    return true;
  }
  if (what != "answer") return false;
  NotedAnswer answer{.message_id = *id, .label = label};
  for (std::string word; words >> word;) {
    double probability = 0;
    const char* end = word.data() + word.size();
    const auto [read, error] = std::from_chars(word.data(), end, probability);
    if (error != std::errc() || read != end) return false;
    answer.probabilities.push_back(probability);
  }
  if (!answer.probabilities.empty() && !are_probabilities(answer.probabilities)) return false;
  reader.on_answer(time_ns, answer);
  return true;
}

}  // namespace

std::string truth_line(const std::string& message_id, std::int64_t label) {
  return fmt::format("truth {} {}{}", label, kIdMark, to_hex(message_id));
}

std::string answer_line(TimeNs time_ns, const NotedAnswer& answer) {
  std::string line =
      fmt::format("answer {} {} {}{}", time_ns, answer.label, kIdMark, to_hex(answer.message_id));
  for (const double probability : answer.probabilities) line += fmt::format(" {}", probability);
  return line;
}

void read_scoring_file(const std::string& path, const ScoringReader& reader) {
  std::ifstream file(path);
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (!read_line(line, reader))
      throw RunError(fmt::format("'{}' is damaged in line {}: run the nodes again", path, number));
  }
}

}  // namespace dse
