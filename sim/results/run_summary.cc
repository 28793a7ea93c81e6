#include "sim/results/run_summary.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>

#include "dse/error.h"
#include "sim/scenario/run_files.h"

namespace dse {
namespace {

using Json = nlohmann::ordered_json;  // keeps the order of keys

Json read_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const std::filesystem::path run = path.parent_path();
    if (std::filesystem::exists(run / kNodeFile))
      throw InputError({.file = run.string()},
                       "is of one node of a run on a broker: its events are in no record");
    throw InputError({.file = path.string()},
                     "cannot be read: expected a run directory, such as dse replay leaves");
  }
  try {
    return Json::parse(file);
  } catch (const nlohmann::json::exception& error) {
    throw InputError({.file = path.string()},
                     fmt::format("is damaged ({}): replay the scenario again", error.what()));
  }
}

ScenarioKeys keys_of(const Json& json) {
  ScenarioKeys keys;
  for (const auto& [key, value] : json.items()) keys.push_back({key, value.dump()});
  return keys;
}

// Reads what hex64() writes; returns 0, which is no file's digest, for anything else.
std::uint64_t number_of(const std::string& hex) {
  std::uint64_t number = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
  return number;
}

DataDigests digests_of(const Json& json) {
  DataDigests digests;
  for (const auto& [name, digest] : json.items()) digests[name] = number_of(digest.get<std::string>());
  return digests;
}

}  // namespace

RunSummary read_run_summary(const std::filesystem::path& run) {
  const std::filesystem::path path = run / kSummaryFile;
  const Json json = read_json(path);
  RunSummary summary;
  try {
    json.at("scenario").get_to(summary.scenario);
    json.at("scenario_hash").get_to(summary.scenario_hash);
    json.at("settings").get_to(summary.settings);
    json.at("seed").get_to(summary.seed);
    summary.ordering = json.value("ordering", std::uint64_t{0});
    summary.capture = json.value("capture", "");
    json.at("until").get_to(summary.until);
    json.at("version").get_to(summary.version);
    json.at("status").get_to(summary.status);
    if (json.contains("keys")) summary.keys = keys_of(json["keys"]);
    if (json.contains("data")) summary.data = digests_of(json["data"]);
    if (json.contains("metrics") && !json.contains("fingerprint"))
      throw InputError({.file = path.string()}, "is of a run on a broker: its events are in no record");
    const Json& fingerprint = json.at("fingerprint");
    fingerprint.at("events").get_to(summary.fingerprints.events);
    fingerprint.at("payload").get_to(summary.fingerprints.payload);
    fingerprint.at("draws").get_to(summary.fingerprints.draws);
    fingerprint.at("predictions").get_to(summary.fingerprints.predictions);
    fingerprint.at("models").get_to(summary.fingerprints.models);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(
        {.file = path.string()},
        fmt::format("is not the summary of a run ({}): replay the scenario again", error.what()));
  }
  const std::filesystem::path timing = run / kTimingFile;
  if (!std::filesystem::exists(timing)) return summary;
  try {
    const Json paths = read_json(timing);
    paths.at("scenario_path").get_to(summary.scenario_path);
    if (summary.capture.empty()) return summary;
    // The capture of an attached run is beside the summary, even if both were moved.
    summary.capture_path = (run / paths.at("capture_path").get<std::string>()).string();
  } catch (const nlohmann::json::exception&) {
    // Continues without the paths: only replaying the run needs them.
  }
  return summary;
}

}  // namespace dse
