// What the latest messages are known by, to notice one that comes a second time. Bounded: the oldest are
// forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "core/ring_buffer.h"

namespace dse {

class RecentIds {
 public:
  explicit RecentIds(std::size_t most) : most_(most) {}

  bool contains(std::uint64_t id_hash) const { return ids_.contains(id_hash); }
  // False when it was there already.
  bool add(std::uint64_t id_hash) {
    if (!ids_.insert(id_hash).second) return false;
    order_.push_back(id_hash);
    if (order_.size() > most_) ids_.erase(order_.pop_front());
    return true;
  }
  void remove(std::uint64_t id_hash) {
    if (ids_.erase(id_hash) > 0) order_.remove(id_hash);
  }

 private:
  std::size_t most_;
  std::unordered_set<std::uint64_t> ids_;
  RingBuffer<std::uint64_t> order_;
};

}  // namespace dse
