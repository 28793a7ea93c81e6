#include "sim/scenario/fault_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <string>
#include <utility>

#include "sim/scenario/drawn_time_reader.h"
#include "sim/scenario/fault_check.h"
#include "sim/scenario/given_name.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

// A crash, a pause and a partition strike once at a time, or as messages are about to be handled.
bool strikes_at_a_time(TableReader& table, FaultKind kind) {
  if (is_of_link(kind)) return false;
  const bool has_at = table.has("at");
  const bool has_other = table.has("probability") || table.has("every");
  if (!has_at && !has_other)
    table.refuse_missing({"at", "probability", "every"},
                         "is missing: give a time, or `probability` or `every`");
  if (!has_at) return false;
  for (const char* key : {"probability", "every", "limit", "from", "until"}) {
    if (table.has(key))
      throw InputError(table.place(key), "does not go with `at`: what strikes at a time strikes once");
  }
  return true;
}

void read_probability(TableReader& table, Fault& fault) {
  const auto probability = table.pair_if_any("probability");
  if (!probability) return;
  if (table.has("every"))
    throw InputError(table.place("every"), "does not go with `probability`: give one of the two");
  fault.probability = Probability{probability->first, probability->second};
  if (const std::string mistake = fault_mistake({.probability = fault.probability}); !mistake.empty())
    throw InputError(table.place("probability"), mistake);
}

void read_times(TableReader& table, Fault& fault) {
  read_probability(table, fault);
  fault.every = table.integer_or("every", fault.every);
  fault.limit = table.integer_if_any("limit");
  fault.from_ns = table.duration_or("from", 0);
  fault.until_ns = table.duration_if_any("until");
  if (fault.until_ns && *fault.until_ns <= fault.from_ns) {
    throw InputError(table.place("until"), fmt::format("is not after `from`, {}: it would never strike",
                                                       format_duration(fault.from_ns)));
  }
}

Factor read_factor(TableReader& table) {
  if (!table.has("factor")) table.refuse_missing({"factor"});
  if (!table.holds_list("factor") && !table.holds_integer("factor"))
    throw InputError(table.place("factor"), "expected an integer, or [p, q] for p/q, such as [3, 2]");
  if (!table.holds_list("factor"))
    return {.numerator = table.integer_or("factor", 1, 1, kFaultFactorMax), .denominator = 1};
  const auto ratio = *table.pair_if_any("factor");
  if (std::min(ratio.first, ratio.second) < 1 || std::max(ratio.first, ratio.second) > kFaultFactorMax) {
    throw InputError(table.place("factor"), fmt::format("[{}, {}] is out of range: expected 1 to {} in both",
                                                        ratio.first, ratio.second, kFaultFactorMax));
  }
  return {.numerator = ratio.first, .denominator = ratio.second};
}

void read_reordering(TableReader& table, Fault& fault) {
  fault.window = table.integer_or("window", 0);
  fault.within_ns = table.duration_or("within", 0);
  if (table.has("window") && table.has("within"))
    throw InputError(table.place("within"), "does not go with `window`: give one of the two");
  if (table.has("within") && fault.within_ns == 0)
    throw InputError(table.place("within"), "is nothing: no message could overtake");
  if (fault.window == 0 && fault.within_ns == 0)
    table.refuse_missing({"window", "within"}, "is missing: give `window`, in messages, or `within`, a time");
}

DrawnTime time_above_zero(TableReader& table, std::string_view key) {
  const DrawnTime time = drawn_time(table, key);
  if (time == DrawnTime::constant(0)) throw InputError(table.place(key), "expected more than nothing");
  return time;
}

void read_own_keys(TableReader& table, Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kMislabel:
      fault.classes = table.integer_if_any("classes");
      return;
    case FaultKind::kDelay:
      fault.time = time_above_zero(table, "by");
      return;
    case FaultKind::kPause:
    case FaultKind::kPartition:
      fault.time = time_above_zero(table, "for");
      return;
    case FaultKind::kReorder:
      return read_reordering(table, fault);
    case FaultKind::kSlow:
      fault.factor = read_factor(table);
      return;
    case FaultKind::kCorrupt:
      fault.bits = table.integer_or("bits", fault.bits);
      return;
    case FaultKind::kLose:
    case FaultKind::kDuplicate:
    case FaultKind::kSwap:
    case FaultKind::kMute:
    case FaultKind::kCrash:
      return;
  }
}

}  // namespace

void read_fault(const toml::table& node, std::size_t number, const Scenario& scenario, Fault& fault) {
  TableReader table(node, fmt::format("fault.{}", number), format_table("fault"));
  // Expectations and reports name it.
  fault.name = given_name(
      table, "fault", [&](const std::string& name) { return find_fault(scenario.faults, name).has_value(); });
  fault.kind = static_cast<FaultKind>(table.choice("kind"));
  fault.component = table.text("component");
  if (table.has("on")) fault.on = table.flag("on");
  if (strikes_at_a_time(table, fault.kind)) {
    fault.at_ns = table.duration("at");
  } else {
    read_times(table, fault);
  }
  read_own_keys(table, fault);
  table.finish();
  check_fault(fault, scenario, table.place("component"));
}

}  // namespace dse
