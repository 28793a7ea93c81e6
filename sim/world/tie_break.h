// A keyed order of simultaneous events: decides which of two events at one virtual time comes
// first.
//
// An event's place depends on the key, on its component, on its kind and on how many events of that
// kind and component came before it, not on what other components do; so a smaller scenario keeps
// the order of its remaining events.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "dse/random.h"
#include "sim/world/event.h"

namespace dse {

class TieBreak {
 public:
  // The number of bits of a place in the order.
  static constexpr unsigned kBits = 56;

  // `ordering` is the key; `components` has the names by target.
  TieBreak(std::uint64_t ordering, const std::vector<std::string>& components);

  std::uint64_t ordering() const { return ordering_; }
  // Returns the place of the next event of this kind and target: below 2^kBits, and the lowest
  // comes first.
  std::uint64_t next(EventKind kind, ComponentIndex target) {
    return places_[target][static_cast<std::size_t>(kind)].next_u64() >> (64 - kBits);
  }

 private:
  std::uint64_t ordering_;
  IndexedVector<ComponentIndex, std::vector<RandomStream>> places_;  // the inner vector is indexed by kind
};

}  // namespace dse
