#include "sim/report/report_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/counted.h"
#include "core/readable.h"
#include "dse/time.h"
#include "sim/report/answer_images.h"
#include "sim/report/drawn_topology.h"
#include "sim/report/html.h"
#include "sim/report/report_data.h"

namespace dse {
namespace {

constexpr std::size_t kRowsShown = 200;  // where there may be many; the files have all

std::string text_of(const ReportJson& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string text_at(const ReportJson& json, const std::string& key) {
  const auto found = json.find(key);
  return found == json.end() ? "" : text_of(*found);
}

// A heading of the third level when there are several runs.
std::string heading_of(const LabelledRun& run) {
  return run.label.empty() ? "" : fmt::format("<h3>{}</h3>\n", html_text(run.label));
}

std::string caption_of(const LabelledRun& run, const std::string& what) {
  return run.label.empty() ? what : fmt::format("{}, {}", what, run.label);
}

// What it is judged by, without its outcome.
std::string expectation_text(const ReportJson& expectation) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : expectation.items()) {
    if (key == "value" || key == "met" || key == "detail" || value.is_null()) continue;
    parts.push_back(fmt::format("{} {}", key, text_of(value)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// Its outcome, and whether that is as planned.
struct Verdict {
  std::string text;
  bool as_planned = true;
  bool judged = true;
};
Verdict verdict_of(const ReportJson& expectation) {
  const auto met = expectation.find("met");
  if (met == expectation.end() || !met->is_boolean()) return {.text = "not judged", .judged = false};
  const bool fails = expectation.value("fails", false);
  if (met->get<bool>())
    return fails ? Verdict{.text = "holds, and was to fail", .as_planned = false} : Verdict{.text = "holds"};
  return fails ? Verdict{.text = "fails, as planned"} : Verdict{.text = "FAILED", .as_planned = false};
}

}  // namespace

std::string overview_html(const std::vector<LabelledRun>& runs) {
  std::vector<HtmlTable::Column> columns = {{"what"}};
  for (const LabelledRun& run : runs) columns.push_back({run.label.empty() ? "this run" : run.label, true});
  HtmlTable table("The run and what it was asked for", columns);
  if (runs.size() > 1) table = HtmlTable("The runs and what they were asked for", columns);
  const auto add = [&](const std::string& what, const auto& of) {
    std::vector<std::string> row = {what};
    for (const LabelledRun& run : runs) row.push_back(of(run.run.summary));
    if (std::any_of(row.begin() + 1, row.end(), [](const std::string& cell) { return !cell.empty(); }))
      table.add_row(row);
  };
  for (const char* key : {"scenario", "scenario_hash", "seed", "ordering", "until", "version", "status",
                          "stall", "capture", "events", "deliveries", "unroutable"})
    add(key, [key](const ReportJson& summary) { return text_at(summary, key); });
  add("clients of the listener", [](const ReportJson& summary) -> std::string {
    const auto clients = summary.find("clients");
    if (clients == summary.end()) return "";
    const auto count = [&clients](const char* what) { return text_at(*clients, what); };
    const std::string text = fmt::format(
        "{} connected; {} published, of which {} unroutable; {} delivered, {} settled", count("connected"),
        count("published"), count("unroutable"), count("delivered"), count("settled"));
    return clients->contains("refused") ? fmt::format("{}; {} refused", text, count("refused")) : text;
  });
  add("virtual time",
      [](const ReportJson& summary) { return format_duration(summary.at("virtual_time_ns")); });
  add("settings", [](const ReportJson& summary) {
    return fmt::format("{}", fmt::join(summary.at("settings").get<std::vector<std::string>>(), ", "));
  });
  for (const char* print : {"events", "payload", "draws", "predictions", "models"}) {
    add(fmt::format("fingerprint of {}", print), [print](const ReportJson& summary) {
      return text_at(summary.value("fingerprint", ReportJson::object()), print);
    });
  }
  add("data", [](const ReportJson& summary) {
    std::vector<std::string> notes = summary.value("data_notes", std::vector<std::string>());
    return fmt::format("{}", fmt::join(notes, "; "));
  });
  return table.text();
}

std::string expectations_html(const std::vector<LabelledRun>& runs) {
  std::string html;
  for (const LabelledRun& run : runs) {
    const ReportJson& expectations = run.run.summary.at("expectations");
    HtmlTable table(caption_of(run, "Expectations"), {{"expectation"}, {"outcome"}, {"value", true}});
    std::size_t failed = 0;
    std::size_t not_judged = 0;
    for (const ReportJson& one : expectations) {
      const Verdict verdict = verdict_of(one);
      if (!verdict.as_planned) ++failed;
      if (!verdict.judged) ++not_judged;
      table.add_row({expectation_text(one),
                     verdict.text + (one.contains("detail") ? ": " + text_at(one, "detail") : ""),
                     text_at(one, "value")});
    }
    html += heading_of(run);
    if (expectations.empty()) {
      html += "<p>The scenario expects nothing.</p>\n";
    } else {
      const bool good = failed == 0 && not_judged == 0;
      html +=
          fmt::format("<p class=\"{}\">{} of {} as planned{}.</p>\n", good ? "good" : "bad",
                      expectations.size() - failed - not_judged, counted(expectations.size(), "expectation"),
                      not_judged > 0 ? fmt::format(", {} not judged", not_judged) : "");
      html += good ? html_details("All expectations", table.text()) : table.text();
    }
    const ReportJson& failures = run.run.summary.value("failed_components", ReportJson::object());
    for (const auto& [component, status] : failures.items())
      html += fmt::format("<p class=\"bad\">{} ended with status {}.</p>\n", html_text(component),
                          html_text(status.dump()));
  }
  return html;
}

std::string topology_html(const FinishedRun& run) {
  const DrawnTopology topology = drawn_topology(run);
  std::map<std::string, std::string> names;
  HtmlTable nodes("Components, exchanges and queues", {{"name"}, {"what"}, {"to note"}});
  for (const DrawnNode& node : topology.nodes) {
    names.emplace(node.id, node.name);
    nodes.add_row({node.name, node.detail, node.note});
  }
  HtmlTable edges("What passed between them",
                  {{"from"}, {"to"}, {"way"}, {"pattern"}, {"messages", true}, {"unroutable", true}});
  for (const DrawnEdge& edge : topology.edges) {
    edges.add_row({names[edge.from], names[edge.to], edge.sort, edge.label,
                   edge.messages ? fmt::format("{}", *edge.messages) : "not counted",
                   edge.unroutable > 0 ? fmt::format("{}", edge.unroutable) : ""});
  }
  return html_details("Topology as tables", nodes.text() + edges.text());
}

std::string confusion_html(const LabelledRun& run) {
  std::string html;
  std::string details;
  for (const FinishedMatrix& matrix : run.run.confusion) {
    std::set<std::int64_t> labels;
    std::map<std::pair<std::int64_t, std::int64_t>, double> counts;
    std::map<std::int64_t, double> truths;
    for (const FinishedMatrix::Cell& cell : matrix.cells) {
      labels.insert({cell.truth, cell.predicted});
      counts[{cell.truth, cell.predicted}] = cell.count;
      truths[cell.truth] += cell.count;
    }
    constexpr std::size_t kLabelsShown = 40;
    if (labels.size() > kLabelsShown) {
      html += fmt::format("<p>{}: {} labels are too many for a table; confusion.csv has them.</p>\n",
                          html_text(matrix.component), labels.size());
      continue;
    }
    const std::string caption =
        caption_of(run, fmt::format("{}, {}", matrix.component,
                                    matrix.of == "arrival" ? "answers" : "before it learned from them"));
    std::string head = "<th scope=\"col\">truth \\ predicted</th>";
    std::string body;
    for (const std::int64_t predicted : labels)
      head += fmt::format("<th scope=\"col\" class=\"number\">{}</th>", predicted);
    for (const std::int64_t truth : labels) {
      body += fmt::format("<tr><th scope=\"row\" class=\"number\">{}</th>", truth);
      for (const std::int64_t predicted : labels) {
        const double count = counts[{truth, predicted}];
        const double share = truths[truth] > 0 ? count / truths[truth] : 0;
        body += fmt::format("<td class=\"number {}\" style=\"--share:{:.3f}\">{}</td>",
                            truth == predicted ? "right" : "wrong", share, count);
      }
      body += "</tr>\n";
    }
    const std::string table = fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table class=\"matrix\">"
        "<caption>{0}</caption>\n<thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody></table></div>\n",
        html_text(caption), head, body);
    (matrix.of == "arrival" ? html : details) += table;
  }
  const auto side_by_side = [](const std::string& tables) {
    return tables.empty() ? "" : fmt::format("<div class=\"matrices\">\n{}</div>\n", tables);
  };
  html = side_by_side(html);
  if (!details.empty())
    html += html_details(caption_of(run, "What models predicted of examples before they learned from them"),
                         side_by_side(details));
  return html;
}

std::string wrong_answers_html(const LabelledRun& run) {
  std::string html;
  AnswerImages images(run.run);
  std::map<std::string, std::string> galleries;
  for (const WrongAnswer& answer : run.run.wrong_answers) {
    const std::string uri = images.uri(answer);
    const std::string words =
        fmt::format("{}, truth {}, confidence {:.3f}", answer.label, answer.truth, answer.confidence);
    std::string& gallery = galleries[answer.component];
    if (!uri.empty()) {
      gallery += fmt::format(
          "<figure><img src=\"{}\" alt=\"image {} of {}\" width=\"56\" height=\"56\"><figcaption>said {}"
          "</figcaption></figure>\n",
          uri, *answer.index, html_text(answer.source), words);
    } else {
      gallery += fmt::format("<figure><figcaption>{}: said {}</figcaption></figure>\n",
                             html_text(answer.answers), words);
    }
  }
  html += heading_of(run);
  for (const std::string& reason : images.reasons())
    html += fmt::format("<p>Some images are not shown: {}.</p>\n", html_text(reason));
  if (run.run.summary.contains("drifts") && !galleries.empty())
    html += "<p>Images are shown as the data file has them, before any drift.</p>\n";
  for (const auto& [component, gallery] : galleries)
    html += fmt::format("<h3>{}</h3>\n<div class=\"gallery\">\n{}</div>\n", html_text(component), gallery);
  return html;
}

std::string queues_html(const LabelledRun& run) {
  static constexpr std::array kColumns = {"max_depth", "mean_depth", "max_unacknowledged", "not_received",
                                          "expired",   "dropped",    "dead_lettered",      "nacked"};
  std::vector<HtmlTable::Column> columns = {{"queue"}};
  for (const char* column : kColumns) columns.push_back({column, true});
  HtmlTable table(caption_of(run, "Queues"), columns);
  const ReportJson& metrics = run.run.summary.at("metrics");
  for (const ReportJson& resource : run.run.topology.at("resources")) {
    if (!resource.at("queue").get<bool>()) continue;
    const std::string name = resource.at("name");
    std::vector<std::string> row = {name};
    for (const char* column : kColumns) row.push_back(text_at(metrics, fmt::format("{}.{}", name, column)));
    table.add_row(row);
  }
  return table.empty() ? "" : html_details(caption_of(run, "Queues as a table"), table.text());
}

std::string latencies_html(const LabelledRun& run) {
  HtmlTable table(caption_of(run, "Latencies, in virtual time"), {{"component"},
                                                                  {"measure"},
                                                                  {"messages", true},
                                                                  {"p50", true},
                                                                  {"p90", true},
                                                                  {"p99", true},
                                                                  {"p99.9", true},
                                                                  {"longest", true}});
  for (const LatencyFigures& figures : latency_figures(run.run.latencies)) {
    std::vector<std::string> row = {figures.component, figures.measure, fmt::format("{}", figures.messages)};
    for (const TimeNs time_ns : figures.permille) row.push_back(format_duration(time_ns));
    row.push_back(format_duration(figures.largest_ns));
    table.add_row(row);
  }
  return table.empty() ? "<p>No message reached a component.</p>\n" : table.text();
}

namespace {

std::string planted_table(const LabelledRun& run, const char* key, const std::string& caption) {
  const auto planted = run.run.summary.find(key);
  if (planted == run.run.summary.end() || planted->empty()) return "";
  std::vector<std::string> keys;
  for (const ReportJson& one : *planted) {
    for (const auto& item : one.items()) {
      if (std::find(keys.begin(), keys.end(), item.key()) == keys.end()) keys.push_back(item.key());
    }
  }
  std::vector<HtmlTable::Column> columns;
  for (const std::string& one : keys) columns.push_back({one});
  HtmlTable table(caption_of(run, caption), columns);
  for (const ReportJson& one : *planted) {
    std::vector<std::string> row;
    for (const std::string& name : keys) {
      const bool is_time = name.ends_with("_ns") && one.contains(name) && one.at(name).is_number_integer();
      row.push_back(is_time ? format_duration(one.at(name)) : text_at(one, name));
    }
    table.add_row(row);
  }
  return table.text();
}

}  // namespace

std::string occurrences_html(const LabelledRun& run) {
  std::string html = planted_table(run, "faults", "Planted faults");
  html += planted_table(run, "drifts", "Planted drifts");
  HtmlTable table(caption_of(run, "What happened to components"),
                  {{"virtual time"}, {"component"}, {"what"}, {"fault"}, {"message"}});
  const std::vector<Occurrence>& all = run.run.occurrences;
  for (std::size_t number = 0; number < std::min(all.size(), kRowsShown); ++number) {
    const Occurrence& one = all[number];
    table.add_row({format_duration(one.time_ns), one.component, one.what,
                   one.fault ? fmt::format("{}", *one.fault) : "", one.message});
  }
  if (table.empty()) return html;
  std::string rest;
  if (all.size() > kRowsShown)
    rest = fmt::format("<p>occurrences.csv has {} more.</p>\n", all.size() - kRowsShown);
  if (const auto left_out = run.run.summary.value("occurrences_left_out", std::uint64_t{0}); left_out > 0)
    rest += fmt::format("<p>The run has kept the first of each kind, and left {} out.</p>\n", left_out);
  return html + html_details(fmt::format("{} at components", counted(all.size(), "occurrence")),
                             table.text() + rest);
}

namespace {

// A value of a metric as people read it.
std::string value_text(const std::string& metric, double value) {
  constexpr double kTimeMax = 9e18;
  if (metric.ends_with("_ns") && std::abs(value) < kTimeMax)
    return readable_duration(static_cast<TimeNs>(std::llround(value)));
  return fmt::format("{:.6g}", value);
}

}  // namespace

std::string curves_html(const LabelledRun& run) {
  constexpr std::size_t kTimesShown = 12;
  std::map<std::string, std::map<std::string, std::vector<const CurveRow*>>> by_metric;
  for (const CurveRow& row : run.run.curves) by_metric[row.metric][row.component].push_back(&row);
  std::string html;
  for (const auto& [metric, components] : by_metric) {
    HtmlTable table(caption_of(run, metric), {{"component"}, {"virtual time"}, {"value", true}});
    for (const auto& [component, rows] : components) {
      const std::size_t step = std::max<std::size_t>(1, rows.size() / kTimesShown);
      for (std::size_t number = (rows.size() - 1) % step; number < rows.size(); number += step)
        table.add_row(
            {component, format_duration(rows[number]->time_ns), value_text(metric, rows[number]->value)});
    }
    html += html_details(metric, table.text());
  }
  return html;
}

namespace {

std::optional<double> metric_of(const LabelledRun& run, const std::string& name) {
  const ReportJson& metrics = run.run.summary.at("metrics");
  const auto found = metrics.find(name);
  if (found == metrics.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

// The metric's value in each run, and how much each differs from the first.
struct MetricLine {
  std::vector<std::string> cells;
  bool differs = false;
};

MetricLine metric_line(const std::string& name, const std::vector<LabelledRun>& runs) {
  MetricLine line{.cells = {name}};
  const std::optional<double> first = metric_of(runs.front(), name);
  for (const LabelledRun& run : runs) {
    const std::optional<double> value = metric_of(run, name);
    line.cells.push_back(value ? fmt::format("{}", *value) : "");
    if (value != first) line.differs = true;
  }
  for (std::size_t number = 1; number < runs.size(); ++number) {
    const std::optional<double> value = metric_of(runs[number], name);
    line.cells.push_back(value && first && *value != *first ? fmt::format("{:+.6g}", *value - *first) : "");
  }
  return line;
}

}  // namespace

std::string metrics_html(const std::vector<LabelledRun>& runs) {
  std::set<std::string> names;
  for (const LabelledRun& run : runs) {
    for (const auto& item : run.run.summary.at("metrics").items()) names.insert(item.key());
  }
  std::vector<HtmlTable::Column> columns = {{"metric"}};
  for (const LabelledRun& run : runs) columns.push_back({run.label.empty() ? "value" : run.label, true});
  for (std::size_t number = 1; number < runs.size(); ++number)
    columns.push_back({fmt::format("{} − {}", runs[number].label, runs.front().label), true});
  HtmlTable differing("Metrics that differ", columns);
  HtmlTable all("All metrics", columns);
  for (const std::string& name : names) {
    const MetricLine line = metric_line(name, runs);
    if (line.differs) differing.add_row(line.cells);
    all.add_row(line.cells);
  }
  std::string html;
  if (runs.size() > 1) html += differing.empty() ? "<p>Every metric is the same.</p>\n" : differing.text();
  return html + html_details(fmt::format("All {}", counted(names.size(), "metric")), all.text());
}

}  // namespace dse
