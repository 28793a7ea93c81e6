// Pieces of HTML. Text from outside goes through html_text(), so it can be nothing but text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dse {

// The text as HTML, in an element or in an attribute with double quotes. What is not UTF-8, and what no page
// may hold, is escaped as printable() does.
std::string html_text(std::string_view text);

// A table with a caption, in a box of its own that scrolls where the page is too narrow.
class HtmlTable {
 public:
  // A column of numbers is set flush right.
  struct Column {
    std::string title;
    bool numeric = false;
  };
  HtmlTable(std::string caption, std::vector<Column> columns);

  // Adds a row with one text for each column; the first one names the row.
  void add_row(const std::vector<std::string>& cells);
  bool empty() const { return rows_ == 0; }
  // The whole element.
  std::string text() const;

 private:
  std::string caption_;
  std::vector<Column> columns_;
  std::string body_;
  std::size_t rows_ = 0;
};

// What opens when its summary is clicked; `content` is HTML.
std::string html_details(std::string_view summary, std::string_view content);

}  // namespace dse
