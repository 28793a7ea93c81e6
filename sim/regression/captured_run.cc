#include "sim/regression/captured_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/counted.h"
#include "core/names.h"
#include "core/printable.h"
#include "dse/error.h"
#include "dse/hash.h"

namespace dse {
namespace {

void require_own(const std::string& path, const CaptureHeader& header, const Scenario& scenario) {
  const CaptureHeader expected = capture_header(scenario, {}, header.seed, header.ordering);
  const std::uint64_t hash =
      header.format == kFirstCaptureFormat ? scenario.text_hash : expected.scenario_hash;
  if (header.version != expected.version) {
    throw InputError({.file = path}, fmt::format("was written by version {} of dse, this is version {}: "
                                                 "replay it with that one",
                                                 header.version, expected.version));
  }
  if (header.scenario_hash != hash) {
    throw InputError(
        {.file = path},
        fmt::format("is of another scenario, or of another state of it: {} ({}), not {} ({}); "
                    "replay the file that was attached, with the same --set",
                    header.scenario, hex64(header.scenario_hash), expected.scenario, hex64(hash)));
  }
  if (header.imports != expected.imports)
    throw InputError({.file = path}, "is damaged: its imports are not those of its scenario");
}

void require_imports(const std::string& path, const CaptureHeader& header, const Scenario& scenario) {
  const std::vector<std::string> imports = capture_header(scenario, {}, 0, 0).imports;
  for (const std::string& name : header.imports) {
    if (std::find(imports.begin(), imports.end(), name) != imports.end()) continue;
    const std::string others =
        imports.empty() ? ", which has none: add one with [[gateway.import]]" : suggestion(name, imports);
    throw InputError({.file = path},
                     fmt::format("has a message for the import '{}', which is not in the scenario "
                                 "{}{}",
                                 printable(name), scenario.path, one_line(others)));
  }
}

[[noreturn]] void refuse_cut(const std::string& path, const CaptureSurvey& survey) {
  const std::string broken = fmt::format("was cut off {}", survey.cut);
  if (survey.messages == 0) {
    throw InputError({.file = path}, broken +
                                         ", before its first message was whole: without what came in, "
                                         "replay the scenario without --capture");
  }
  throw InputError({.file = path},
                   fmt::format("{}: {} whole, the last at {}; replay that much of it with --until {}", broken,
                               counted(survey.messages, "message is", "messages are"),
                               format_duration(survey.last_ns), format_duration(survey.last_ns)));
}

std::vector<std::size_t> components_of(const CaptureHeader& header, const Scenario& scenario) {
  std::vector<std::size_t> components;
  for (const std::string& name : header.imports) {
    const auto found = std::find_if(scenario.components.begin(), scenario.components.end(),
                                    [&](const ComponentConfig& component) { return component.name == name; });
    components.push_back(static_cast<std::size_t>(found - scenario.components.begin()));
  }
  return components;
}

RunResult run_captured(World& world, const Scenario& scenario, const CapturedInput& captured,
                       const std::atomic<bool>& interrupted, const ProgressSink& progress) {
  CaptureReader reader(captured.path);
  if (reader.header() != captured.survey.header)
    throw InputError({.file = captured.path}, "has changed since it was opened: replay it again");
  if (const std::string changed = changed_data(reader.header().data, world.data()); !changed.empty()) {
    throw InputError(
        {.file = captured.path},
        fmt::format("is of a run on other data: {}; replay it with the files as they were", changed));
  }
  const std::vector<std::size_t> components = components_of(reader.header(), scenario);
  const TimeNs last_ns = captured.end_ns.value_or(scenario.until_ns.value_or(INT64_MAX));
  // One at a time, so that only messages under way are in memory.
  while (const std::optional<CapturedMessage> next = reader.next()) {
    if (next->time_ns > last_ns) break;
    if (next->time_ns - 1 > world.now() && !world.advance_to(next->time_ns - 1, interrupted, progress))
      return world.finish(RunStatus::kInterrupted);
    if (next->command) {
      world.hand_in(*next->command, next->time_ns);
    } else {
      world.import(components[next->import], next->message, next->time_ns);
    }
  }
  if (!captured.end_ns) return world.run(interrupted, progress);
  const bool whole = world.advance_to(*captured.end_ns, interrupted, progress);
  return world.finish(whole ? RunStatus::kCompleted : RunStatus::kInterrupted);
}

}  // namespace

CapturedInput open_capture(const std::string& path, const Scenario& scenario,
                           std::optional<TimeNs> until_ns) {
  CapturedInput captured{.path = path, .survey = survey_capture(path)};
  const CaptureSurvey& survey = captured.survey;
  if (survey.header.of_no_run()) {
    require_imports(path, survey.header, scenario);
    if (!survey.end_ns) refuse_cut(path, survey);
    return captured;
  }
  require_own(path, survey.header, scenario);
  if (!until_ns && !survey.end_ns) refuse_cut(path, survey);
  const TimeNs end_ns = survey.end_ns.value_or(survey.last_ns);
  captured.end_ns = until_ns.value_or(end_ns);
  if (*captured.end_ns > end_ns) {
    throw InputError({.file = path},
                     fmt::format("goes no further than {}: choose at most that for --until, not {}",
                                 format_duration(end_ns), format_duration(*captured.end_ns)));
  }
  return captured;
}

RunResult run_world(World& world, const Scenario& scenario, const CapturedInput* captured,
                    const std::atomic<bool>& interrupted, const ProgressSink& progress) {
  if (captured == nullptr) return world.run(interrupted, progress);
  return run_captured(world, scenario, *captured, interrupted, progress);
}

}  // namespace dse
