// Asks the processor for memory that will be needed soon, so that it comes while other work is done. It reads
// nothing: any address will do.
#pragma once

#include <cstddef>

namespace dse {

inline constexpr std::size_t kCacheLineBytes = 64;

inline void prefetch(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");  // gcc leaves out calls of a function that does nothing but prefetch
}

// So many cache lines from the one that holds `address`.
template <std::size_t kLines>
void prefetch_lines(const void* address) {
  for (std::size_t line = 0; line < kLines; ++line)
    prefetch(static_cast<const char*>(address) + line * kCacheLineBytes);
}

}  // namespace dse
