#include "sim/report/html.h"

#include <fmt/format.h>

#include <utility>

#include "core/printable.h"

namespace dse {

std::string html_text(std::string_view text) {
  std::string html;
  for (const char c : one_line(text)) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

HtmlTable::HtmlTable(std::string caption, std::vector<Column> columns)
    : caption_(std::move(caption)), columns_(std::move(columns)) {}

void HtmlTable::add_row(const std::vector<std::string>& cells) {
  ++rows_;
  body_ += "<tr>";
  for (std::size_t number = 0; number < cells.size(); ++number) {
    const std::string_view style = columns_[number].numeric ? " class=\"number\"" : "";
    if (number == 0) {
      body_ += fmt::format("<th scope=\"row\"{}>{}</th>", style, html_text(cells[number]));
    } else {
      body_ += fmt::format("<td{}>{}</td>", style, html_text(cells[number]));
    }
  }
  body_ += "</tr>\n";
}

std::string HtmlTable::text() const {
  std::string head;
  for (const Column& column : columns_) {
    head += fmt::format("<th scope=\"col\"{}>{}</th>", column.numeric ? " class=\"number\"" : "",
                        html_text(column.title));
  }
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"{0}\"><table><caption>{0}</caption>\n"
      "<thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody></table></div>\n",
      html_text(caption_), head, body_);
}

std::string html_details(std::string_view summary, std::string_view content) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", html_text(summary), content);
}

}  // namespace dse
