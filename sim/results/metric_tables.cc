#include "sim/results/metric_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "core/readable.h"

namespace dse {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kMargin = 2;      // before the names
constexpr std::size_t kNameWidth = 30;  // a longer name has a line to itself

// A metric by the words of its name: "train_sojourn_p99_ns" is "train sojourn p99".
struct MetricColumn {
  std::string metric;
  std::vector<std::string> words;
};

struct MetricRow {
  std::string component;
  std::map<std::string, std::string> values;  // by metric
};

struct MetricTable {
  std::vector<std::string> kinds;
  std::vector<MetricColumn> columns;
  std::vector<MetricRow> rows;
};

bool is_shown_value(const MetricInfo& metric, double value) {
  return metric.shown == MetricShown::kAlways || (metric.shown == MetricShown::kWhenNotZero && value > 0);
}

std::string value_text(const MetricInfo& metric, double value) {
  if (metric.unit == "share") return fmt::format("{:.4f}", value);
  constexpr double kNanosecondsMax = 9e18;
  if (metric.unit == "ns" && std::abs(value) < kNanosecondsMax)
    return readable_duration(static_cast<TimeNs>(value));
  return std::trunc(value) == value ? fmt::format("{}", value) : fmt::format("{:.6g}", value);
}

std::vector<std::string> words_of(const MetricInfo& metric) {
  std::string_view name = metric.name;
  if (metric.unit == "ns" && name.ends_with("_ns")) name.remove_suffix(3);
  std::vector<std::string> words;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('_'), name.size());
    words.emplace_back(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return words;
}

bool is_latency(const MetricInfo& info) {
  return info.name == "latency_p50_ns" || info.name == "latency_p99_ns";
}

// The metrics that are shown of a component, with their values; a latency only when no sojourn was measured.
std::vector<std::pair<MetricInfo, double>> shown_metrics(const ComponentConfig& component,
                                                         const RunResult& result) {
  std::vector<std::pair<MetricInfo, double>> shown;
  for (MetricInfo& info : metrics_of(component)) {
    const auto found = result.metrics.find(component.name + "." + info.name);
    if (found != result.metrics.end() && is_shown_value(info, found->second))
      shown.emplace_back(std::move(info), found->second);
  }
  const auto has_sojourn = [](const auto& one) {
    return one.first.name.find("sojourn") != std::string::npos;
  };
  if (std::any_of(shown.begin(), shown.end(), has_sojourn))
    std::erase_if(shown, [](const auto& one) { return is_latency(one.first); });
  std::stable_partition(shown.begin(), shown.end(), [](const auto& one) { return !is_latency(one.first); });
  return shown;
}

void add_column(MetricTable& table, const MetricInfo& info) {
  const auto same = [&info](const MetricColumn& column) { return column.metric == info.name; };
  if (std::none_of(table.columns.begin(), table.columns.end(), same))
    table.columns.push_back({info.name, words_of(info)});
}

std::vector<MetricTable> tables_of_kinds(const Scenario& scenario, const RunResult& result) {
  std::vector<MetricTable> tables;
  for (const ComponentConfig& component : scenario.components) {
    auto table = std::find_if(tables.begin(), tables.end(),
                              [&](const MetricTable& one) { return one.kinds.front() == component.kind; });
    if (table == tables.end()) table = tables.insert(tables.end(), MetricTable{.kinds = {component.kind}});
    MetricRow row{.component = component.name};
    for (const auto& [info, value] : shown_metrics(component, result)) {
      add_column(*table, info);
      row.values.emplace(info.name, value_text(info, value));
    }
    table->rows.push_back(std::move(row));
  }
  return tables;
}

bool same_columns(const MetricTable& a, const MetricTable& b) {
  return std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                    [](const MetricColumn& x, const MetricColumn& y) { return x.metric == y.metric; });
}

// Kinds that show the same metrics share a table.
std::vector<MetricTable> folded(std::vector<MetricTable> tables) {
  std::vector<MetricTable> result;
  for (MetricTable& table : tables) {
    const auto same = std::find_if(result.begin(), result.end(),
                                   [&](const MetricTable& earlier) { return same_columns(earlier, table); });
    if (same == result.end()) {
      result.push_back(std::move(table));
      continue;
    }
    same->kinds.push_back(table.kinds.front());
    for (MetricRow& row : table.rows) same->rows.push_back(std::move(row));
  }
  return result;
}

