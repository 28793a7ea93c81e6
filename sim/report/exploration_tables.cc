#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/counted.h"
#include "sim/report/html.h"
#include "sim/report/report_tables.h"

namespace dse {
namespace {

constexpr std::size_t kFailuresShown = 200;

std::string number_text(double value) { return fmt::format("{:.6g}", value); }

std::string overview(const FinishedExploration& found) {
  HtmlTable table("What was explored", {{"what"}, {"value"}});
  for (const auto& [key, value] : found.summary.items()) {
    if (key == "files" || value.is_null() || (value.is_array() && value.empty())) continue;
    table.add_row({key, value.is_string() ? value.get<std::string>() : value.dump()});
  }
  return table.text();
}

std::string failures(const FinishedExploration& found) {
  if (found.failures.empty()) return "<p class=\"good\">No run failed.</p>\n";
  HtmlTable table("Failures", {{"failure"}, {"line that reproduces it"}});
  for (std::size_t number = 0; number < std::min(found.failures.size(), kFailuresShown); ++number)
    table.add_row({found.failures[number].failure, found.failures[number].replay});
  std::string html = fmt::format("<p class=\"bad\">{} of {} failed.</p>\n", found.failures.size(),
                                 counted(found.summary.at("runs").get<std::uint64_t>(), "run"));
  html += table.text();
  if (found.failures.size() > kFailuresShown) html += "<p>failures.csv has the others.</p>\n";
  return html;
}

std::string spreads(const FinishedExploration& found) {
  std::map<std::string, std::string> by_metric;
  std::map<std::string, HtmlTable> tables;
  std::vector<HtmlTable::Column> columns;
  for (const std::string& parameter : found.parameters) columns.push_back({parameter});
  if (columns.empty()) columns.push_back({"of"});
  for (const char* title : {"runs", "min", "quarter", "median", "3 quarters", "max"})
    columns.push_back({title, true});
  for (const SpreadRow& row : found.spreads) {
    auto& table = tables.try_emplace(row.metric, row.metric, columns).first->second;
    std::vector<std::string> cells = row.values;
    if (cells.empty()) cells.emplace_back("all runs");
    cells.push_back(fmt::format("{}", row.runs));
    for (const double value : {row.min, row.lower_quartile, row.median, row.upper_quartile, row.max})
      cells.push_back(number_text(value));
    table.add_row(cells);
  }
  std::string html;
  for (const auto& [metric, table] : tables) html += html_details(metric, table.text());
  return html;
}

}  // namespace

std::string exploration_html(const FinishedExploration& exploration) {
  return fmt::format(
      "<section aria-labelledby=\"overview\"><h2 id=\"overview\">Exploration</h2>\n{}</section>\n"
      "<section aria-labelledby=\"failures\"><h2 id=\"failures\">Failures</h2>\n{}</section>\n"
      "<section aria-labelledby=\"spread\"><h2 id=\"spread\">Spread of each metric</h2>\n"
      "<div class=\"chart-place\" data-chart=\"spread\"></div>\n{}</section>\n",
      overview(exploration), failures(exploration), html_details("Spreads as tables", spreads(exploration)));
}

}  // namespace dse
