// Tells a message that comes a second time from a new one. An id proves nothing: whoever publishes
// may give one to many messages. So a message is one that was here before only when
//
//   - one of ours published it again, because it was not confirmed before a connection was lost: it
//     has the mark of its process and the number of its publication (headers.h), and is equal in
//     all else; or
//   - the broker marks it redelivered, and it is equal to one that was taken on a connection that
//     is gone, and that the broker may not know to be settled. Each one excuses one. With a
//     prefetch these are never more than that many, as messages are settled in their order, but for
//     refused ones, which do not count; of a connection that was left in good order
//     (Arrival::settled_before) they are those not settled.
//
// Bounded: of more messages the oldest are forgotten, and would be taken for new ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "amqp/consumer.h"
#include "amqp/recent_ids.h"
#include "dse/ring_buffer.h"

namespace dse {

class Duplicates {
 public:
  // For one subscription with that prefetch; 0: without.
  explicit Duplicates(std::uint16_t prefetch);

  // Notes a message that has arrived. Whether it was here before; one that is to be refused never
  // was: it is refused again.
  bool is_again(const Arrival& arrival);
  // It went back to the broker's queue on purpose: when it comes again, it is to be taken.
  void forget(const ArrivalTag& tag, std::uint64_t identity);

 private:
  struct Taken {
    std::uint64_t tag = 0;
    std::uint64_t identity = 0;
    bool operator==(const Taken&) const = default;
  };
  void begin_connection(const Arrival& first);
  void drop_oldest();

  std::size_t taken_max_;
  RecentIds published_;  // by publishers of ours
  std::uint64_t connection_ = 0;
  RingBuffer<Taken> taken_;                                   // of others, on this connection
  std::unordered_map<std::uint64_t, std::uint32_t> excused_;  // taken on connections that are lost
  RingBuffer<std::uint64_t> excused_in_order_;
};

}  // namespace dse
