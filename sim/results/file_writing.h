// How a file of a run directory is written: at once, and open only meanwhile. What cannot be
// written is a RunError that names the file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace dse {

// The file then holds `content` and nothing else.
void write_file(const std::string& path, std::string_view content);
// The file, which must be there, then ends with `text`. After a failure it may end with a part of
// it.
void append_to_file(const std::string& path, std::string_view text);

// Throws RunError: what could not be done ("write") with which file or folder, why, and what helps.
[[noreturn]] void fail_to(const std::string& action, const std::filesystem::path& path,
                          const std::error_code& error);

}  // namespace dse
