// Writes files of a run directory, each in one go, and open only during that time. A failure is a
// RunError that names the file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace dse {

// Makes the file contain `content` and nothing else.
void write_file(const std::string& path, std::string_view content);
// Appends `text` to the file, which must exist. After a failure it may end with a part of it.
void append_to_file(const std::string& path, std::string_view text);

// Throws a RunError that says what could not be done ("write") with which file or folder, why, and
// what helps.
[[noreturn]] void fail_to(const std::string& action, const std::filesystem::path& path,
                          const std::error_code& error);

}  // namespace dse
