// Feeds the reader of definitions whatever libFuzzer invents. What it takes becomes a scenario that reads
// back, and whose export is imported without a change. Built with clang and
// -fsanitize=fuzzer,address,undefined; see the target definitions_fuzz. tests/data/definitions is a corpus to
// begin with.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dse/error.h"
#include "dse/tables.h"
#include "sim/definitions/definitions_reader.h"
#include "sim/definitions/scenario_definitions.h"
#include "sim/definitions/scenario_skeleton.h"
#include "sim/scenario/scenario_reader.h"

namespace {

std::string exported(const dse::Definitions& definitions) {
  const dse::ScenarioSkeleton skeleton = dse::make_skeleton(definitions, std::nullopt, "d.json");
  const std::string text = dse::skeleton_text(skeleton, "d.json");
  static const dse::Tables tables = dse::built_in_tables();
  try {
    const dse::Scenario scenario = dse::parse_scenario(text, "s.toml", tables);
    return definitions_text(definitions_of(scenario, skeleton.vhost).definitions);
  } catch (const dse::InputError&) {
    std::abort();  // every skeleton is a scenario
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string once;
  try {
    once = exported(dse::parse_definitions({reinterpret_cast<const char*>(data), size}, "d.json"));
  } catch (const dse::InputError&) {
    return 0;
  }
  if (exported(dse::parse_definitions(once, "again.json")) != once) std::abort();
  return 0;
}
