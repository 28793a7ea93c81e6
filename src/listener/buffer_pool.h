// Buffers that were big once, for whoever needs a big one next, so that a connection which has nothing to say
// holds none. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace dse {

class BufferPool {
 public:
  // Gives the buffer room if one is there; it must be empty.
  void lend(std::string& buffer) {
    if (buffer.capacity() > kSmallBytes || buffers_.empty()) return;
    buffer = std::move(buffers_.back());
    buffers_.pop_back();
  }
  // Takes back the room of a buffer that has nothing in it.
  void take_back(std::string& buffer) {
    if (buffer.capacity() <= kSmallBytes) return;
    // Moving is what gives up the room: an empty string that is assigned would keep it.
    std::string taken = std::move(buffer);
    taken.clear();
    if (buffers_.size() < kBuffersMax && taken.capacity() <= kBigBytes) buffers_.push_back(std::move(taken));
  }

 private:
  static constexpr std::size_t kSmallBytes = 1024;
  static constexpr std::size_t kBigBytes = 256 * 1024;
  static constexpr std::size_t kBuffersMax = 8;

  std::vector<std::string> buffers_;
};

}  // namespace dse
