// Tells a message that comes a second time from a new one. An id proves nothing, because a
// publisher may give the same id to many messages. So a message counts as one that was here before
// only when
//
//   - one of our processes published it again, because a connection was lost before it was
//     confirmed: it then has the same mark of its process and number of its publication
//     (headers.h), and is equal in all else but the times in x-death; or
//   - the broker marks it redelivered, and it is equal to one that was taken on a lost connection
//     and that the broker may not know to be settled. Each of these excuses one duplicate. With a
//     prefetch there are never more of them than the prefetch, because messages are settled in
//     order, except refused ones, which do not count; on a connection that was left in good order
//     (Arrival::settled_before) they are exactly the unsettled ones.
//
// Memory is bounded: the oldest messages are forgotten, and would then be taken for new ones.
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
  // For one subscription with this prefetch; 0: no limit.
  explicit Duplicates(std::uint16_t prefetch);

  // Notes a message that has arrived, and returns whether it was here before; always false for one
  // that must be refused, which is then refused again.
  bool is_again(const Arrival& arrival);
  // The message was requeued on purpose: when it comes again, it is not a duplicate.
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
  RecentIds published_;  // by our own publishers
  std::uint64_t connection_ = 0;
  RingBuffer<Taken> taken_;                                   // from others, on this connection
  std::unordered_map<std::uint64_t, std::uint32_t> excused_;  // taken on lost connections
  RingBuffer<std::uint64_t> excused_in_order_;
};

}  // namespace dse