// The column's heading in lines no wider than its values or its longest word need.
struct Heading {
  std::vector<std::string> lines;
  std::size_t width = 0;
};

Heading heading_of(const MetricColumn& column, const MetricTable& table) {
  Heading heading;
  for (const std::string& word : column.words) heading.width = std::max(heading.width, display_width(word));
  for (const MetricRow& row : table.rows) {
    const auto value = row.values.find(column.metric);
    if (value != row.values.end()) heading.width = std::max(heading.width, display_width(value->second));
  }
  for (const std::string& word : column.words) {
    const bool fits = !heading.lines.empty() &&
                      display_width(heading.lines.back()) + 1 + display_width(word) <= heading.width;
    if (fits)
      heading.lines.back() += " " + word;
    else
      heading.lines.push_back(word);
  }
  return heading;
}

std::string left_aligned(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, display_width(text)), ' ');
}

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, display_width(text)), ' ') + text;
}

// As many columns from `first` on as fit beside the names.
struct Block {
  std::size_t first = 0;
  std::size_t last = 0;  // one past
};

struct Layout {
  std::vector<Heading> headings;
  std::size_t name_width = 0;
  std::size_t gap = 2;  // between columns
};

// The rows of a block's headings, the last of which stand right above the values.
std::string heading_rows(const Layout& layout, const Block& block) {
  const std::vector<Heading>& headings = layout.headings;
  std::size_t height = 1;
  for (std::size_t at = block.first; at < block.last; ++at)
    height = std::max(height, headings[at].lines.size());
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    std::string row(kMargin + layout.name_width, ' ');
    for (std::size_t at = block.first; at < block.last; ++at) {
      const std::size_t above = height - headings[at].lines.size();
      row += std::string(layout.gap, ' ') +
             right_aligned(line < above ? "" : headings[at].lines[line - above], headings[at].width);
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string block_text(const MetricTable& table, const Layout& layout, const Block& block) {
  const std::size_t name_width = layout.name_width;
  std::string text = heading_rows(layout, block);
  for (const MetricRow& one : table.rows) {
    std::string row = std::string(kMargin, ' ') + left_aligned(one.component, name_width);
    if (display_width(one.component) > name_width) row += "\n" + std::string(kMargin + name_width, ' ');
    for (std::size_t at = block.first; at < block.last; ++at) {
      const auto value = one.values.find(table.columns[at].metric);
      row += std::string(layout.gap, ' ') +
             right_aligned(value == one.values.end() ? "" : value->second, layout.headings[at].width);
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

// Columns stand closer where that lets all of them fit.
Layout layout_of(const MetricTable& table) {
  Layout layout;
  for (const MetricRow& row : table.rows) {
    const std::size_t width = display_width(row.component);
    if (width <= kNameWidth) layout.name_width = std::max(layout.name_width, width);
  }
  std::size_t width = kMargin + layout.name_width;
  for (const MetricColumn& column : table.columns) {
    layout.headings.push_back(heading_of(column, table));
    width += layout.gap + layout.headings.back().width;
  }
  if (width > kWidth) layout.gap = 1;
  return layout;
}

std::string table_text(const MetricTable& table) {
  const Layout layout = layout_of(table);
  const std::size_t count = layout.headings.size();
  std::string text;
  Block block;
  do {
    std::size_t width = kMargin + layout.name_width;
    block.last = block.first;
    while (block.last < count) {
      width += layout.gap + layout.headings[block.last].width;
      if (width > kWidth && block.last > block.first) break;
      ++block.last;
    }
    text += block_text(table, layout, block);
    block.first = block.last;
  } while (block.first < count);
  return text;
}

}  // namespace

std::string metric_tables(const Scenario& scenario, const RunResult& result) {
  std::string text;
  for (const MetricTable& table : folded(tables_of_kinds(scenario, result)))
    text += (text.empty() ? "" : "\n") + table_text(table);
  return text;
}

}  // namespace dse
