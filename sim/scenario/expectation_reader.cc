#include "sim/scenario/expectation_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <string>
#include <vector>

#include "sim/scenario/expectation_check.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

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
  if (const auto choice = table.choice_if_any("delivered")) {
    expect.delivered = *choice == 0 ? Guarantee::kExactlyOnce : Guarantee::kAtLeastOnce;
  }
  expect.fifo = table.choice_if_any("order").has_value();
  expect.lost = table.integer_if_any("lost");
  return expect;
}

StatusExpectation read_status(TableReader& table) {
  const std::vector<RunStatus> statuses = {RunStatus::kCompleted, RunStatus::kStalled, RunStatus::kRefused};
  return {statuses[table.choice("status")]};
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
  TableReader struck(*node, table.place("struck").key, format_table("expect").find("struck")->inner);
  expect.min = struck.integer_if_any("min");
  expect.max = struck.integer_if_any("max");
  expect.equals = struck.integer_if_any("equals");
  struck.finish();
  return expect;
}

// Which of the forms the table has; the first if it has no form's key.
std::size_t form_of(const toml::table& node, const TableReader& table) {
  std::string first;
  std::size_t form = 0;
  const std::vector<FormatForm>& forms =
      format_table("expect").forms;  // in the order of Expectation's alternatives
  for (std::size_t candidate = 0; candidate < forms.size(); ++candidate) {
    for (const FormatKey& one : forms[candidate].keys) {
      const std::string& key = one.info.name;
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
  TableReader table(node, fmt::format("expect.{}", number), format_table("expect"));
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
