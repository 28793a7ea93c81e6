// A page in Markdown, taken apart at its headings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dse {

struct MarkdownSection {
  int level = 1;      // 1 for "# ", 2 for "## "
  std::string title;  // as it is written: "`[bus]`"
  std::string body;   // up to the next heading of level 1 to 3; deeper ones belong to it
};

// The sections in their order. What looks like a heading in a block of code is none.
std::vector<MarkdownSection> markdown_sections(std::string_view page);

// A row of a table in a section: cells without what stands around them.
struct MarkdownRow {
  std::vector<std::string> heading;  // the cells of the table's first row
  std::vector<std::string> cells;
};
std::vector<MarkdownRow> markdown_rows(std::string_view body);

// The parts of a text that are in backticks.
std::vector<std::string> code_spans(std::string_view text);

}  // namespace dse
