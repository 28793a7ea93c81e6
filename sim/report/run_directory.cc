#include "sim/report/run_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <map>
#include <span>
#include <string_view>

#include "core/printable.h"
#include "core/version.h"
#include "dataset/csv_reader.h"
#include "dse/error.h"
#include "sim/scenario/run_files.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

[[noreturn]] void refuse_folder(const fs::path& folder, const std::string& why) {
  throw InputError({.file = folder.string()}, why);
}

[[noreturn]] void refuse_incomplete(const fs::path& folder, std::string_view file, std::string_view remedy) {
  refuse_folder(folder, fmt::format("is incomplete: {} is missing; {}", printable(file), remedy));
}

constexpr std::string_view kReplayAgain = "replay the scenario again";
constexpr std::string_view kExploreAgain = "explore the scenario again";
constexpr const char* kSpreadFile = "spread.csv";
constexpr const char* kFailuresFile = "failures.csv";

// The records of a CSV file whose header must be `header`, column by column. Columns that vary may come
// before them.
class CsvTable {
 public:
  enum class Before { kNothing, kVarying };

  CsvTable(const fs::path& path, std::vector<std::string> header, Before before = Before::kNothing)
      : reader_(path.string()), header_(std::move(header)) {
    if (!reader_.next()) refuse("it is empty");
    const auto fields = reader_.fields();
    bool fits =
        before == Before::kVarying ? fields.size() >= header_.size() : fields.size() == header_.size();
    varying_ = fits ? fields.size() - header_.size() : 0;
    for (std::size_t number = 0; fits && number < header_.size(); ++number)
      fits = fields[varying_ + number] == header_[number];
    if (!fits) refuse("its columns are not those that this version writes");
    columns_.assign(fields.begin(), fields.end());
  }

  bool next() {
    if (!reader_.next()) return false;
    if (reader_.fields().size() != columns_.size()) refuse("a line has too few fields, or too many");
    return true;
  }
  std::vector<std::string> varying_columns() const {
    return {columns_.begin(), columns_.begin() + static_cast<std::ptrdiff_t>(varying_)};
  }
  std::string varying(std::size_t number) const { return std::string(reader_.fields()[number]); }
  std::string text(std::size_t column) const { return std::string(field(column)); }
  bool empty(std::size_t column) const { return field(column).empty(); }
  template <typename Number>
  Number number(std::size_t column) const {
    const std::string_view text = field(column);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) refuse_field(column, "a number");
    return value;
  }
  TimeNs time_at(std::size_t column) const {
    const auto time_ns = number<TimeNs>(column);
    if (time_ns < 0) refuse_field(column, "a time that is not below 0");
    return time_ns;
  }
  [[noreturn]] void refuse_field(std::size_t column, std::string_view expected) const {
    throw InputError(
        reader_.place(varying_ + column, header_[column]),
        fmt::format("the file is damaged: expected {}, found {}", expected, quoted_text(field(column))));
  }

 private:
  std::string_view field(std::size_t column) const { return reader_.fields()[varying_ + column]; }
  [[noreturn]] void refuse(const std::string& why) const {
    throw InputError({.file = reader_.path(), .line = static_cast<int>(reader_.line())},
                     fmt::format("is damaged, or of another version: {}; {}", why, kReplayAgain));
  }

  CsvReader reader_;
  std::vector<std::string> header_;
  std::vector<std::string> columns_;
  std::size_t varying_ = 0;
};

std::vector<CurveRow> read_curves(const fs::path& folder) {
  CsvTable table(folder / kMetricsFile, {"virtual_time_ns", "component", "metric", "value"});
  std::vector<CurveRow> rows;
  while (table.next())
    rows.push_back({table.time_at(0), table.text(1), table.text(2), table.number<double>(3)});
  return rows;
}

std::vector<FinishedMatrix> read_confusion(const fs::path& folder) {
  std::vector<FinishedMatrix> matrices;
  if (!is_file(folder / kConfusionFile)) return matrices;
  CsvTable table(folder / kConfusionFile, {"component", "of", "view", "truth", "prediction", "count"});
  while (table.next()) {
    if (table.text(2) != "overall") continue;
    const std::string component = table.text(0);
    const std::string of = table.text(1);
    if (matrices.empty() || matrices.back().component != component || matrices.back().of != of)
      matrices.push_back({.component = component, .of = of, .cells = {}});
    matrices.back().cells.push_back(
        {table.number<std::int64_t>(3), table.number<std::int64_t>(4), table.number<double>(5)});
  }
  return matrices;
}

