// Hashing for fingerprints and digests: XXH3 (64 bits) over a canonical little-endian byte stream.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace dse {

// XXH3 of `bytes`, seed 0.
std::uint64_t hash_bytes(std::span<const std::byte> bytes);
std::uint64_t hash_text(std::string_view text);
// XXH3 of `value`'s eight little-endian bytes with `seed`: chains values cheaply.
std::uint64_t hash_chain(std::uint64_t seed, std::uint64_t value);

// A running hash. Small additions are gathered in a buffer, so that adding a few bytes costs a few
// nanoseconds. One thread.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);  // its length, then its bytes
  void add_u64(std::uint64_t value) { add_u64s(value); }
  // Adds each of them, in order.
  template <std::same_as<std::uint64_t>... Values>
  void add_u64s(Values... values) {
    constexpr std::size_t kBytes = sizeof...(values) * sizeof(std::uint64_t);
    static_assert(kBytes <= kBufferBytes);
    if (used_ + kBytes > kBufferBytes) flush();
    std::byte* at = buffer_.get() + used_;
    ((std::memcpy(at, &values, sizeof values), at += sizeof values), ...);  // little-endian, as every target
    used_ += kBytes;
  }
  void add_i64(std::int64_t value) { add_u64(static_cast<std::uint64_t>(value)); }

  // The hash of all that has been added so far; more may be added afterwards.
  std::uint64_t digest();

 private:
  static constexpr std::size_t kBufferBytes = 16384;
  struct State;
  void flush();

  std::unique_ptr<State> state_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t used_ = 0;
};

// 16 lower-case hex digits.
std::string hex64(std::uint64_t value);

}  // namespace dse
