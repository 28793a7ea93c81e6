#include "sim/regression/repeat.h"

#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <optional>

#include "core/version.h"
#include "dse/error.h"
#include "dse/hash.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/world/interrupt.h"

namespace dse {

namespace {

// Returns nothing for a run into which nothing came from outside.
std::optional<CapturedInput> capture_of(const std::string& run, const RunSummary& summary,
                                        const Scenario& scenario, const std::string& again) {
  if (summary.capture.empty()) return std::nullopt;
  if (!std::filesystem::exists(summary.capture_path)) {
    throw InputError({.file = run},
                     fmt::format("{}; its capture is not at '{}' any more", again, summary.capture_path));
  }
  CapturedInput captured = open_capture(summary.capture_path, scenario, scenario.until_ns);
  if (hex64(captured.survey.checksum) != summary.capture) {
    throw InputError({.file = run},
                     fmt::format("{}; its capture {} was changed since", again, summary.capture_path));
  }
  return captured;
}

RecordedRun run_recorded(World& world, const Scenario& scenario, const CapturedInput* captured,
                         const std::string& path) {
  return {run_world(world, scenario, captured, watch_for_interrupt(), [](TimeNs, std::uint64_t) {}), path};
}

}  // namespace

RecordedRun record_run(const Scenario& scenario, const WorldOptions& options, const std::string& path,
                       const CapturedInput* captured) {
  EventRecorder recorder(path);
  WorldOptions recording = options;
  recording.recorder = &recorder;
  World world(scenario, recording, no_files());
  return run_recorded(world, scenario, captured, path);
}

RecordedRun record_again(const std::string& run, const RunSummary& summary, const Tables& tables,
                         const std::string& path) {
  const std::string again = "has no record of its events: replay it again with --record";
  if (summary.status == "interrupted") throw InputError({.file = run}, "was interrupted, and " + again);
  if (summary.version != version()) {
    throw InputError({.file = run}, fmt::format("{}, with version {} that wrote it; this is version {}",
                                                again, summary.version, version()));
  }
  if (summary.scenario_path.empty()) {
    throw InputError({.file = run}, fmt::format("{}; its timing.json does not say where its scenario {} was",
                                                again, summary.scenario));
  }
  if (!std::filesystem::exists(summary.scenario_path)) {
    throw InputError({.file = run}, fmt::format("{}; its scenario {} is not at '{}' any more", again,
                                                summary.scenario, summary.scenario_path));
  }
  if (!std::filesystem::is_regular_file(summary.scenario_path)) {
    throw InputError({.file = run},
                     fmt::format("{}; its scenario was read from a pipe, {}", again, summary.scenario_path));
  }
  Scenario scenario = read_scenario(summary.scenario_path, tables, summary.settings);
  // Before summaries kept the keys, they identified the scenario by its text.
  if (hex64(summary.keys ? scenario.hash : scenario.text_hash) != summary.scenario_hash) {
    throw InputError({.file = run},
                     fmt::format("{}; its scenario {} was changed since", again, summary.scenario_path));
  }
  scenario.until_ns = parse_duration(summary.until);  // none: until drained
  const std::optional<CapturedInput> captured = capture_of(run, summary, scenario, again);
  EventRecorder recorder(path);
  World world(scenario, {.seed = summary.seed, .ordering = summary.ordering, .recorder = &recorder},
              no_files());
  const std::string changed = changed_data(summary.data.value_or(DataDigests()), world.data());
  if (!changed.empty())
    throw InputError({.file = run}, fmt::format("{}; its data changed since: {}", again, changed));
  return run_recorded(world, scenario, captured ? &*captured : nullptr, path);
}

}  // namespace dse
