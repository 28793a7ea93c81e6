#include "sim/world/expectations.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/check.h"
#include "core/counted.h"
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

void judge(const MetricExpectation& expect, const RunResult& result, ExpectationResult& one) {
  // A run that ended before this time is judged by its final measures.
  const auto snapshot = expect.by_ns ? result.measured_by.find(*expect.by_ns) : result.measured_by.end();
  const Measures& measures = snapshot == result.measured_by.end() ? result : snapshot->second;
  const auto found = measures.metrics.find(expect.metric);
  if (found != measures.metrics.end()) one.value = found->second;
  if (!one.value && is_policy_metric(expect.metric)) one.value = 0;  // a queue without options counts nothing
  one.met = one.value.has_value() && within_bounds(expect, *one.value);
  if (!expect.rises) return;
  const Rise rise = judge_rise(curve_of(measures, expect.metric));
  one.met = one.met && rise.met;
  one.detail = rise.detail;
}

void judge(const DeliveryExpectation& expect, const RunResult& result, ExpectationResult& one) {
  DSE_CHECK(result.ledger != nullptr, "deliveries are expected, but the run kept no ledger");
  const Ledger::Finding finding = result.ledger->judge(expect);
  one.met = finding.met;
  one.detail = finding.detail;
}

void judge(const StatusExpectation& expect, const RunResult& result, ExpectationResult& one) {
  one.met = result.status == expect.status;
  one.detail = "the run " + status_name(result.status);
}

std::string bounds_text(const MetricExpectation& expect) {
  std::string text;
  if (expect.equals) {
    text = fmt::format("exactly {}", *expect.equals);
  } else if (expect.min && expect.max) {
    text = fmt::format("{} to {}", *expect.min, *expect.max);
  } else if (expect.min) {
    text = fmt::format("at least {}", *expect.min);
  } else if (expect.max) {
    text = fmt::format("at most {}", *expect.max);
  } else {
    text = "to rise";
  }
  return expect.by_ns ? fmt::format("{} by {}", text, format_duration(*expect.by_ns)) : text;
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

std::string label_of(const StatusExpectation& expect) { return "status " + status_name(expect.status); }

std::string text_of(const DeliveryExpectation& expect, const ExpectationResult& one) {
  return fmt::format("{}: {}", label_of(expect), one.detail);
}

std::string text_of(const StatusExpectation& expect, const ExpectationResult& one) {
  return fmt::format("{}, expected {}", one.detail, status_name(expect.status));
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

std::vector<ExpectationResult> check_expectations(const Scenario& scenario, const RunResult& result) {
  std::vector<ExpectationResult> checked;
  for (const Expectation& expectation : scenario.expectations) {
    ExpectationResult one{.expectation = expectation};
    std::visit([&](const auto& what) { judge(what, result, one); }, expectation.what);
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
