#include "sim/world/run_failure.h"

#include <fmt/format.h>

#include <algorithm>

#include "dse/error.h"
#include "sim/world/expectations.h"

namespace dse {
namespace {

constexpr std::string_view kUnnoticed = " holds, but was to fail";

std::string without_digits(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }),
             text.end());
  return text;
}

// How an expectation was missed, without figures.
std::string way_of(const ExpectationResult& one) {
  const std::string label = expectation_label(one.expectation);
  if (one.expectation.fails) return label + std::string(kUnnoticed);
  if (const auto* strikes = std::get_if<StrikeExpectation>(&one.expectation.what)) {
    const auto least = static_cast<double>(strikes->equals.value_or(strikes->min.value_or(0)));
    return label + (one.value.value_or(0) < least ? " too seldom" : " too often");
  }
  const auto* metric = std::get_if<MetricExpectation>(&one.expectation.what);
  if (metric == nullptr) return label + " does not hold";
  if (!one.value) return label + " without a value";
  const std::optional<double> least = metric->equals ? metric->equals : metric->min;
  const std::optional<double> most = metric->equals ? metric->equals : metric->max;
  if (least && *one.value < *least) return label + " too low";
  if (most && *one.value > *most) return label + " too high";
  return label + " does not rise";
}

std::string text_of(const ExpectationResult& one) {
  const auto* metric = std::get_if<MetricExpectation>(&one.expectation.what);
  if (metric == nullptr || metric->rises || one.expectation.fails) return expectation_text(one);
  return fmt::format("{} is {}", metric->metric, one.value ? fmt::format("{}", *one.value) : "not measured");
}

std::optional<RunFailure> failure_of(const Scenario& scenario, const RunResult& result) {
  if (result.status == RunStatus::kInterrupted) return std::nullopt;
  const std::vector<ExpectationResult> expectations = check_expectations(scenario, result);
  for (const auto& [name, status] : result.failed) {
    const std::string text = fmt::format("component '{}' ended with status {}", name, status);
    return RunFailure{text, text};
  }
  for (const ExpectationResult& one : expectations) {
    if (!one.as_planned()) return RunFailure{way_of(one), text_of(one)};
  }
  if (result.status == RunStatus::kStalled && !judges_status(expectations))
    return RunFailure{"stalled", "stalled: nothing can happen any more"};
  if (!result.denial.empty() && !judges_status(expectations)) return RunFailure{result.denial, result.denial};
  if (result.status == RunStatus::kRefused && !judges_status(expectations))
    return RunFailure{"refused", "a component that is to end the run by it refused a message"};
  return std::nullopt;
}

}  // namespace

bool is_unnoticed_fault(std::string_view way) { return way.ends_with(kUnnoticed); }

JudgedRun judge(const Scenario& scenario, const WorldOptions& options, const std::atomic<bool>& interrupted) {
  try {
    World world(scenario, options, no_files());
    JudgedRun judged{.result = world.run(interrupted, [](TimeNs, std::uint64_t) {}), .failure = std::nullopt};
    judged.failure = failure_of(scenario, judged.result);
    return judged;
  } catch (const RunError& error) {
    return {.result = {}, .failure = RunFailure{without_digits(error.what()), error.what()}};
  }
}

}  // namespace dse
