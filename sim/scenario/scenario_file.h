// The bytes of a scenario file.
#pragma once

#include <string>

namespace dse {

// The text in `path`, which may be a pipe as well: one that nobody writes to yet is waited for, and standard
// error says so. Throws InputError when it cannot be read, or is no scenario by its size.
std::string read_scenario_file(const std::string& path);

}  // namespace dse
