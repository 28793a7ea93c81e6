#include "dse/hash.h"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <bit>

namespace dse {

static_assert(std::endian::native == std::endian::little, "recorded bytes are little-endian");

std::uint64_t hash_bytes(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::uint64_t hash_text(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

std::uint64_t hash_chain(std::uint64_t seed, std::uint64_t value) {
  return XXH3_64bits_withSeed(&value, sizeof value, seed);
}

struct Hasher::State {
  XXH3_state_t xxh;
};

Hasher::Hasher()
    : state_(std::make_unique<State>()), buffer_(std::make_unique_for_overwrite<std::byte[]>(kBufferBytes)) {
  XXH3_64bits_reset(&state_->xxh);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::flush() {
  XXH3_64bits_update(&state_->xxh, buffer_.get(), used_);
  used_ = 0;
}

void Hasher::add(std::span<const std::byte> bytes) {
  if (used_ + bytes.size() > kBufferBytes) flush();
  if (bytes.size() > kBufferBytes) {
    XXH3_64bits_update(&state_->xxh, bytes.data(), bytes.size());
    return;
  }
  if (!bytes.empty()) std::memcpy(buffer_.get() + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

void Hasher::add(std::string_view text) {
  add_u64(text.size());
  add(std::as_bytes(std::span(text.data(), text.size())));
}

std::uint64_t Hasher::digest() {
  flush();
  return XXH3_64bits_digest(&state_->xxh);
}

std::string hex64(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace dse
