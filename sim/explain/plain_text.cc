#include "sim/explain/plain_text.h"

#include <algorithm>
#include <utility>

#include "core/readable.h"

namespace dse {
namespace {

constexpr std::size_t kTextColumns = 80;

std::string filled(std::string_view text, std::size_t first, std::size_t further) {
  return wrapped(std::string(first, ' ') + std::string(text), {.width = kTextColumns, .indent = further}) +
         "\n";
}

// Makes plain text of the lines of a page, one after the other.
class PlainWriter {
 public:
  void add(std::string_view line) {
    if (!line.starts_with('|')) end_table();
    if (line.starts_with("```")) {
      end_paragraph();
      in_code_ = !in_code_;
    } else if (in_code_) {
      text_ += "    " + std::string(line) + "\n";
    } else if (line.empty()) {
      end_paragraph();
      if (!text_.empty() && !text_.ends_with("\n\n")) text_ += "\n";
    } else if (line.starts_with('|')) {
      end_paragraph();
      table_ += std::string(line) + "\n";
    } else if (line.starts_with('#')) {
      end_paragraph();
      text_ += plain_line(line.substr(std::min(line.find(' ') + 1, line.size()))) + "\n";
    } else {
      add_words(line);
    }
  }
  std::string finish() {
    end_table();
    end_paragraph();
    while (text_.ends_with("\n\n")) text_.pop_back();
    return std::move(text_);
  }

 private:
  void end_table() {
    for (const MarkdownRow& row : markdown_rows(table_)) text_ += plain_row(row);
    table_.clear();
  }
  void add_words(std::string_view line) {
    const bool is_item = line.starts_with("- ");
    if (is_item) end_paragraph();
    if (is_item) is_list_ = true;
    const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    if (!paragraph_.empty()) paragraph_ += ' ';
    paragraph_ += line.substr(begin);
  }
  void end_paragraph() {
    if (!paragraph_.empty()) text_ += filled(plain_line(paragraph_), 0, is_list_ ? 2 : 0);
    paragraph_.clear();
    is_list_ = false;
  }

  std::string text_;
  std::string paragraph_;
  std::string table_;  // the lines of the one that is being read
  bool is_list_ = false;
  bool in_code_ = false;
};

// "[text](place)" at the front of `rest`; its text, and `rest` goes on behind it. Empty if there is no link.
std::string take_link(std::string_view& rest) {
  const std::size_t middle = rest.find("](");
  if (!rest.starts_with('[') || middle == std::string_view::npos) return "";
  if (rest.substr(1, middle - 1).find('[') != std::string_view::npos) return "";
  const std::size_t end = rest.find(')', middle);
  if (end == std::string_view::npos) return "";
  std::string text(rest.substr(1, middle - 1));
  rest.remove_prefix(end + 1);
  return text;
}

}  // namespace

// Stars beside a word mark bold or italic text, if they are opened and closed; one between spaces is a star.
std::string plain_line(std::string_view markdown) {
  std::string text;
  bool in_code = false;
  bool is_marked = false;
  while (!markdown.empty()) {
    const char c = markdown.front();
    if (c == '`') in_code = !in_code;
    if (!in_code && c == '[') {
      if (const std::string link = take_link(markdown); !link.empty()) {
        text += plain_line(link);
        continue;
      }
    }
    const std::size_t stars = in_code ? 0 : std::min(markdown.find_first_not_of('*'), markdown.size());
    const bool opens = !is_marked && stars < markdown.size() && markdown[stars] != ' ';
    const bool closes = is_marked && !text.empty() && text.back() != ' ';
    if (stars > 0 && (opens || closes)) {
      is_marked = opens;
      markdown.remove_prefix(stars);
      continue;
    }
    text += c;
    markdown.remove_prefix(1);
  }
  return text;
}

// "`min`, `max` (default: none)", and the last cell below it.
std::string plain_row(const MarkdownRow& row) {
  if (row.cells.empty()) return "";
  std::string first = plain_line(row.cells.front());
  for (std::size_t at = 1; at + 1 < row.cells.size(); ++at) {
    if (row.cells[at].empty()) continue;
    first += (at == 1 ? "  (" : ", ") + (at < row.heading.size() ? plain_line(row.heading[at]) + ": " : "") +
             plain_line(row.cells[at]);
  }
  if (first.find("  (") != std::string::npos) first += ")";
  std::string text = filled(first, 2, 6);
  if (row.cells.size() > 1 && !row.cells.back().empty()) text += filled(plain_line(row.cells.back()), 6, 6);
  return text;
}

std::string plain_text(std::string_view markdown) {
  PlainWriter writer;
  while (!markdown.empty()) {
    const std::size_t end = std::min(markdown.find('\n'), markdown.size());
    writer.add(markdown.substr(0, end));
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
  }
  return writer.finish();
}

}  // namespace dse
