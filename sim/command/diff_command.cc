#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/error.h"
#include "core/printable.h"
#include "sim/command/command.h"
#include "sim/record/event_record.h"
#include "sim/record/run_difference.h"
#include "sim/regression/repeat.h"
#include "sim/results/run_summary.h"
#include "sim/results/temporary_folder.h"

namespace dse {
namespace {

struct Side {
  std::string run;
  RunSummary summary;
};

void require_comparable(const Side& a, const Side& b) {
  if (a.summary.scenario_hash != b.summary.scenario_hash) {
    throw InputError(
        {.file = b.run},
        fmt::format("is a run of another scenario, or of another state of it, than {}: {} ({}) and "
                    "{} ({}); compare two runs of one file with the same settings",
                    a.run, b.summary.scenario, b.summary.scenario_hash, a.summary.scenario,
                    a.summary.scenario_hash));
  }
  if (a.summary.version != b.summary.version) {
    throw InputError(
        {.file = b.run},
        fmt::format("was written by version {}, but {} by version {}; replay the scenario with one "
                    "version",
                    b.summary.version, a.run, a.summary.version));
  }
}

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

// The path of the run's record; one that is missing is made in `folder`. Empty when that was interrupted.
std::optional<std::string> record_of(const Side& side, const MakeApp& make_app,
                                     std::optional<TemporaryFolder>& folder, const std::string& name) {
  const std::string recorded = (std::filesystem::path(side.run) / kEventRecordFile).string();
  if (std::filesystem::exists(recorded)) {
    require_own_record(side, recorded);
    return recorded;
  }
  if (!folder) folder.emplace();
  tell("{} has no record of its events; replaying it\n", side.run);
  const RecordedRun again = record_again(side.run, side.summary, make_app, folder->file(name));
  if (again.result.status == RunStatus::kInterrupted) return std::nullopt;
  if (again.result.fingerprints != side.summary.fingerprints) {
    tell(
        "warning: this replay gave other fingerprints than the summary of {}: what follows is of "
        "the replay\n",
        side.run);
  }
  return again.record;
}

int diff(const std::string& run_a, const std::string& run_b, const MakeApp& make_app) {
  const Side a{run_a, read_run_summary(run_a)};
  const Side b{run_b, read_run_summary(run_b)};
  require_comparable(a, b);
  std::optional<TemporaryFolder> folder;  // only when a record is missing: a killed process would leave it
  const std::optional<std::string> path_a = record_of(a, make_app, folder, "a.sqlite");
  if (!path_a) return kExitInterrupted;
  const std::optional<std::string> path_b = record_of(b, make_app, folder, "b.sqlite");
  if (!path_b) return kExitInterrupted;
  const EventRecord record_a(*path_a);
  const EventRecord record_b(*path_b);
  const std::optional<RunDifference> difference = find_difference(record_a, record_b);
  if (!difference) {
    const std::string events = record_a.run_value("events");
    fmt::print("the same: {} event{}\n", printable(events), events == "1" ? "" : "s");
    return kExitOk;
  }
  fmt::print("{}", describe(*difference, record_a, record_b, "A: " + run_a, "B: " + run_b));
  return kExitFailed;
}

}  // namespace

void add_diff_command(CLI::App& parser, std::function<int()>& run, const MakeApp& make_app) {
  struct Arguments {
    std::string a;
    std::string b;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = parser.add_subcommand(
      "diff", "Name the first event in which two runs of a scenario differ, and show why");
  command->add_option("RUN_A", arguments->a, "a run directory")->required();
  command->add_option("RUN_B", arguments->b, "another run directory of the same scenario")->required();
  command->callback([arguments, &run, make_app] {
    run = [arguments, make_app] { return diff(arguments->a, arguments->b, make_app); };
  });
}

}  // namespace dse
