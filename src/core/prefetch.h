// Asks the processor for memory that will be needed soon, so that it comes while other work is
// done. It reads nothing: any address will do.
#pragma once

#include <cstddef>
#include <utility>

namespace dse {

inline constexpr std::size_t kCacheLineBytes = 64;

inline void prefetch(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");  // gcc leaves out calls of a function that does nothing but prefetch
}

// The first bytes of an object, at most a cache line of them, wherever lines begin.
template <std::size_t kBytes>
void prefetch_bytes(const void* address) {
  static_assert(kBytes > 1 && kBytes <= kCacheLineBytes);
  prefetch(address);
  prefetch(static_cast<const char*>(address) + kBytes - 1);
}

// So many cache lines from the one that holds `address`.
template <std::size_t kLines>
void prefetch_lines(const void* address) {
  const auto* first = static_cast<const char*>(address);
  [first]<std::size_t... kLine>(std::index_sequence<kLine...>) {
    (prefetch(first + kLine * kCacheLineBytes), ...);
  }
  (std::make_index_sequence<kLines>());
}

}  // namespace dse
