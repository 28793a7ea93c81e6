#include "sim/results/run_summary.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace dse {
namespace {

nlohmann::json read_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw InputError({.file = path.string()},
                     "cannot be read: expected a run directory, such as dse replay leaves");
  }
  try {
    return nlohmann::json::parse(file);
  } catch (const nlohmann::json::exception& error) {
    throw InputError({.file = path.string()},
                     fmt::format("is damaged ({}): replay the scenario again", error.what()));
  }
}

}  // namespace

RunSummary read_run_summary(const std::filesystem::path& run) {
  const std::filesystem::path path = run / "summary.json";
  const nlohmann::json json = read_json(path);
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
    const nlohmann::json& fingerprint = json.at("fingerprint");
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
  const std::filesystem::path timing = run / "timing.json";
  if (!std::filesystem::exists(timing)) return summary;
  try {
    const nlohmann::json paths = read_json(timing);
    paths.at("scenario_path").get_to(summary.scenario_path);
    if (!summary.capture.empty()) paths.at("capture_path").get_to(summary.capture_path);
  } catch (const nlohmann::json::exception&) {
    // Without the paths: only who replays the run again needs it.
  }
  return summary;
}

}  // namespace dse
