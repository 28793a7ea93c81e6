// Ids of the latest messages, to notice one that comes a second time. Memory is bounded: the oldest
// are forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "dse/ring_buffer.h"

namespace dse {

class RecentIds {
 public:
  explicit RecentIds(std::size_t most) : most_(most) {}

  bool contains(std::uint64_t identity) const { return ids_.contains(identity); }
  // Returns false when it was already there.
  bool add(std::uint64_t identity) {
    if (!ids_.insert(identity).second) return false;
    order_.push_back(identity);
    if (order_.size() > most_) ids_.erase(order_.pop_front());
    return true;
  }
  void remove(std::uint64_t identity) {
    if (ids_.erase(identity) > 0) order_.remove(identity);
  }

 private:
  std::size_t most_;
  std::unordered_set<std::uint64_t> ids_;
  RingBuffer<std::uint64_t> order_;
};

}  // namespace dse
