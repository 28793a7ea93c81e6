// The mark that distinguishes the messages of this process from those of others (header x-dse-run).
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>

#include "dse/hash.h"

namespace dse {

// Returns 16 hexadecimal digits, different at every call. `subject` is what the process runs.
inline std::string make_run_mark(std::string_view subject) {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return hex64(hash_text(fmt::format("{} {} {}", subject, getpid(), now)));
}

}  // namespace dse
