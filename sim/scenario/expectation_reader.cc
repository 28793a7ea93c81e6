#include "sim/scenario/expectation_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <string>
#include <vector>

#include "sim/scenario/expectation_check.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

using Names = std::vector<std::string>;

MetricExpectation read_metric(TableReader& table) {
  MetricExpectation expect;
  expect.metric = table.text("metric");
  expect.min = table.number_if_any("min");
  expect.max = table.number_if_any("max");
  expect.equals = table.number_if_any("equals");
  expect.rises = table.flag("rises");
  expect.by_ns = table.duration_if_any("by");
  expect.after_faults_ns = table.duration_if_any("after_faults");
  return expect;
}

DeliveryExpectation read_delivery(TableReader& table) {
  DeliveryExpectation expect;
  expect.resource = table.text_if_any("resource").value_or("");
  expect.consumer = table.text_if_any("consumer");
  if (const auto choice = table.choice_if_any("delivered", {"exactly-once", "at-least-once"})) {
    expect.delivered = *choice == 0 ? Guarantee::kExactlyOnce : Guarantee::kAtLeastOnce;
  }
  expect.fifo = table.choice_if_any("order", {"fifo"}).has_value();
  expect.lost = table.integer_if_any("lost", 0, INT64_MAX);
  return expect;
}

StatusExpectation read_status(TableReader& table) {
  const std::vector<RunStatus> statuses = {RunStatus::kCompleted, RunStatus::kStalled, RunStatus::kRefused};
  Names names;
  for (const RunStatus status : statuses) names.push_back(status_name(status));
  return {statuses[table.choice("status", names)]};
}

StrikeExpectation read_strikes(TableReader& table) {
  StrikeExpectation expect;
  if (const auto number = table.has("fault") && !table.holds_text("fault")
                              ? table.integer_if_any("fault", 0, INT64_MAX)
                              : std::nullopt) {
    expect.fault = fmt::format("{}", *number);
  } else {
    expect.fault = table.text("fault");
  }
  const toml::table* node = table.table_if_any("struck");
  if (node == nullptr) table.refuse_missing({"struck"}, "is missing: expected such as { min = 1 }");
  TableReader struck(*node, table.place("struck").key);
  expect.min = struck.integer_if_any("min", 0, INT64_MAX);
  expect.max = struck.integer_if_any("max", 0, INT64_MAX);
  expect.equals = struck.integer_if_any("equals", 0, INT64_MAX);
  struck.finish();
  return expect;
}

// The keys of the four forms, in the order of Expectation's alternatives.
const std::vector<Names>& forms() {
  static const std::vector<Names> keys = {{"metric", "min", "max", "equals", "rises", "by", "after_faults"},
                                          {"resource", "consumer", "delivered", "order", "lost"},
                                          {"status"},
                                          {"fault", "struck"}};
  return keys;
}

// Which of the forms the table has; the first if it has no form's key.
std::size_t form_of(const toml::table& node, const TableReader& table) {
  std::string first;
  std::size_t form = 0;
  for (std::size_t candidate = 0; candidate < forms().size(); ++candidate) {
    for (const std::string& key : forms()[candidate]) {
      if (!node.contains(key)) continue;
      if (first.empty()) {
        first = key;
        form = candidate;
      } else if (candidate != form) {
        throw InputError(table.place(key),
                         fmt::format("does not go with `{}`: give it an [[expect]] of its own", first));
      }
    }
  }
  return form;
}

}  // namespace

Expectation read_expectation(const toml::table& node, std::size_t number, const Scenario& scenario) {
  TableReader table(node, fmt::format("expect.{}", number));
  Expectation expect;
  expect.name = table.line_if_any("name").value_or("");
  expect.fails = table.flag("fails");
  switch (form_of(node, table)) {
    case 0:
      expect.what = read_metric(table);
      break;
    case 1:
      expect.what = read_delivery(table);
      break;
    case 2:
      expect.what = read_status(table);
      break;
    default:
      expect.what = read_strikes(table);
  }
  table.finish();
  check_expectation(expect, scenario, [&table](const std::string& key) {
    return key.empty() ? table.place() : table.place(key);
  });
  return expect;
}

}  // namespace dse
