#include "dse/random.h"

#include <Random123/philox.h>

#include <numeric>

#include "core/check.h"
#include "dse/hash.h"

namespace dse {
namespace {

__extension__ using UnsignedWide = unsigned __int128;

std::uint64_t digest_of(const std::vector<RandomStreams::Draws>& drawn) {
  Hasher hasher;
  for (const RandomStreams::Draws& stream : drawn) {
    hasher.add(stream.component);
    hasher.add(stream.purpose);
    hasher.add_u64(stream.count);
    hasher.add_u64(stream.digest);
  }
  return hasher.digest();
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view component, std::string_view purpose) {
  Hasher hasher;
  hasher.add_u64(seed);
  hasher.add(component);
  hasher.add(purpose);
  const std::uint64_t key = hasher.digest();
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

std::uint64_t RandomStream::next_u64() {
  std::uint64_t value = spare_;
  if (has_spare_) {
    has_spare_ = false;
  } else {
    r123::Philox4x32 philox;
    const r123::Philox4x32::ctr_type counter = {
        {static_cast<std::uint32_t>(counter_), static_cast<std::uint32_t>(counter_ >> 32), 0, 0}};
    const r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
    const auto block = philox(counter, key);
    ++counter_;
    value = block[0] | (static_cast<std::uint64_t>(block[1]) << 32);
    spare_ = block[2] | (static_cast<std::uint64_t>(block[3]) << 32);
    has_spare_ = true;
  }
  ++draws_;
  digest_ = hash_chain(digest_, value);
  return value;
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
  DSE_CHECK(bound > 0, "an empty range");
  UnsignedWide product = static_cast<UnsignedWide>(next_u64()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold) {
      product = static_cast<UnsignedWide>(next_u64()) * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::uniform() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }

TimeNs RandomStream::exponential_gap_ns(const Rate& rate) {
  // Draw a descending run of uniforms; a run of odd length accepts its first element as the fraction, one
  // of even length adds one to the whole part.
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;
  for (;; ++whole) {
    fraction = next_u64();
    std::uint64_t last = fraction;
    bool odd_length = true;
    for (;;) {
      const std::uint64_t next = next_u64();
      if (next >= last) break;
      last = next;
      odd_length = !odd_length;
    }
    if (odd_length) break;
  }
  const UnsignedWide variate = (static_cast<UnsignedWide>(whole) << 32) | (fraction >> 32);
  const UnsignedWide gap =
      (variate * static_cast<std::uint64_t>(rate.period_ns) / static_cast<std::uint64_t>(rate.count)) >> 32;
  return static_cast<TimeNs>(gap);
}

std::vector<std::uint32_t> RandomStream::permutation(std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  for (std::uint32_t last = count; last > 1; --last) {
    std::swap(order[last - 1], order[static_cast<std::size_t>(below(last))]);
  }
  return order;
}

RandomStream& RandomStreams::stream(const std::string& component, const std::string& purpose) {
  const auto key = std::pair(component, purpose);
  const auto found = streams_.find(key);
  if (found != streams_.end()) return found->second;
  return streams_.emplace(key, RandomStream(seed_, component, purpose)).first->second;
}

std::vector<RandomStreams::Draws> RandomStreams::draws() const {
  std::vector<Draws> drawn;
  for (const auto& [name, stream] : streams_) {
    if (stream.draws() > 0) drawn.push_back({name.first, name.second, stream.draws(), stream.digest()});
  }
  return drawn;
}

std::uint64_t RandomStreams::digest() const { return digest_of(draws()); }

std::uint64_t RandomStreams::digest(const std::string& component) const {
  std::vector<Draws> drawn = draws();
  std::erase_if(drawn, [&](const Draws& stream) { return stream.component != component; });
  return digest_of(drawn);
}

}  // namespace dse
