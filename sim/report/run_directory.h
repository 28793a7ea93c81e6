// What a run or an exploration has left in its directory, read again for a report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dse/run_result.h"
#include "sim/report/report_json.h"

namespace dse {

// The matrix of one component over all its predictions.
struct FinishedMatrix {
  std::string component;
  std::string of;  // "arrival" or "learning"
  struct Cell {
    std::int64_t truth = 0;
    std::int64_t predicted = 0;
    double count = 0;
  };
  std::vector<Cell> cells;
};

struct FinishedRun {
  std::filesystem::path folder;
  ReportJson summary;
  ReportJson topology;
  std::vector<CurveRow> curves;
  std::vector<FinishedMatrix> confusion;
  std::vector<WrongAnswer> wrong_answers;
  std::vector<Occurrence> occurrences;
  std::vector<LatencyRow> latencies;
  std::filesystem::path scenario_path;  // where the scenario was
};

// One table of an exploration: how a metric spread at one combination of values.
struct SpreadRow {
  std::vector<std::string> values;  // one of each parameter, in their order
  std::string metric;
  std::uint64_t runs = 0;
  double min = 0;
  double lower_quartile = 0;
  double median = 0;
  double upper_quartile = 0;
  double max = 0;
  bool depends_on_ordering = false;
};
struct FinishedExploration {
  std::filesystem::path folder;
  ReportJson summary;
  std::vector<std::string> parameters;
  std::vector<SpreadRow> spreads;
  struct Failure {
    std::string failure;
    std::string replay;  // the line that reproduces it
  };
  std::vector<Failure> failures;
};

// Whether the folder is that of an exploration.
bool is_exploration(const std::filesystem::path& folder);
// Both throw an InputError that says what to do: when the folder is none of these, is not whole, was left by
// another version, or a file in it is damaged. What they return has every key that a report needs, each of
// its type, and no virtual time below 0.
FinishedRun read_run(const std::filesystem::path& folder);
FinishedExploration read_exploration(const std::filesystem::path& folder);

}  // namespace dse
