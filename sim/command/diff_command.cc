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
#include "sim/command/json_document.h"
#include "sim/command/run_options.h"
#include "sim/record/event_record.h"
#include "sim/record/run_difference.h"
#include "sim/regression/fingerprint_table.h"
#include "sim/regression/repeat.h"
#include "sim/regression/summary_difference.h"
#include "sim/results/own_record.h"
#include "sim/results/run_summary.h"
#include "sim/results/temporary_folder.h"
#include "sim/scenario/run_files.h"

namespace dse {
namespace {

struct Side {
  std::string run;
  RunSummary summary;
};

// The path of the run's record of events; if missing, it is made in `folder`. Empty when that was
// interrupted.
std::optional<std::string> record_of(const Side& side, const Tables& tables,
                                     std::optional<TemporaryFolder>& folder, const std::string& name) {
  const std::string recorded = (std::filesystem::path(side.run) / kEventRecordFile).string();
  if (std::filesystem::exists(recorded)) {
    require_own_record(EventRecord(recorded), recorded, side.summary);
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

// What a comparison has found.
struct Compared {
  std::vector<std::string> asked_for;  // how the two were set up differently
  std::string events;                  // how many there are, when all are the same
  std::optional<RunDifference> difference;
  std::string description;                // how they differ, for human readers
  std::vector<std::string> fingerprints;  // those that differ in the two summaries

  bool same() const { return !difference && fingerprints.empty(); }
};

// Empty when it was interrupted.
std::optional<Compared> compare(const Side& a, const Side& b, const Tables& tables) {
  Compared compared{.asked_for = differences_asked_for(a.summary, b.summary),
                    .fingerprints = differing_fingerprints(a.summary.fingerprints, b.summary.fingerprints)};
  std::optional<TemporaryFolder> folder;  // only when a record is missing: a killed process would leave it
  const std::optional<std::string> path_a = record_of(a, tables, folder, "a.sqlite");
  if (!path_a) return std::nullopt;
  const std::optional<std::string> path_b = record_of(b, tables, folder, "b.sqlite");
  if (!path_b) return std::nullopt;
  const EventRecord record_a(*path_a);
  const EventRecord record_b(*path_b);
  compared.difference = find_difference(record_a, record_b);
  if (compared.difference) {
    compared.description = describe(*compared.difference, record_a, record_b, "A: " + a.run, "B: " + b.run);
  } else {
    compared.events = record_a.run_value("events");
  }
  return compared;
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

void print_text(const Compared& compared) {
  if (compared.difference) return fmt::print("{}", compared.description);
  if (!compared.same()) {
    return fmt::print("every event is the same, but the fingerprints in the two summaries differ: {}\n",
                      fmt::join(compared.fingerprints, ", "));
  }
  fmt::print("{}: {} events\n",
             compared.asked_for.empty() ? "the same" : "every event is the same, whatever was asked for",
             compared.events);
}

void print_json(const Side& a, const Side& b, const Compared& compared) {
  nlohmann::ordered_json json = {{"a", a.run},
                                 {"b", b.run},
                                 {"same", compared.same()},
                                 {"asked_for", compared.asked_for},
                                 {"first_different_event", nullptr},
                                 {"what", ""},
                                 {"fingerprints", compared.fingerprints},
                                 {"description", compared.description}};
  if (compared.difference) {
    if (compared.difference->event) json["first_different_event"] = *compared.difference->event;
    json["what"] = compared.difference->what;
  }
  print_document(json);
}

int diff(const std::string& run_a, const std::string& run_b, bool as_json, const Tables& tables) {
  const Side a{run_a, read_run_summary(run_a)};
  const Side b{run_b, read_run_summary(run_b)};
  // What was asked for is shown at once: finding the rest may need replays.
  if (!as_json) print_differences_asked_for(a, b, differences_asked_for(a.summary, b.summary));
  const std::optional<Compared> compared = compare(a, b, tables);
  if (!compared) return kExitInterrupted;
  if (as_json) {
    print_json(a, b, *compared);
  } else {
    print_text(*compared);
  }
  return compared->same() ? kExitOk : kExitFailed;
}

}  // namespace

void add_diff_command(CommandParser& parser, const Tables& tables) {
  struct Arguments {
    std::string a;
    std::string b;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  ProgramCommand command =
      parser.add_command("diff", "Say in what two runs differ, and show the first event in which they part");
  command.add_argument("RUN_A", arguments->a, "a run directory");
  command.add_argument("RUN_B", arguments->b, "another run directory");
  add_json_option(command, arguments->json);
  command.example("dse diff runs/sample-four-models-s2015 runs/sample-four-models-s7");
  command.on_run([arguments, &tables] { return diff(arguments->a, arguments->b, arguments->json, tables); });
}

}  // namespace dse
