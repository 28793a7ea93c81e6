#include "sim/world/expectations.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/check.h"
#include "core/counted.h"
#include "sim/scenario/fault_check.h"
#include "sim/world/ledger.h"
#include "sim/world/policy_counts.h"

namespace dse {
namespace {

std::vector<double> curve_of(const Measures& measures, const std::string& metric) {
  std::vector<double> values;
  for (const CurveRow& row : measures.curves) {
    if (row.component + "." + row.metric == metric) values.push_back(row.value);
  }
  return values;
}

struct Rise {
  bool met = false;
  std::string detail;
};

// Compares the mean of the last quarter of the points with that of the first.
Rise judge_rise(const std::vector<double>& curve) {
  constexpr std::size_t kPointsMin = 4;
  if (curve.size() < kPointsMin) {
    return {
        false,
        fmt::format(
            "has a curve of {}, too few to tell whether it rises: lower its interval, `every` of [metrics]",
            counted(curve.size(), "point"))};
  }
  const auto quarter = static_cast<std::ptrdiff_t>(curve.size() / 4);
  const double first =
      std::accumulate(curve.begin(), curve.begin() + quarter, 0.0) / static_cast<double>(quarter);
  const double last = std::accumulate(curve.end() - quarter, curve.end(), 0.0) / static_cast<double>(quarter);
  return {last > first, fmt::format("{} from {:.4f} to {:.4f}, means of its curve's first and last quarter",
                                    last > first ? "rises" : "does not rise", first, last)};
}

bool within_bounds(const MetricExpectation& expect, double value) {
  return !(expect.min && value < *expect.min) && !(expect.max && value > *expect.max) &&
         !(expect.equals && value != *expect.equals);
}

void judge(const MetricExpectation& expect, const Scenario& scenario, const RunResult& result,
           ExpectationResult& one) {
  // A run that ended before this time is judged by its final measures.
  const auto taken = [&result](const std::map<TimeNs, Measures>& snapshots,
                               std::optional<TimeNs> time_ns) -> const Measures& {
    const auto snapshot = time_ns ? snapshots.find(*time_ns) : snapshots.end();
    return snapshot == snapshots.end() ? result : snapshot->second;
  };
  const Measures& measures = expect.after_faults_ns
                                 ? taken(result.measured_after_faults, expect.after_faults_ns)
                                 : taken(result.measured_by, expect.by_ns);
  const auto found = measures.metrics.find(expect.metric);
  if (found != measures.metrics.end()) one.value = found->second;
  if (!one.value && is_policy_metric(expect.metric)) one.value = 0;  // a queue without options counts nothing
  one.met = one.value.has_value() && within_bounds(expect, *one.value);
  if (!one.value) {
    const std::optional<MetricInfo> info = find_metric(scenario, expect.metric);
    if (info && !info->undefined.empty()) {
      one.detail = "is undefined " + info->undefined;
      return;
    }
  }
  if (!expect.rises) return;
  const Rise rise = judge_rise(curve_of(measures, expect.metric));
  one.met = one.met && rise.met;
  one.detail = rise.detail;
}

void judge(const DeliveryExpectation& expect, const Scenario&, const RunResult& result,
           ExpectationResult& one) {
  DSE_CHECK(result.ledger != nullptr, "deliveries are expected, but the run kept no ledger");
  const Ledger::Finding finding = result.ledger->judge(expect);
  one.met = finding.met;
  one.detail = finding.detail;
}

void judge(const StatusExpectation& expect, const Scenario&, const RunResult& result,
           ExpectationResult& one) {
  one.met = result.status == expect.status;
  one.detail = "the run " + status_name(result.status);
}

void judge(const StrikeExpectation& expect, const Scenario& scenario, const RunResult& result,
           ExpectationResult& one) {
  const std::optional<std::size_t> number = find_fault(scenario.faults, expect.fault);
  DSE_CHECK(number && *number < result.faults.size(), "there is no fault '{}' to count", expect.fault);
  one.judged = scenario.faults[*number].on;
  const auto struck = static_cast<std::int64_t>(result.faults[*number].struck);
  one.value = static_cast<double>(struck);
  one.met = struck >= expect.min.value_or(struck) && struck <= expect.max.value_or(struck) &&
            struck == expect.equals.value_or(struck);
}

template <typename Expected>
std::string bounds_of(const Expected& expect) {
  std::string text;
  if (expect.equals) {
    text = fmt::format("exactly {}", *expect.equals);
  } else if (expect.min && expect.max) {
    text = fmt::format("{} to {}", *expect.min, *expect.max);
  } else if (expect.min) {
    text = fmt::format("at least {}", *expect.min);
  } else if (expect.max) {
    text = fmt::format("at most {}", *expect.max);
  }
  return text;
}

std::string bounds_text(const MetricExpectation& expect) {
  std::string text = bounds_of(expect);
  if (text.empty()) text = "to rise";
  if (expect.by_ns) text += " by " + format_duration(*expect.by_ns);
  if (expect.after_faults_ns)
    text += fmt::format(", {} after the last fault", format_duration(*expect.after_faults_ns));
  return text;
}

std::string text_of(const MetricExpectation& expect, const ExpectationResult& one) {
  const std::string value = one.value ? fmt::format("{}", *one.value) : "not measured in this run";
  return fmt::format("{} is {}, expected {}{}{}", expect.metric, value, bounds_text(expect),
                     one.detail.empty() ? "" : "; it ", one.detail);
}

std::string label_of(const MetricExpectation& expect) { return expect.metric; }

std::string label_of(const DeliveryExpectation& expect) {
  std::string text = expect.resource.empty() ? "all queues" : expect.resource;
  if (expect.consumer) text += " to " + *expect.consumer;
  if (expect.delivered) text += " " + guarantee_name(*expect.delivered);
  if (expect.fifo) text += " fifo";
  if (expect.lost) text += fmt::format(" lost {}", *expect.lost);
  return text;
}

std::string label_of(const StrikeExpectation& expect) { return fmt::format("fault {} struck", expect.fault); }

std::string label_of(const StatusExpectation& expect) { return "status " + status_name(expect.status); }

std::string text_of(const DeliveryExpectation& expect, const ExpectationResult& one) {
  return fmt::format("{}: {}", label_of(expect), one.detail);
}

std::string text_of(const StatusExpectation& expect, const ExpectationResult& one) {
  return fmt::format("{}, expected {}", one.detail, status_name(expect.status));
}

std::string text_of(const StrikeExpectation& expect, const ExpectationResult& one) {
  return fmt::format("{} {}, expected {}", label_of(expect),
                     counted(static_cast<std::uint64_t>(one.value.value_or(0)), "time"), bounds_of(expect));
}

}  // namespace

std::shared_ptr<Ledger> make_ledger(const Scenario& scenario) {
  const bool needed =
      std::any_of(scenario.expectations.begin(), scenario.expectations.end(),
                  [](const auto& one) { return std::holds_alternative<DeliveryExpectation>(one.what); });
  if (!needed) return nullptr;
  return std::make_shared<Ledger>(scenario);
}

std::set<TimeNs> snapshot_times(const Scenario& scenario) {
  std::set<TimeNs> times;
  for (const Expectation& expectation : scenario.expectations) {
    const auto* metric = std::get_if<MetricExpectation>(&expectation.what);
    if (metric != nullptr && metric->by_ns) times.insert(*metric->by_ns);
  }
  return times;
}

std::set<TimeNs> times_after_faults(const Scenario& scenario) {
  std::set<TimeNs> times;
  for (const Expectation& expectation : scenario.expectations) {
    const auto* metric = std::get_if<MetricExpectation>(&expectation.what);
    if (metric != nullptr && metric->after_faults_ns) times.insert(*metric->after_faults_ns);
  }
  return times;
}

std::vector<ExpectationResult> check_expectations(const Scenario& scenario, const RunResult& result) {
  const bool any_off = std::any_of(scenario.faults.begin(), scenario.faults.end(),
                                   [](const Fault& fault) { return !fault.on; });
  std::vector<ExpectationResult> checked;
  for (const Expectation& expectation : scenario.expectations) {
    ExpectationResult one{.expectation = expectation};
    std::visit([&](const auto& what) { judge(what, scenario, result, one); }, expectation.what);
    if (expectation.fails && any_off) one.judged = false;
    checked.push_back(std::move(one));
  }
  return checked;
}

bool judges_status(const std::vector<ExpectationResult>& expectations) {
  return std::any_of(expectations.begin(), expectations.end(), [](const ExpectationResult& one) {
    return std::holds_alternative<StatusExpectation>(one.expectation.what);
  });
}

bool passed(const RunResult& result, const std::vector<ExpectationResult>& expectations) {
  if (result.status == RunStatus::kInterrupted || !result.failed.empty()) return false;
  if (broke_off(result.status) && !judges_status(expectations)) return false;
  return std::all_of(expectations.begin(), expectations.end(),
                     [](const ExpectationResult& one) { return one.as_planned(); });
}

std::string expectation_label(const Expectation& expectation) {
  if (!expectation.name.empty()) return expectation.name;
  return std::visit([](const auto& what) { return label_of(what); }, expectation.what);
}

std::string expectation_text(const ExpectationResult& one) {
  const std::string text =
      std::visit([&](const auto& what) { return text_of(what, one); }, one.expectation.what);
  const std::string named = one.expectation.name.empty() ? text : one.expectation.name + ": " + text;
  if (!one.expectation.fails || one.as_planned()) return named;
  return named + "; it holds, but was to fail: the planted fault went unnoticed";
}

std::string guarantee_name(Guarantee guarantee) {
  return guarantee == Guarantee::kExactlyOnce ? "exactly-once" : "at-least-once";
}

}  // namespace dse
