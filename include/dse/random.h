// Seeded random streams: Philox4x32-10, a counter-based generator (Salmon et al., "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011). A stream is named by (seed, component, purpose), so adding a component does
// not shift the draws of any other. What is drawn is hashed for the `draws` fingerprint.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dse/time.h"

namespace dse {

// One stream. Used by one thread at a time.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view component, std::string_view purpose);

  std::uint64_t next_u64();
  // Uniform in [0, bound), without bias (Lemire 2019); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [0, 1): a multiple of 2^-53. For learning only, never for time.
  double uniform();
  // The gap to the next arrival of a Poisson process of this rate, in ns, rounded down. Integer arithmetic
  // only: von Neumann's comparison method ("Various techniques used in connection with random digits", 1951).
  TimeNs exponential_gap_ns(const Rate& rate);
  // 0 … count-1 in random order (Fisher and Yates).
  std::vector<std::uint32_t> permutation(std::uint32_t count);

  std::uint64_t draws() const { return draws_; }
  std::uint64_t digest() const { return digest_; }

 private:
  std::array<std::uint32_t, 2> key_{};
  std::uint64_t counter_ = 0;
  std::uint64_t spare_ = 0;
  bool has_spare_ = false;
  std::uint64_t draws_ = 0;
  std::uint64_t digest_ = 0;
};

// All streams of a run, by name.
class RandomStreams {
 public:
  explicit RandomStreams(std::uint64_t seed) : seed_(seed) {}

  std::uint64_t seed() const { return seed_; }

  // The stream of this name, made on first use; the reference stays valid.
  RandomStream& stream(const std::string& component, const std::string& purpose);
  struct Draws {
    std::string component;
    std::string purpose;
    std::uint64_t count = 0;
    std::uint64_t digest = 0;
  };
  // What was drawn from every stream that was used, in name order.
  std::vector<Draws> draws() const;
  // The digest of (component, purpose, draws, digest) of all of these, or of those of one component.
  std::uint64_t digest() const;
  std::uint64_t digest(const std::string& component) const;

 private:
  std::uint64_t seed_;
  std::map<std::pair<std::string, std::string>, RandomStream> streams_;
};

}  // namespace dse