std::vector<WrongAnswer> read_wrong_answers(const fs::path& folder) {
  std::vector<WrongAnswer> rows;
  if (!is_file(folder / kWrongAnswersFile)) return rows;
  CsvTable table(folder / kWrongAnswersFile, {"component", "virtual_time_ns", "message", "answers", "label",
                                              "truth", "confidence", "source", "data_index"});
  while (table.next()) {
    WrongAnswer row{.time_ns = table.time_at(1),
                    .component = table.text(0),
                    .message = table.text(2),
                    .answers = table.text(3),
                    .label = table.number<std::int64_t>(4),
                    .truth = table.number<int>(5),
                    .confidence = table.number<double>(6),
                    .source = table.text(7)};
    if (!table.empty(8)) row.index = table.number<std::uint32_t>(8);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Occurrence> read_occurrences(const fs::path& folder) {
  std::vector<Occurrence> rows;
  if (!is_file(folder / kOccurrencesFile)) return rows;
  CsvTable table(folder / kOccurrencesFile, {"virtual_time_ns", "component", "what", "fault", "message"});
  while (table.next()) {
    Occurrence row{.time_ns = table.time_at(0),
                   .component = table.text(1),
                   .what = table.text(2),
                   .message = table.text(4)};
    if (!table.empty(3)) row.fault = table.number<std::size_t>(3);
    rows.push_back(std::move(row));
  }
  return rows;
}

// Far beyond what a run can have, and little enough that sums over all of them are exact.
constexpr std::uint64_t kMessagesMax = std::uint64_t{1} << 53;

std::vector<LatencyRow> read_latencies(const fs::path& folder) {
  CsvTable table(folder / kLatenciesFile, {"component", "measure", "largest_ns", "messages"});
  std::vector<LatencyRow> rows;
  std::uint64_t messages = 0;
  while (table.next()) {
    rows.push_back({table.text(0), table.text(1), table.time_at(2), table.number<std::uint64_t>(3)});
    const std::uint64_t added = rows.back().messages;
    if (added == 0 || added > kMessagesMax - messages) table.refuse_field(3, "a count of messages");
    messages += added;
  }
  return rows;
}

void require_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found)
    refuse_folder(folder, "there is no such run directory; `dse replay` makes one");
  if (status.type() == fs::file_type::none) refuse_folder(folder, "cannot be read: " + error.message());
  if (status.type() != fs::file_type::directory)
    refuse_folder(folder, "is a file; a report is made from the directory that a run has left");
  if (is_file(folder / kSummaryFile)) return;
  if (is_file(folder / kNodeFile)) {
    refuse_folder(folder,
                  "was left by one node; a report needs the directory of a whole run, from `dse replay` or "
                  "`dse attach`");
  }
  refuse_folder(folder,
                fmt::format("is no run directory: it has no {}; name one that `dse replay`, `dse attach` or "
                            "`dse explore` has left",
                            kSummaryFile));
}

// The summary of a run or an exploration of this version.
ReportJson read_summary(const fs::path& folder, std::string_view remedy) {
  require_folder(folder);
  ReportJson summary = read_json_object(folder / kSummaryFile);
  require_keys(folder / kSummaryFile, "", summary, {{"version", JsonSort::kText}});
  const auto written = summary.at("version").get<std::string>();
  if (written != version()) {
    refuse_folder(
        folder, fmt::format("was left by dse {}, and this is {}: {}", printable(written), version(), remedy));
  }
  return summary;
}

// Each file that the run says it has written must be there.
void require_whole(const fs::path& folder, const ReportJson& files, std::string_view remedy) {
  for (const ReportJson& file : files) {
    if (!is_file(folder / file.get<std::string>()))
      refuse_incomplete(folder, file.get<std::string>(), remedy);
  }
}

void require_each(const fs::path& file, const ReportJson& json, const std::string& list,
                  const std::vector<JsonKey>& keys) {
  const auto found = json.find(list);
  if (found == json.end()) return;
  for (std::size_t number = 0; number < found->size(); ++number)
    require_keys(file, fmt::format("{}, number {}", list, number + 1), (*found)[number], keys);
}

// Faults and drifts: their times besides.
void require_planted(const fs::path& file, const ReportJson& summary, const std::string& list,
                     std::vector<JsonKey> keys) {
  using enum JsonSort;
  keys.insert(keys.end(), {{"kind", kText}, {"name", kText, true}, {"on", kFlag, true}});
  for (const char* time : {"from_ns", "until_ns", "last_ns", "width_ns", "period_ns"})
    keys.push_back({time, kTime, true});
  require_each(file, summary, list, keys);
}

