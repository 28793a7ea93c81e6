#include "sim/regression/verification.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <sstream>

#include "core/version.h"
#include "dse/error.h"
#include "sim/results/report_text.h"
#include "sim/results/run_summary.h"
#include "sim/results/shell.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/world/expectations.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

RunResult replay(const Scenario& scenario, const VerifyOptions& options,
                 const std::atomic<bool>& interrupted) {
  World world(scenario,
              {.seed = scenario.seed,
               .threads = options.threads,
               .ordering = scenario.ordering,
               .datasets = options.datasets},
              no_files());
  return world.run(interrupted, [](TimeNs, std::uint64_t) {});
}

std::string differences_of(const FingerprintRow& now, const FingerprintRow& kept) {
  std::vector<std::string> names = differing_fingerprints(now.fingerprints, kept.fingerprints);
  if (now.seed != kept.seed)
    names.insert(names.begin(), fmt::format("seed {}, kept {}", now.seed, kept.seed));
  return fmt::format("{}", fmt::join(names, ", "));
}

// Why `dse diff` should not compare a current run with the run directory `run`, and what to do; none if it
// may.
std::vector<std::string> obstacles(const std::string& run, const Scenario& scenario,
                                   const FingerprintRow& kept) {
  const auto record_one = [&](const std::string& reason) -> std::vector<std::string> {
    return {fmt::format(
                "to see where, {}: with what wrote the row (version {}), run the next line, and verify again",
                reason, kept.version),
            shell_line("replay", {scenario.path}, {"--record"})};
  };
  if (!fs::exists(fs::path(run) / kSummaryFile)) return record_one(run + " is missing");
  RunSummary summary;
  try {
    summary = read_run_summary(run);
  } catch (const InputError& error) {
    return record_one(error.what());
  }
  if (summary.fingerprints != kept.fingerprints) return record_one(run + " is of another run");
  if (!fs::exists(fs::path(run) / kEventRecordFile)) return record_one(run + " has no record of its events");
  return {};
}

// Commands to paste, which show in which event the current run differs from the kept one.
std::vector<std::string> how_to_see(const Scenario& scenario, const FingerprintRow& kept, bool failed) {
  const std::string before = fmt::format("runs/{}-s{}", scenario.name, kept.seed);
  const std::string now = fmt::format("runs/{}-now", scenario.name);
  const std::vector<std::string> instead = obstacles(before, scenario, kept);
  if (!instead.empty()) return instead;
  // Replaying a run that fails its expectations ends with status 1.
  return {shell_line("replay", {scenario.path}, {"--record", "--out", now}) + (failed ? "; " : " && ") +
          shell_line("diff", {before, now}, {})};
}

void append(std::vector<std::string>& lines, const std::vector<std::string>& more) {
  lines.insert(lines.end(), more.begin(), more.end());
}

Verification verify_scenario(const Scenario& scenario, const FingerprintRow* kept,
                             const VerifyOptions& options, const std::atomic<bool>& interrupted) {
  const RunResult result = replay(scenario, options, interrupted);
  if (result.status == RunStatus::kInterrupted) return {.verdict = Verdict::kInterrupted};
  Verification verification;
  verification.now = {.file = fs::path(scenario.path).filename().string(),
                      .seed = scenario.seed,
                      .fingerprints = result.fingerprints,
                      .version = version()};
  const std::vector<ExpectationResult> expectations = check_expectations(scenario, result);
  const bool failed = !passed(result, expectations);
  verification.details = lines_of(failures_text({scenario, {}, result, expectations, {}}, {}));
  if (result.status == RunStatus::kStalled && !judges_status(expectations)) {
    verification.verdict = Verdict::kFailed;
    verification.summary = "stalled: work is pending and nothing can happen any more";
    append(verification.details, lines_of(result.stall));
    return verification;
  }
  if (result.status == RunStatus::kRefused && !judges_status(expectations)) {
    verification.verdict = Verdict::kFailed;
    verification.summary = result.denial.empty()
                               ? "ended: a component that is to end the run by it refused a message"
                               : "ended: the user of a component may not do what it did";
    if (!result.denial.empty()) verification.details.push_back(result.denial);
    append(verification.details, refusal_warnings(result.refused));
    return verification;
  }
  if (kept != nullptr) verification.summary = differences_of(verification.now, *kept);
  if (kept != nullptr && verification.summary.empty()) {
    verification.verdict = failed ? Verdict::kFailed : Verdict::kSame;
    return verification;
  }

  const RunResult again = replay(scenario, options, interrupted);
  if (again.status == RunStatus::kInterrupted) return {.verdict = Verdict::kInterrupted};
  const std::vector<std::string> unsteady = differing_fingerprints(result.fingerprints, again.fingerprints);
  if (!unsteady.empty()) {
    std::vector<std::string> line = {"--twice"};
    if (options.threads > 1) append(line, {"--threads", fmt::format("{}", options.threads)});
    verification.verdict = Verdict::kNotDeterministic;
    verification.summary = fmt::format("{} of two replays", fmt::join(unsteady, ", "));
    verification.details.push_back(shell_line("replay", {scenario.path}, line));
    return verification;
  }
  verification.verdict = failed ? Verdict::kFailed : kept == nullptr ? Verdict::kNoRow : Verdict::kDiffers;
  if (kept != nullptr) append(verification.details, how_to_see(scenario, *kept, failed));
  return verification;
}

}  // namespace

Verification verify(const std::string& path, const FingerprintRow* kept, const VerifyOptions& options,
                    const std::atomic<bool>& interrupted) {
  if (interrupted.load(std::memory_order_relaxed)) return {.verdict = Verdict::kInterrupted};
  const auto failed = [](Verdict verdict, const std::string& reason) -> Verification {
    return {.verdict = verdict, .summary = reason};
  };
  // Caught here and not in main, so that the other scenarios go on.
  try {
    return verify_scenario(read_scenario(path, options.tables, {}), kept, options, interrupted);
  } catch (const InputError& error) {
    Verification wrong = failed(Verdict::kWrongInput, error.what());
    const std::vector<InputError> all = errors_in(error);
    for (auto one = std::next(all.begin()); one != all.end(); ++one) wrong.details.emplace_back(one->what());
    return wrong;
  } catch (const std::bad_alloc&) {
    return failed(Verdict::kFailed, "out of memory: verify fewer scenarios side by side with --jobs");
  } catch (const std::exception& error) {
    return failed(Verdict::kFailed, error.what());
  }
}

}  // namespace dse
