// The bytes of a scenario file.
#pragma once

#include <cstddef>
#include <string>

namespace dse {

inline constexpr std::size_t kScenarioBytesMax = 16 << 20;

// The text in `path`, which may also be a pipe: it waits for a pipe without a writer, and says so on standard
// error. Throws InputError when it cannot be read, or is too large to be a scenario.
std::string read_scenario_file(const std::string& path);

}  // namespace dse
