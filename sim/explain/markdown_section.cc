#include "sim/explain/markdown_section.h"

#include <algorithm>

namespace dse {
namespace {

constexpr int kDeepest = 3;

// The level of a heading; 0 for another line.
int level_of(std::string_view line) {
  const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  return level > 0 && level < line.size() && line[level] == ' ' ? static_cast<int>(level) : 0;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t end = text.find_last_not_of(' ');
  return text.substr(begin, end == std::string_view::npos ? 0 : end + 1 - begin);
}

// The cells of "| a | b |"; a pipe in backticks, or behind a backslash, ends none.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  std::string cell;
  bool in_code = false;
  for (std::size_t at = 1; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '`') in_code = !in_code;
    if (c == '\\' && at + 1 < line.size() && line[at + 1] == '|') {
      cell += line[++at];
    } else if (c == '|' && !in_code) {
      cells.emplace_back(trimmed(cell));
      cell.clear();
    } else {
      cell += c;
    }
  }
  return cells;
}

bool is_rule(std::string_view line) { return line.find_first_not_of("|-: ") == std::string_view::npos; }

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::vector<MarkdownSection> markdown_sections(std::string_view page) {
  std::vector<MarkdownSection> sections;
  bool in_code = false;
  while (!page.empty()) {
    const std::string_view line = take_line(page);
    if (line.starts_with("```")) in_code = !in_code;
    const int level = in_code ? 0 : level_of(line);
    if (level > 0 && level <= kDeepest) {
      sections.push_back(
          {.level = level, .title = std::string(line.substr(static_cast<std::size_t>(level) + 1))});
    } else if (!sections.empty()) {
      sections.back().body += std::string(line) + "\n";
    }
  }
  return sections;
}

std::vector<MarkdownRow> markdown_rows(std::string_view body) {
  std::vector<MarkdownRow> rows;
  std::vector<std::string> heading;
  while (!body.empty()) {
    const std::string_view line = take_line(body);
    if (!line.starts_with('|')) {
      heading.clear();
    } else if (heading.empty()) {
      heading = cells_of(line);
    } else if (!is_rule(line)) {
      rows.push_back({heading, cells_of(line)});
    }
  }
  return rows;
}

std::vector<std::string> code_spans(std::string_view text) {
  std::vector<std::string> spans;
  while (true) {
    const std::size_t begin = text.find('`');
    if (begin == std::string_view::npos) return spans;
    const std::size_t end = text.find('`', begin + 1);
    if (end == std::string_view::npos) return spans;
    spans.emplace_back(text.substr(begin + 1, end - begin - 1));
    text.remove_prefix(end + 1);
  }
}

}  // namespace dse