void require_run_summary(const fs::path& file, const ReportJson& summary) {
  using enum JsonSort;
  require_keys(file, "", summary,
               {{"title", kText},
                {"scenario", kText},
                {"status", kText},
                {"seed", kCount},
                {"settings", kTexts},
                {"data", kObject},
                {"data_notes", kTexts, true},
                {"metrics", kObject},
                {"keys", kObject},
                {"expectations", kObjects},
                {"faults", kObjects, true},
                {"drifts", kObjects, true},
                {"virtual_time_ns", kTime},
                {"occurrences_left_out", kCount, true},
                {"events", kCount},
                {"deliveries", kCount},
                {"unroutable", kCount},
                {"clients", kObject, true}});
  require_each(file, summary, "expectations", {{"fails", kFlag, true}});
  require_planted(file, summary, "faults", {{"component", kText}, {"at_ns", kTime, true}});
  require_planted(file, summary, "drifts", {{"at_ns", kTime}});
}

void require_topology(const fs::path& file, const ReportJson& topology) {
  using enum JsonSort;
  require_keys(
      file, "", topology,
      {{"components", kObjects}, {"resources", kObjects}, {"flows", kObjects}, {"bindings", kObjects}});
  require_each(file, topology, "components",
               {{"name", kText},
                {"kind", kText},
                {"writes", kTexts},
                {"reads", kText, true},
                {"replica_of", kText, true}});
  require_each(file, topology, "resources",
               {{"name", kText},
                {"queue", kFlag},
                {"type", kText, true},
                {"alternate", kText, true},
                {"dead_letter", kText, true}});
  require_each(file, topology, "bindings",
               {{"from", kText}, {"to", kText}, {"key", kText}, {"match", kText, true}, {"passed", kCount}});
  for (const ReportJson& flow : topology.at("flows")) {
    require_keys(file, "flows", flow,
                 {{"component", kText},
                  {"resource", kText},
                  {flow.contains("delivered") ? "delivered" : "written", kCount},
                  {"unroutable", kCount, true}});
  }
}

}  // namespace

bool is_exploration(const fs::path& folder) {
  if (!is_file(folder / kSummaryFile)) return false;
  try {
    return read_json_object(folder / kSummaryFile).contains("seeds");
  } catch (const InputError&) {
    return false;  // read_run() says what is wrong
  }
}

FinishedRun read_run(const fs::path& folder) {
  FinishedRun run{.folder = folder, .summary = read_summary(folder, kReplayAgain)};
  require_run_summary(folder / kSummaryFile, run.summary);
  for (const char* file : {kTimingFile, kTopologyFile, kMetricsFile, kLatenciesFile}) {
    if (!is_file(folder / file)) refuse_incomplete(folder, file, kReplayAgain);
  }
  const ReportJson note = read_json_object(folder / kTimingFile);
  require_keys(folder / kTimingFile, "", note,
               {{"files", JsonSort::kTexts}, {"scenario_path", JsonSort::kText}});
  require_whole(folder, note.at("files"), kReplayAgain);
  run.scenario_path = note.at("scenario_path").get<std::string>();
  run.topology = read_json_object(folder / kTopologyFile);
  require_topology(folder / kTopologyFile, run.topology);
  run.curves = read_curves(folder);
  run.confusion = read_confusion(folder);
  run.wrong_answers = read_wrong_answers(folder);
  run.occurrences = read_occurrences(folder);
  run.latencies = read_latencies(folder);
  return run;
}

FinishedExploration read_exploration(const fs::path& folder) {
  using enum JsonSort;
  FinishedExploration found{.folder = folder, .summary = read_summary(folder, kExploreAgain)};
  require_keys(folder / kSummaryFile, "", found.summary,
               {{"scenario", kText},
                {"status", kText},
                {"runs", kCount},
                {"failed", kCount},
                {"settings", kTexts},
                {"seeds", kList},
                {"files", kTexts}});
  require_whole(folder, found.summary.at("files"), kExploreAgain);
  for (const char* file : {kSpreadFile, kFailuresFile}) {
    if (!is_file(folder / file)) refuse_incomplete(folder, file, kExploreAgain);
  }
  CsvTable spreads(
      folder / kSpreadFile,
      {"metric", "runs", "min", "lower_quartile", "median", "upper_quartile", "max", "depends_on_ordering"},
      CsvTable::Before::kVarying);
  found.parameters = spreads.varying_columns();
  while (spreads.next()) {
    SpreadRow row{.metric = spreads.text(0),
                  .runs = spreads.number<std::uint64_t>(1),
                  .min = spreads.number<double>(2),
                  .lower_quartile = spreads.number<double>(3),
                  .median = spreads.number<double>(4),
                  .upper_quartile = spreads.number<double>(5),
                  .max = spreads.number<double>(6),
                  .depends_on_ordering = spreads.text(7) == "true"};
    for (std::size_t number = 0; number < found.parameters.size(); ++number)
      row.values.push_back(spreads.varying(number));
    found.spreads.push_back(std::move(row));
  }
  CsvTable failures(folder / kFailuresFile, {"failure", "replay"});
  while (failures.next()) found.failures.push_back({failures.text(0), failures.text(1)});
  return found;
}

}  // namespace dse
