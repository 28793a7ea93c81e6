// Markdown as plain text for a terminal: of what the pages of this project use.
#pragma once

#include <string>
#include <string_view>

#include "sim/explain/markdown_section.h"

namespace dse {

// Lines of 80 columns at most, unless a word is longer. Paragraphs and items of lists are filled, links are
// their text, code is as it is, and a table is a list of its rows.
std::string plain_text(std::string_view markdown);
// One row of a table, likewise.
std::string plain_row(const MarkdownRow& row);
// A text within a line: without the marks of links and of bold and italic text.
std::string plain_line(std::string_view markdown);

}  // namespace dse
