#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/printable.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/record/event_record.h"
#include "sim/record/run_difference.h"
#include "sim/regression/fingerprint_table.h"
#include "sim/regression/repeat.h"
#include "sim/regression/summary_difference.h"
#include "sim/results/run_summary.h"
#include "sim/results/temporary_folder.h"
#include "sim/scenario/run_files.h"

namespace dse {
namespace {

struct Side {
  std::string run;
  RunSummary summary;
};

void require_own_record(const Side& side, const std::string& path) {
  const EventRecord record(path);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"scenario_hash", side.summary.scenario_hash},
      {"version", side.summary.version},
      {"seed", fmt::format("{}", side.summary.seed)},
      {"ordering", fmt::format("{}", side.summary.ordering)},
      {"fingerprint_events", side.summary.fingerprints.events}};
  for (const auto& [key, value] : expected) {
    if (record.run_value(key) == value) continue;
    throw InputError({.file = path},
                     fmt::format("is not the record of this run: its {} is '{}', that of summary.json '{}'; "
                                 "replay the scenario again with --record",
                                 key, record.run_value(key), value));
  }
}

// The path of the run's record of events; if missing, it is made in `folder`. Empty when that was
// interrupted.
std::optional<std::string> record_of(const Side& side, const Tables& tables,
                                     std::optional<TemporaryFolder>& folder, const std::string& name) {
  const std::string recorded = (std::filesystem::path(side.run) / kEventRecordFile).string();
  if (std::filesystem::exists(recorded)) {
    require_own_record(side, recorded);
    return recorded;
  }
  if (!folder) folder.emplace();
  tell("{} has no record of its events; replaying it\n", side.run);
  const RecordedRun again = record_again(side.run, side.summary, tables, folder->file(name));
  if (again.result.status == RunStatus::kInterrupted) return std::nullopt;
  if (again.result.fingerprints != side.summary.fingerprints) {
    tell(
        "warning: this replay gave other fingerprints than the summary of {}: what follows is of "
        "the replay\n",
        side.run);
  }
  return again.record;
}

// Prints how the two runs were set up differently, ahead of how their events differ.
void print_differences_asked_for(const Side& a, const Side& b, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  constexpr std::size_t kLinesMax = 60;
  fmt::print("A, {}, and B, {}, were asked for different things:\n", a.run, b.run);
  for (std::size_t i = 0; i < std::min(lines.size(), kLinesMax); ++i) fmt::print("  {}\n", lines[i]);
  if (lines.size() > kLinesMax) fmt::print("  and {} more\n", lines.size() - kLinesMax);
  fmt::print("\n");
}

// The events of the two are the same. Judges whether the summaries belong to those events.
int judge_summaries(const Side& a, const Side& b, const std::string& events, bool asked_for_the_same) {
  const std::vector<std::string> names =
      differing_fingerprints(a.summary.fingerprints, b.summary.fingerprints);
  if (!names.empty()) {
    fmt::print("every event is the same, but the fingerprints in the two summaries differ: {}\n",
               fmt::join(names, ", "));
    return kExitFailed;
  }
  fmt::print("{}: {} events\n",
             asked_for_the_same ? "the same" : "every event is the same, whatever was asked for", events);
  return kExitOk;
}

int diff(const std::string& run_a, const std::string& run_b, const Tables& tables) {
  const Side a{run_a, read_run_summary(run_a)};
  const Side b{run_b, read_run_summary(run_b)};
  const std::vector<std::string> asked_for = differences_asked_for(a.summary, b.summary);
  print_differences_asked_for(a, b, asked_for);
  std::optional<TemporaryFolder> folder;  // only when a record is missing: a killed process would leave it
  const std::optional<std::string> path_a = record_of(a, tables, folder, "a.sqlite");
  if (!path_a) return kExitInterrupted;
  const std::optional<std::string> path_b = record_of(b, tables, folder, "b.sqlite");
  if (!path_b) return kExitInterrupted;
  const EventRecord record_a(*path_a);
  const EventRecord record_b(*path_b);
  const std::optional<RunDifference> difference = find_difference(record_a, record_b);
  if (!difference) return judge_summaries(a, b, record_a.run_value("events"), asked_for.empty());
  fmt::print("{}", describe(*difference, record_a, record_b, "A: " + run_a, "B: " + run_b));
  return kExitFailed;
}

}  // namespace

void add_diff_command(CommandParser& parser, const Tables& tables) {
  struct Arguments {
    std::string a;
    std::string b;
  };
  auto arguments = std::make_shared<Arguments>();
  ProgramCommand command =
      parser.add_command("diff", "Say in what two runs differ, and show the first event in which they part");
  command.add_argument("RUN_A", arguments->a, "a run directory");
  command.add_argument("RUN_B", arguments->b, "another run directory");
  command.example("dse diff runs/sample-four-models-s2015 runs/sample-four-models-s7");
  command.on_run([arguments, &tables] { return diff(arguments->a, arguments->b, tables); });
}

}  // namespace dse
