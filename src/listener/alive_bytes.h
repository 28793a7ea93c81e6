// How many bytes of bodies that clients published are still alive anywhere in the process, and the memory
// alarm that this raises.
//
// Any thread may drop the last reference to a body; everything else is for the thread that reads sockets.
// Bodies may outlive this object.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dse/payload.h"

namespace dse {

class AliveBytes {
 public:
  // Beyond `limit_bytes` there is the alarm, until an eighth of them is free again; then `fallen` is called,
  // perhaps more often than needed, by whichever thread drops a body.
  AliveBytes(std::uint64_t limit_bytes, std::function<void()> fallen);
  ~AliveBytes();
  AliveBytes(const AliveBytes&) = delete;
  AliveBytes& operator=(const AliveBytes&) = delete;

  bool alarm();
  std::uint64_t count() const;

 private:
  struct Counter;

 public:
  // Bytes that count as long as this lives.
  class Share {
   public:
    Share() = default;
    Share(std::shared_ptr<Counter> counter, std::uint64_t bytes);
    ~Share();
    Share(Share&& other) noexcept;
    Share& operator=(Share&& other) noexcept;

   private:
    std::shared_ptr<Counter> counter_;
    std::uint64_t bytes_ = 0;
  };
  Share reserve(std::uint64_t bytes) { return Share(counter_, bytes); }
  // A payload of these bytes; the share counts as long as the payload's bytes live.
  static Payload payload_of(std::string bytes, Share share);

 private:
  const std::uint64_t limit_bytes_;
  std::shared_ptr<Counter> counter_;
  bool alarm_ = false;
};

}  // namespace dse
