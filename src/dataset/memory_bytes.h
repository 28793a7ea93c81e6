// How much memory the machine has, used or not. What announces more is refused before anything is allocated.
#pragma once

#include <unistd.h>

#include <cstdint>

namespace dse {

inline std::uint64_t memory_bytes() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace dse
