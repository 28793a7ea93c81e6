// The parts of a run directory's content that decide whether another run may replace it.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace dse {

// Returns the files below a folder, as "FILE" or "FOLDER/FILE". Throws
// std::filesystem::filesystem_error.
std::set<std::string> files_below(const std::filesystem::path& folder);

// Whether it holds a capture, which could not be made again: what came from outside does not come
// twice.
bool holds_capture(const std::filesystem::path& folder);
// Whether its run was interrupted; false if the directory does not say.
bool was_interrupted(const std::filesystem::path& folder);

struct KeepReason {
  std::string text;    // for human readers: "holds a capture, ..."
  std::string remedy;  // what to do with it: "move it away"
};
// Returns why nothing may ever replace what is at `path`; empty for an empty folder, and for a run
// directory whose file `lister` lists everything in it. Throws std::filesystem::filesystem_error.
std::optional<KeepReason> reason_to_keep(const std::filesystem::path& path, const std::string& lister);

}  // namespace dse
