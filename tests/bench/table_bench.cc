// How fast a table is read, compared with pandas on the same file in the same run: a million rows of ten
// numbers and a label, once with four decimals and once with all the digits of a double, as CSV, and the
// former as JSONL. Each reads on one core, and what counts is the time of that core. `of_pandas` is how many
// times as many rows a second as pandas reads; without pandas, it is left out.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "dataset/csv_reader.h"
#include "dataset/table_row_reader.h"
#include "dataset/table_scan.h"
#include "dse/random.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

constexpr int kRows = 1'000'000;
constexpr int kFeatures = 10;

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

bool is_jsonl(const std::string& path) { return path.ends_with(".jsonl"); }

// The files, as long as the program runs.
class TableFiles {
 public:
  TableFiles() {
    std::string name = (fs::temp_directory_path() / "dse-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + name);
    folder_ = name;
  }
  ~TableFiles() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  // The name is "four.csv", "all.csv" or "four.jsonl".
  const std::string& path(const std::string& name) {
    auto [file, is_new] = paths_.try_emplace(name, (folder_ / name).string());
    if (is_new) write(file->second);
    return file->second;
  }

 private:
  static void write(const std::string& path) {
    constexpr std::array kLabels = {"walking", "sitting", "standing", "lying"};
    const bool json = is_jsonl(path);
    const bool four_decimals = path.find("four") != std::string::npos;
    RandomStream random(1, "bench", "table");
    std::ofstream file(path, std::ios::binary);
    for (int column = 0; column < kFeatures && !json; ++column) file << "x" << column << ',';
    if (!json) file << "label\n";
    for (int row = 0; row < kRows; ++row) {
      std::string line;
      for (int column = 0; column < kFeatures; ++column) {
        const double value = 100 * (random.uniform() - 0.5);
        if (json) line += fmt::format("{}\"x{}\": ", column == 0 ? '{' : ' ', column);
        line += four_decimals ? fmt::format("{:.4f},", value) : fmt::format("{},", value);
      }
      const char* label = kLabels[random.below(kLabels.size())];
      file << line << (json ? fmt::format(" \"label\": \"{}\"}}\n", label) : fmt::format("{}\n", label));
    }
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
  }

  fs::path folder_;
  std::map<std::string, std::string> paths_;
};

TableFiles& files() {
  static TableFiles files;
  return files;
}

TableOptions options_of(const std::string& path) {
  return {.file = path, .format = is_jsonl(path) ? TableFormat::kJsonl : TableFormat::kCsv, .label = "label"};
}

void read_rows(const std::string& path, const std::shared_ptr<const TableScan>& scan) {
  TableRowReader reader(options_of(path), scan);
  while (const std::optional<TableRow> row = reader.next()) benchmark::DoNotOptimize(row->features.data());
}

double seconds_to_split(const std::string& path) {
  const double start = processor_seconds();
  CsvReader reader(path);
  while (reader.next()) benchmark::DoNotOptimize(reader.fields().data());
  return processor_seconds() - start;
}

double seconds_to_scan(const std::string& path) {
  const double start = processor_seconds();
  scan_table(options_of(path));
  return processor_seconds() - start;
}

double seconds_to_read(const std::string& path) {
  const auto scan = std::make_shared<const TableScan>(scan_table(options_of(path)));
  const double start = processor_seconds();
  read_rows(path, scan);
  return processor_seconds() - start;
}

double seconds_to_scan_and_read(const std::string& path) {
  const double start = processor_seconds();
  read_rows(path, std::make_shared<const TableScan>(scan_table(options_of(path))));
  return processor_seconds() - start;
}

// What the program prints.
std::optional<double> seconds_with_pandas(const std::string& path) {
  const std::string command =
      fmt::format("'{}' '{}' '{}'", DSE_PYTHON, DSE_SOURCE_DIR "/tests/bench/pandas_read.py", path);
  FILE* output = popen(command.c_str(), "r");
  double seconds = 0;
  const bool said = output != nullptr && std::fscanf(output, "%lf", &seconds) == 1;
  if (output == nullptr || pclose(output) != 0 || !said) return std::nullopt;
  return seconds;
}

void read_table(benchmark::State& state, double (*seconds_to)(const std::string&), const std::string& name) {
  const std::string& path = files().path(name);
  double least = 1e9;
  for (auto _ : state) {
    const double seconds = seconds_to(path);
    least = std::min(least, seconds);
    state.SetIterationTime(seconds);
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  if (const std::optional<double> pandas = seconds_with_pandas(path))
    state.counters["of_pandas"] = *pandas / least;
}

const bool registered = [] {
  struct Way {
    const char* name;
    double (*seconds)(const std::string& path);
  };
  for (const std::string file : {"four.csv", "all.csv", "four.jsonl"}) {
    for (const auto& [name, seconds] :
         {Way{"split", seconds_to_split}, Way{"scan", seconds_to_scan}, Way{"read", seconds_to_read},
          Way{"scan_and_read", seconds_to_scan_and_read}}) {
      if (is_jsonl(file) && seconds == seconds_to_split) continue;
      benchmark::RegisterBenchmark(fmt::format("table_of_{}/{}", file, name).c_str(), read_table, seconds,
                                   file)
          ->UseManualTime()
          ->Iterations(3)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
}  // namespace dse
