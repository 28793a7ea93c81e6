// The rules of prose that a machine can keep: comments are sentences with a subject, some words are not
// English, and README.md and docs are wrapped. Each violation is reported with its file and line.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.h"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kColumns = 100;

struct Text {
  std::string path;  // "src/broker/queue.h"
  std::vector<std::string> lines;

  // "docs/kinds.md:12: the line"
  std::string at(std::size_t line) const {
    return path + ":" + std::to_string(line + 1) + ": " + lines[line];
  }
};

Text read_text(const fs::path& path) {
  Text text{.path = path.lexically_relative(DSE_SOURCE_DIR).string()};
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) text.lines.push_back(line);
  return text;
}

std::vector<Text> sources() {
  std::vector<Text> texts;
  for (const char* folder : {"include", "src", "sim", "tests", "examples"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(DSE_SOURCE_DIR) / folder)) {
      const fs::path extension = entry.path().extension();
      if (extension == ".h" || extension == ".cc") texts.push_back(read_text(entry.path()));
    }
  }
  REQUIRE(texts.size() > 400);
  return texts;
}

std::vector<Text> documents() {
  std::vector<Text> texts = {read_text(fs::path(DSE_SOURCE_DIR) / "README.md")};
  for (const auto& entry : fs::directory_iterator(fs::path(DSE_SOURCE_DIR) / "docs")) {
    if (entry.path().extension() == ".md") texts.push_back(read_text(entry.path()));
  }
  REQUIRE(texts.size() > 10);
  return texts;
}

std::string_view trimmed(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line;
}

// The line from its first two slashes on; "" without a comment.
std::string comment_of(const std::string& line) {
  const std::size_t at = line.find("//");
  return at == std::string::npos ? "" : line.substr(at);
}

// The number of characters, not of bytes.
std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(
      line.begin(), line.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

const std::regex& not_english() {
  static const std::regex words(R"(\b(so-manieth|how-manieth|for who)\b)", std::regex::icase);
  return words;
}

std::vector<std::string> too_long_in(const Text& document) {
  std::vector<std::string> violations;
  bool fenced = false;
  for (std::size_t line = 0; line < document.lines.size(); ++line) {
    const std::string& text = document.lines[line];
    if (trimmed(text).starts_with("```")) fenced = !fenced;
    if (fenced || trimmed(text).starts_with("|") || text.find("://") != std::string::npos) continue;
    if (columns_of(text) > kColumns) violations.push_back(document.at(line));
  }
  if (fenced) violations.push_back(document.path + ": its last fence is not closed");
  return violations;
}

// Whether a comment, or a sentence within one, begins with "Of". A line that is nothing but a comment may go
// on with "of" in the middle of its sentence.
bool lacks_subject(const std::string& line) {
  static const std::string kMark = "//";  // apart, so that this file keeps the rule
  const std::string_view text = trimmed(line);
  if (text.starts_with(kMark + " Of ")) return true;
  if (comment_of(line).find(std::string(".") + " Of ") != std::string::npos) return true;
  return !text.starts_with(kMark) && text.find(kMark + " of ") != std::string::npos;
}

using Violations = std::vector<std::string>;

}  // namespace

TEST_CASE("no comment begins with a preposition in place of a subject") {
  Violations violations;
  for (const Text& source : sources()) {
    for (std::size_t line = 0; line < source.lines.size(); ++line) {
      if (lacks_subject(source.lines[line])) violations.push_back(source.at(line));
    }
  }
  CHECK(violations == Violations());
}

TEST_CASE("comments and documents hold no word that is not English") {
  Violations violations;
  for (const Text& source : sources()) {
    for (std::size_t line = 0; line < source.lines.size(); ++line) {
      if (std::regex_search(comment_of(source.lines[line]), not_english()))
        violations.push_back(source.at(line));
    }
  }
  for (const Text& document : documents()) {
    for (std::size_t line = 0; line < document.lines.size(); ++line) {
      if (std::regex_search(document.lines[line], not_english())) violations.push_back(document.at(line));
    }
  }
  CHECK(violations == Violations());
}

TEST_CASE("the prose of README.md and docs is wrapped at 100 columns") {
  Violations violations;
  for (const Text& document : documents()) {
    for (std::string& violation : too_long_in(document)) violations.push_back(std::move(violation));
  }
  CHECK(violations == Violations());
}

TEST_CASE("a document's tables, fenced blocks and lines with a URL may be wider") {
  const std::string wide(kColumns + 1, 'x');
  const std::string multibyte = std::string(kColumns - 1, 'x') + "…";
  CHECK(too_long_in(
            {"a.md", {"| " + wide, "```", wide, "```", "  ```", wide, "  ```", "see https://" + wide}}) ==
        Violations());
  CHECK(too_long_in({"a.md", {multibyte, "```", "```", wide}}) == Violations{"a.md:4: " + wide});
  CHECK(too_long_in({"a.md", {"```", wide}}) == Violations{"a.md: its last fence is not closed"});
}
