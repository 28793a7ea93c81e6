#include "sim/capture/capture.h"

#include <filesystem>

#include "core/version.h"
#include "dse/hash.h"

namespace dse {

CaptureHeader capture_header(const Scenario& scenario, const DataDigests& data, std::uint64_t seed,
                             std::uint64_t ordering) {
  CaptureHeader header{.scenario = std::filesystem::path(scenario.path).filename().string(),
                       .scenario_hash = scenario.hash,
                       .seed = seed,
                       .ordering = ordering,
                       .version = version(),
                       .data = data};
  for (const ComponentConfig& component : scenario.components) {
    if (is_import(component)) header.imports.push_back(component.name);
  }
  return header;
}

std::uint64_t capture_checksum(std::uint64_t before, std::string_view body) {
  return hash_chain(before, hash_text(body));
}

}  // namespace dse
