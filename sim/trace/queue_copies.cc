#include "sim/trace/queue_copies.h"

namespace dse {

std::uint32_t QueueCopies::add(std::int64_t queue, std::int64_t message) {
  const auto copy = static_cast<std::uint32_t>(copies_.size());
  copies_.push_back({.queue = static_cast<std::size_t>(queue)});
  const auto [oldest, is_first] = oldest_.try_emplace(key_of(queue, message), copy);
  if (is_first) return copy;
  std::uint32_t last = oldest->second;
  while (copies_[last].next != 0) last = copies_[last].next;
  copies_[last].next = copy;
  return copy;
}

std::uint32_t QueueCopies::find(std::int64_t queue, std::int64_t message, std::int64_t holder) const {
  const auto oldest = oldest_.find(key_of(queue, message));
  std::uint32_t copy = oldest == oldest_.end() ? 0 : oldest->second;
  while (copy != 0 && copies_[copy].holder != holder) copy = copies_[copy].next;
  return copy;
}

void QueueCopies::remove(std::int64_t queue, std::int64_t message, std::uint32_t copy) {
  const auto oldest = oldest_.find(key_of(queue, message));
  if (oldest->second == copy) {
    if (copies_[copy].next == 0) {
      oldest_.erase(oldest);
    } else {
      oldest->second = copies_[copy].next;
    }
    return;
  }
  std::uint32_t before = oldest->second;
  while (copies_[before].next != copy) before = copies_[before].next;
  copies_[before].next = copies_[copy].next;
}

}  // namespace dse
