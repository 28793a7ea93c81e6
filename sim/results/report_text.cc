#include "sim/results/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/counted.h"
#include "core/printable.h"
#include "core/readable.h"
#include "sim/results/metric_tables.h"
#include "sim/scenario/drift_check.h"
#include "sim/scenario/fault_check.h"

namespace dse {
namespace {

constexpr std::size_t kTextWidth = 80;

std::string painted(std::string_view text, std::string_view code, bool color) {
  return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

// A run that was cut off is not judged: what is missing might still have come.
bool run_is_judged(const RunResult& result) { return result.status != RunStatus::kInterrupted; }

std::string heading_text(const RunReport& report) {
  const RunResult& result = report.result;
  const auto wall_ns = static_cast<TimeNs>(report.timing.wall_seconds * 1e9);
  const std::string title = one_line(report.scenario.title) + "\n";
  const std::string run =
      fmt::format("{}, seed {}: {} at {} virtual, {} wall on {}\n", one_line(report.scenario.name),
                  result.seed, status_name(result.status), readable_duration(result.virtual_time_ns),
                  readable_duration(wall_ns), counted(report.timing.threads, "thread"));
  const std::string counts =
      fmt::format("{}, {}, {} unroutable\n", counted(result.events, "event"),
                  counted(result.deliveries, "delivery", "deliveries"), result.unroutable);
  return wrapped(title, {.width = kTextWidth}) + wrapped(run, {.width = kTextWidth, .indent = 2}) +
         wrapped(counts, {.width = kTextWidth, .indent = 2});
}

// "at 10s: 480 items changed, 20 left out"
std::string drift_line(const ConceptDrift& drift, std::size_t number, const DriftCount& count) {
  std::string did = "is off";
  if (drift.on) {
    did = fmt::format("{}: {} changed", drift_times(drift), counted(count.changed, "item"));
    if (count.left_out > 0) did += fmt::format(", {} left out", count.left_out);
  }
  return fmt::format("  drift        {} {}\n", one_line(drift_title(drift, number)), did);
}

std::string planted_text(const RunReport& report) {
  const RunResult& result = report.result;
  constexpr WrapOptions kLine{.width = kTextWidth, .indent = 15};
  std::string text;
  for (std::size_t number = 0; number < result.drifts.size(); ++number)
    text += wrapped(drift_line(report.scenario.drifts[number], number, result.drifts[number]), kLine);
  for (std::size_t number = 0; number < result.faults.size(); ++number) {
    const Fault& fault = report.scenario.faults[number];
    const std::string did = fault.on ? "struck " + counted(result.faults[number].struck, "time") : "is off";
    text += wrapped(fmt::format("  fault        {} {}\n", one_line(fault_title(fault, number)), did), kLine);
  }
  return text.empty() ? "" : text + "\n";
}

std::string fingerprint_text(const Fingerprints& prints) {
  return fmt::format(
      "fingerprint  events {}  payload {}\n             draws {}  predictions {}\n             models {}\n",
      prints.events, prints.payload, prints.draws, prints.predictions, prints.models);
}

// One line for each of them, wrapped, behind a word of six columns.
std::string expectation_lines(std::string_view word, const std::vector<std::string>& texts, bool color) {
  std::string lines;
  for (const std::string& text : texts) {
    const std::string line =
        wrapped(fmt::format("{:<6} {}\n", word, text), {.width = kTextWidth, .indent = 7});
    lines += painted(line.substr(0, word.size()), "32", color) + line.substr(word.size());
  }
  return lines;
}

// Those that are as planned. What was caught is what a planted fault is for, and is always told.
std::string as_planned_text(const RunReport& report, const ReportStyle& style) {
  std::vector<std::string> held;
  std::vector<std::string> caught;
  std::vector<std::string> not_judged;
  for (const ExpectationResult& one : report.expectations) {
    if (!one.as_planned()) continue;
    if (!one.judged)
      not_judged.push_back(one_line(expectation_label(one.expectation)));
    else
      (one.expectation.fails ? caught : held).push_back(expectation_text(one));
  }
  if (held.size() > 1 && !style.all) held = {counted(held.size(), "expectation") + " held"};
  std::string text =
      expectation_lines("ok", held, style.color) + expectation_lines("caught", caught, style.color);
  for (const std::string& label : not_judged) {
    text += wrapped(fmt::format("not judged, because a fault is off: {}\n", label),
                    {.width = kTextWidth, .indent = 7});
  }
  return text;
}

}  // namespace

std::string failures_text(const RunReport& report, const ReportStyle& style) {
  const std::string failed = painted("FAILED", "31", style.color);
  std::string text;
  for (const ExpectationResult& one : report.expectations) {
    if (run_is_judged(report.result) && !one.as_planned())
      text += fmt::format("{} {}\n", failed, expectation_text(one));
  }
  for (const auto& [name, status] : report.result.failed) {
    text += fmt::format("{} component '{}' ended with status {}\n", failed, name, status);
  }
  return text;
}

std::string report_text(const RunReport& report, const ReportStyle& style) {
  const RunResult& result = report.result;
  std::string text =
      heading_text(report) + "\n" + metric_tables(report.scenario, result) + "\n" + planted_text(report);
  if (result.fingerprints != Fingerprints()) text += fingerprint_text(result.fingerprints);
  if (run_is_judged(result)) {
    text += as_planned_text(report, style);
  } else if (!report.expectations.empty()) {
    text += fmt::format("{} not judged: the run was interrupted\n",
                        counted(report.expectations.size(), "expectation was", "expectations were"));
  }
  return text + failures_text(report, style);
}

}  // namespace dse
