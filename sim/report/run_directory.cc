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

ReportJson read_json(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError({.file = path.string()}, "cannot be read");
  ReportJson json = ReportJson::parse(file, nullptr, false);
  if (!json.is_object()) throw InputError({.file = path.string()}, "is damaged: it is no JSON object");
  return json;
}

// The records of a CSV file whose header must be `header`, column by column; the ones that may vary come
// first.
class CsvTable {
 public:
  CsvTable(const fs::path& path, std::vector<std::string> header)
      : reader_(path.string()), header_(std::move(header)) {
    if (!reader_.next()) throw InputError({.file = path.string()}, "is damaged: it is empty");
    const auto fields = reader_.fields();
    bool fits = fields.size() >= header_.size();
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
    if (error != std::errc() || end != text.data() + text.size()) {
      throw InputError(reader_.place(varying_ + column, header_[column]),
                       fmt::format("the file is damaged: expected a number, found {}", quoted_text(text)));
    }
    return value;
  }

 private:
  std::string_view field(std::size_t column) const { return reader_.fields()[varying_ + column]; }
  [[noreturn]] void refuse(const std::string& why) const {
    throw InputError({.file = reader_.path(), .line = static_cast<int>(reader_.line())},
                     "is damaged, or of another version: " + why);
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
    rows.push_back({table.number<TimeNs>(0), table.text(1), table.text(2), table.number<double>(3)});
  return rows;
}

std::vector<FinishedMatrix> read_confusion(const fs::path& folder) {
  std::vector<FinishedMatrix> matrices;
  if (!fs::exists(folder / kConfusionFile)) return matrices;
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
  if (!fs::exists(folder / kWrongAnswersFile)) return rows;
  CsvTable table(folder / kWrongAnswersFile, {"component", "virtual_time_ns", "message", "answers", "label",
                                              "truth", "confidence", "source", "data_index"});
  while (table.next()) {
    WrongAnswer row{.time_ns = table.number<TimeNs>(1),
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
  if (!fs::exists(folder / kOccurrencesFile)) return rows;
  CsvTable table(folder / kOccurrencesFile, {"virtual_time_ns", "component", "what", "fault", "message"});
  while (table.next()) {
    Occurrence row{.time_ns = table.number<TimeNs>(0),
                   .component = table.text(1),
                   .what = table.text(2),
                   .message = table.text(4)};
    if (!table.empty(3)) row.fault = table.number<std::size_t>(3);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<LatencyRow> read_latencies(const fs::path& folder) {
  CsvTable table(folder / kLatenciesFile, {"component", "measure", "largest_ns", "messages"});
  std::vector<LatencyRow> rows;
  while (table.next())
    rows.push_back({table.text(0), table.text(1), table.number<TimeNs>(2), table.number<std::uint64_t>(3)});
  return rows;
}

void require_folder(const fs::path& folder) {
  if (!fs::exists(folder))
    throw InputError({.file = folder.string()}, "there is no such run directory; `dse replay` makes one");
  if (!fs::is_directory(folder)) {
    throw InputError({.file = folder.string()},
                     "is a file; a report is made from the directory that a run has left");
  }
  if (fs::exists(folder / kSummaryFile)) return;
  if (fs::exists(folder / kNodeFile)) {
    throw InputError(
        {.file = folder.string()},
        "was left by one node; a report needs the directory of a whole run, from `dse replay` or "
        "`dse attach`");
  }
  throw InputError({.file = folder.string()}, fmt::format("is no run directory: it has no {}", kSummaryFile));
}

// The summary of a run or an exploration of this version.
ReportJson read_summary(const fs::path& folder) {
  require_folder(folder);
  ReportJson summary = read_json(folder / kSummaryFile);
  const auto written = summary.find("version");
  if (written == summary.end() || !written->is_string())
    throw InputError({.file = (folder / kSummaryFile).string()},
                     "is damaged: it does not say which version wrote it");
  if (*written != version()) {
    throw InputError({.file = folder.string()},
                     fmt::format("was left by dse {}, and this is {}: replay the scenario again",
                                 printable(written->get<std::string>()), version()));
  }
  return summary;
}

// Each file that the run says it has written must be there.
void require_whole(const fs::path& folder, const ReportJson& note) {
  const auto files = note.find("files");
  if (files == note.end() || !files->is_array()) return;
  for (const ReportJson& file : *files) {
    if (!file.is_string() || fs::exists(folder / file.get<std::string>())) continue;
    throw InputError({.file = folder.string()},
                     fmt::format("is incomplete: {} is missing; replay the scenario again",
                                 printable(file.get<std::string>())));
  }
}

// What a damaged summary lacks is said here rather than where it is used.
void require_keys(const fs::path& file, const ReportJson& json,
                  const std::vector<std::pair<std::string, ReportJson::value_t>>& keys) {
  for (const auto& [key, type] : keys) {
    const auto found = json.find(key);
    const bool fits =
        found != json.end() &&
        (found->type() == type || (found->is_number() && type == ReportJson::value_t::number_unsigned));
    if (!fits)
      throw InputError({.file = file.string()},
                       fmt::format("is damaged: its '{}' is missing or of another type", key));
  }
}

}  // namespace

bool is_exploration(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "spread.csv", ignored) && fs::exists(folder / kSummaryFile, ignored);
}

FinishedRun read_run(const fs::path& folder) {
  using Type = ReportJson::value_t;
  FinishedRun run{.folder = folder, .summary = read_summary(folder)};
  require_keys(folder / kSummaryFile, run.summary,
               {{"title", Type::string},
                {"scenario", Type::string},
                {"status", Type::string},
                {"seed", Type::number_unsigned},
                {"settings", Type::array},
                {"metrics", Type::object},
                {"keys", Type::object},
                {"expectations", Type::array},
                {"virtual_time_ns", Type::number_unsigned},
                {"events", Type::number_unsigned},
                {"deliveries", Type::number_unsigned},
                {"unroutable", Type::number_unsigned}});
  for (const char* file : {kTimingFile, kTopologyFile, kMetricsFile, kLatenciesFile}) {
    if (fs::exists(folder / file)) continue;
    throw InputError({.file = folder.string()},
                     fmt::format("is incomplete: it has no {}; replay the scenario again", file));
  }
  const ReportJson note = read_json(folder / kTimingFile);
  require_whole(folder, note);
  if (const auto path = note.find("scenario_path"); path != note.end() && path->is_string())
    run.scenario_path = path->get<std::string>();
  run.topology = read_json(folder / kTopologyFile);
  require_keys(folder / kTopologyFile, run.topology,
               {{"components", Type::array},
                {"resources", Type::array},
                {"flows", Type::array},
                {"bindings", Type::array}});
  run.curves = read_curves(folder);
  run.confusion = read_confusion(folder);
  run.wrong_answers = read_wrong_answers(folder);
  run.occurrences = read_occurrences(folder);
  run.latencies = read_latencies(folder);
  return run;
}

FinishedExploration read_exploration(const fs::path& folder) {
  using Type = ReportJson::value_t;
  FinishedExploration found{.folder = folder, .summary = read_summary(folder)};
  require_keys(folder / kSummaryFile, found.summary,
               {{"scenario", Type::string},
                {"status", Type::string},
                {"runs", Type::number_unsigned},
                {"failed", Type::number_unsigned},
                {"settings", Type::array},
                {"seeds", Type::array}});
  require_whole(folder, found.summary);
  CsvTable spreads(folder / "spread.csv", {"metric", "runs", "min", "lower_quartile", "median",
                                           "upper_quartile", "max", "depends_on_ordering"});
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
  CsvTable failures(folder / "failures.csv", {"failure", "replay"});
  while (failures.next()) found.failures.push_back({failures.text(0), failures.text(1)});
  return found;
}

}  // namespace dse
