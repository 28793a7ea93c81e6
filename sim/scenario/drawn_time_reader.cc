#include "sim/scenario/drawn_time_reader.h"

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "dse/error.h"

namespace dse {
namespace {

DrawnTime read_table(TableReader& inner) {
  if (inner.has("uniform") == inner.has("exponential"))
    throw InputError(inner.place(),
                     "expected one of { uniform = [\"1ms\", \"9ms\"] } and { exponential = \"5ms\" }");
  if (inner.has("exponential")) return DrawnTime::exponential(inner.duration("exponential"));
  const std::vector<TimeNs> bounds = inner.durations("uniform");
  if (bounds.size() != 2)
    throw InputError(inner.place("uniform"), "expected two durations: the shortest and the longest");
  return DrawnTime::uniform(bounds[0], bounds[1]);
}

}  // namespace

std::optional<DrawnTime> drawn_time_if_any(TableReader& table, std::string_view key) {
  if (!table.holds_table(key)) {
    const std::optional<TimeNs> time_ns = table.duration_if_any(key);
    return time_ns ? std::optional(DrawnTime::constant(*time_ns)) : std::nullopt;
  }
  TableReader inner(*table.table_if_any(key), table.place(key).key);
  const DrawnTime read = read_table(inner);
  inner.finish();
  if (const std::string mistake = read.mistake(); !mistake.empty())
    throw InputError(inner.place(inner.has("uniform") ? "uniform" : "exponential"), mistake);
  return read;
}

DrawnTime drawn_time(TableReader& table, std::string_view key) {
  if (!table.has(key)) table.refuse_missing({key});
  return *drawn_time_if_any(table, key);
}

}  // namespace dse
