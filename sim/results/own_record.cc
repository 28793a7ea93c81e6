#include "sim/results/own_record.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "dse/error.h"

namespace dse {

void require_own_record(const EventRecord& record, const std::string& path, const RunSummary& summary) {
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"scenario_hash", summary.scenario_hash},
      {"version", summary.version},
      {"seed", fmt::format("{}", summary.seed)},
      {"ordering", fmt::format("{}", summary.ordering)},
      {"fingerprint_events", summary.fingerprints.events}};
  for (const auto& [key, value] : expected) {
    if (record.run_value(key) == value) continue;
    throw InputError({.file = path},
                     fmt::format("is not the record of this run: its {} is '{}', that of summary.json '{}'; "
                                 "replay the scenario again with --record",
                                 key, record.run_value(key), value));
  }
}

}  // namespace dse
