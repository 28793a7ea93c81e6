// The copies of messages that queues hold in the course of a recorded run, each with an id of its own.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace dse {

inline constexpr std::uint32_t kNoSlice = UINT32_MAX;

struct QueueCopy {
  static constexpr std::int64_t kWaits = -1;

  std::int64_t holder = kWaits;  // the component that has received it and not settled it
  std::size_t queue = 0;
  std::uint32_t slice = kNoSlice;  // that of its last delivery
  std::uint32_t next = 0;          // the next copy of the same message in the same queue; 0: none
};

class QueueCopies {
 public:
  // Adds one that waits, and returns its id, from 1.
  std::uint32_t add(std::int64_t queue, std::int64_t message);
  // The oldest of the message's copies in the queue that `holder` has; 0 when it has none.
  std::uint32_t find(std::int64_t queue, std::int64_t message, std::int64_t holder) const;
  // Removes one that find() has returned.
  void remove(std::int64_t queue, std::int64_t message, std::uint32_t copy);

  QueueCopy& operator[](std::uint32_t copy) { return copies_[copy]; }
  // One more than the last id.
  std::size_t size() const { return copies_.size(); }

 private:
  static std::uint64_t key_of(std::int64_t queue, std::int64_t message) {
    return static_cast<std::uint64_t>(message) << 24U | static_cast<std::uint64_t>(queue);
  }

  std::vector<QueueCopy> copies_ = {QueueCopy()};
  std::unordered_map<std::uint64_t, std::uint32_t> oldest_;  // by message and queue; of those not removed
};

}  // namespace dse
