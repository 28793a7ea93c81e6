#include "sim/run_failure.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace dse {
namespace {

std::string without_digits(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }),
             text.end());
  return text;
}

std::optional<RunFailure> failure_of(const Scenario& scenario, const RunResult& result) {
  if (result.status == RunStatus::kInterrupted) return std::nullopt;
  for (const auto& [name, status] : result.failed) {
    const std::string text = fmt::format("component '{}' ended with status {}", name, status);
    return RunFailure{text, text};
  }
  for (const ExpectationResult& one : check_expectations(scenario, result)) {
    if (one.met) continue;
    const ExpectConfig& expectation = one.expectation;
    const bool below = one.value && expectation.min && *one.value < *expectation.min;
    return RunFailure{fmt::format("{} {}", expectation.metric,
                                  !one.value ? "without a value"
                                  : below    ? "too low"
                                             : "too high"),
                      fmt::format("{} is {}", expectation.metric,
                                  one.value ? fmt::format("{}", *one.value) : "not measured")};
  }
  if (result.status == RunStatus::kStalled)
    return RunFailure{"stalled", "stalled: nothing can happen any more"};
  return std::nullopt;
}

}  // namespace

JudgedRun judge(const Scenario& scenario, const WorldOptions& options, const std::atomic<bool>& interrupted) {
  try {
    World world(scenario, options, [](const std::string&) -> LineSink { return [](std::string_view) {}; });
    JudgedRun judged{.result = world.run(interrupted, [](TimeNs, std::uint64_t) {}), .failure = std::nullopt};
    judged.failure = failure_of(scenario, judged.result);
    return judged;
  } catch (const RunError& error) {
    return {.result = {}, .failure = RunFailure{without_digits(error.what()), error.what()}};
  }
}

}  // namespace dse
