// What a run directory holds, as far as this decides whether another run may take its place.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace dse {

// The files below a folder, as "FILE" or "FOLDER/FILE". Throws std::filesystem::filesystem_error.
std::set<std::string> files_below(const std::filesystem::path& folder);

// Whether it holds a capture: what came in from outside does not come again.
bool holds_capture(const std::filesystem::path& folder);
// Whether its run was interrupted; false when the directory does not say.
bool was_interrupted(const std::filesystem::path& folder);

struct KeepReason {
  std::string text;    // for human readers: "holds a capture, ..."
  std::string remedy;  // what to do with it: "move it away"
};
// Why nothing may ever replace what is at `path`; empty for an empty folder, and for a run directory whose
// file `lister` lists all that is in it. Throws std::filesystem::filesystem_error.
std::optional<KeepReason> reason_to_keep(const std::filesystem::path& path, const std::string& lister);

}  // namespace dse
