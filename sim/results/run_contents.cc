#include "sim/results/run_contents.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/printable.h"
#include "sim/capture/capture.h"
#include "sim/scenario/run_files.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

// Returns null when the file is missing or damaged. One that keeps the order of its keys would look through
// all of them for each: there may be a hundred thousand metrics.
nlohmann::json note_of_run(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
  return json.is_object() ? json : nlohmann::json();
}

// The files that the run says it wrote, including the list itself; empty when there is no list, as
// in older run directories.
std::optional<std::set<std::string>> files_listed(const fs::path& folder, const std::string& lister) {
  const nlohmann::json note = note_of_run(folder / lister);
  if (!note.contains("files") || !note["files"].is_array()) return std::nullopt;
  std::set<std::string> files = {lister};
  for (const nlohmann::json& file : note["files"]) {
    if (file.is_string()) files.insert(file.get<std::string>());
  }
  return files;
}

}  // namespace

std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_symlink() || !entry.is_directory())
      files.insert(entry.path().lexically_relative(folder).string());
  }
  return files;
}

bool holds_capture(const fs::path& folder) {
  const fs::path path = folder / kCaptureFile;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  std::ifstream file(path, std::ios::binary);
  if (!file) return true;  // we cannot judge what we cannot read
  std::string start(kCaptureMagic.size(), '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return start == kCaptureMagic;
}

bool was_interrupted(const fs::path& folder) {
  for (const char* name : {kSummaryFile, kNodeFile}) {
    const nlohmann::json note = note_of_run(folder / name);
    if (note.contains("status")) return note["status"] == "interrupted";
  }
  return false;
}

std::optional<KeepReason> reason_to_keep(const fs::path& path, const std::string& lister) {
  const KeepReason no_run{.text = "exists and is not a run directory", .remedy = "remove it"};
  if (!fs::is_directory(path)) return no_run;
  if (holds_capture(path)) {
    return KeepReason{.text = "holds a capture, and what came in comes no second time",
                      .remedy = "move it away"};
  }
  const std::set<std::string> files = files_below(path);
  if (files.empty()) return std::nullopt;
  const std::optional<std::set<std::string>> listed = files_listed(path, lister);
  if (!listed) return no_run;
  for (const std::string& file : files) {
    if (listed->contains(file)) continue;
    return KeepReason{.text = fmt::format("holds '{}', which no run has written there", printable(file)),
                      .remedy = "move it away"};
  }
  return std::nullopt;
}

}  // namespace dse
