// A run as its run directory describes it, read back from summary.json and timing.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/record/fingerprint_hasher.h"
#include "sim/scenario/data_files.h"
#include "sim/scenario/scenario_keys.h"

namespace dse {

struct RunSummary {
  std::string scenario;       // file name
  std::string scenario_hash;  // hex
  std::string scenario_path;  // where it was; "" if timing.json is missing
  std::vector<std::string> settings;
  std::string capture;       // hex; "" if nothing came into the run from outside
  std::string capture_path;  // where it was; "" as above
  std::uint64_t seed = 0;
  std::uint64_t ordering = 0;
  std::string until;
  std::string version;
  std::string status;
  Fingerprints fingerprints;
  // Both as in summary.json; empty for a run by a program that did not keep them.
  std::optional<ScenarioKeys> keys;
  std::optional<DataDigests> data;
};

// Throws InputError when the folder is not a run directory, its summary is damaged, or its run was on a real
// broker and so has no events.
RunSummary read_run_summary(const std::filesystem::path& run);

}  // namespace dse
