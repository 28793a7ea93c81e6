#include "sim/trace/trace_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/printable.h"
#include "dataset/csv_reader.h"
#include "dse/error.h"
#include "sim/record/event_record.h"
#include "sim/results/own_record.h"
#include "sim/results/run_summary.h"
#include "sim/results/shell.h"
#include "sim/scenario/run_files.h"
#include "sim/trace/trace_builder.h"

namespace dse {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// A recurring drift changes the concept without end; a trace shows this many changes of one.
constexpr int kDriftChangesMax = 10'000;

// The curves that a trace shows.
constexpr std::string_view kCurves[] = {"accuracy", "prequential_accuracy"};

void require_record(const fs::path& run, const RunSummary& summary) {
  if (fs::exists(run / kEventRecordFile)) return;
  const std::string scenario = summary.scenario_path.empty() ? summary.scenario : summary.scenario_path;
  throw InputError({.file = run.string()},
                   fmt::format("has no {}, so nothing is known of its events; replay it with --record: {}",
                               kEventRecordFile, shell_line("replay", {scenario}, {"--record"})));
}

template <typename Number>
Number number_of(std::string_view text, const CsvReader& lines, std::size_t column) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw InputError(lines.place(column),
                     fmt::format("'{}' is no number: the file is damaged", printable(text)));
  return number;
}

// Reads a file of results, if the run has it: `use` gets the fields of each line but the first, at least
// `columns`.
template <typename Use>
void read_lines(const fs::path& path, std::size_t columns, const Use& use) {
  if (!fs::exists(path)) return;
  CsvReader lines(path.string());
  lines.next();  // the names of the columns
  while (lines.next()) {
    if (lines.fields().size() < columns)
      throw InputError(lines.place(0), fmt::format("has {} fields, expected {}: the file is damaged",
                                                   lines.fields().size(), columns));
    use(lines);
  }
}

void add_curves(const fs::path& run, TraceBuilder& builder) {
  read_lines(run / kMetricsFile, 4, [&builder](const CsvReader& line) {
    const std::string_view metric = line.fields()[2];
    if (std::find(std::begin(kCurves), std::end(kCurves), metric) == std::end(kCurves)) return;
    builder.add_value(std::string(line.fields()[1]), std::string(metric),
                      number_of<TimeNs>(line.fields()[0], line, 0),
                      number_of<double>(line.fields()[3], line, 3));
  });
}

void add_refusals(const fs::path& run, TraceBuilder& builder) {
  read_lines(run / kRefusedFile, 7, [&builder](const CsvReader& line) {
    builder.add_mark(std::string(line.fields()[1]), number_of<TimeNs>(line.fields()[0], line, 0), "refused",
                     fmt::format("{}: {}", line.fields()[3], line.fields()[6]));
  });
}

// "rotation of camera-a, camera-b"
std::string drift_name(const Json& drift) {
  std::string name = drift.value("name", "");
  if (name.empty()) name = drift.at("kind").get<std::string>();
  std::string components;
  for (const Json& component : drift.at("components"))
    components += (components.empty() ? "" : ", ") + component.get<std::string>();
  return printable(name + " of " + components);
}

// What changes when is as docs/scenario-format.md says of drifts.
void add_drift(const Json& drift, TimeNs end_ns, TraceBuilder& builder) {
  if (!drift.value("on", true)) return;
  const std::string name = "drift " + drift_name(drift);
  const auto at_ns = drift.at("at_ns").get<TimeNs>();
  const TimeNs period_ns = drift.value("period_ns", TimeNs{0});
  const TimeNs width_ns = drift.value("width_ns", TimeNs{0});
  TimeNs change_ns = at_ns;
  for (int change = 0; change < kDriftChangesMax && change_ns <= end_ns; ++change, change_ns += period_ns) {
    const std::string concept_name = change % 2 == 0 ? "the new concept" : "the old concept";
    if (width_ns == 0) {
      builder.add_mark("drifts", change_ns, name, concept_name);
    } else {
      builder.add_mark("drifts", std::max<TimeNs>(0, change_ns - width_ns / 2), name,
                       "begins: " + concept_name);
      builder.add_mark("drifts", std::min(end_ns, change_ns + width_ns / 2), name, "ends: " + concept_name);
    }
    if (period_ns <= 0) return;
  }
}

void add_drifts(const fs::path& run, TimeNs end_ns, TraceBuilder& builder) {
  const fs::path path = run / kSummaryFile;
  std::ifstream file(path, std::ios::binary);
  try {
    const Json summary = Json::parse(file);
    if (!summary.contains("drifts")) return;
    for (const Json& drift : summary.at("drifts")) add_drift(drift, end_ns, builder);
  } catch (const nlohmann::json::exception& error) {
    throw InputError({.file = path.string()},
                     fmt::format("is damaged ({}): replay the scenario again", error.what()));
  }
}

}  // namespace

RunTrace read_trace(const fs::path& run) {
  const RunSummary summary = read_run_summary(run);
  require_record(run, summary);
  const std::string path = (run / kEventRecordFile).string();
  const EventRecord record(path);
  require_own_record(record, path, summary);
  TraceBuilder builder(record, path);
  EventRecord::Events events = record.events();
  while (const std::optional<EventRow> event = events.next()) builder.add(*event);
  for (const StrikeRow& strike : record.strikes()) builder.add_strike(strike);
  TimeNs end_ns = 0;
  const std::string end = record.run_value("virtual_time_ns");
  std::from_chars(end.data(), end.data() + end.size(),
                  end_ns);  // 0 if it is damaged: the last event is later
  add_curves(run, builder);
  add_refusals(run, builder);
  add_drifts(run, end_ns, builder);
  RunTrace trace = builder.finish(end_ns);
  trace.scenario = printable(summary.scenario);
  return trace;
}

}  // namespace dse
