// A gate: what limits the deliveries to several streams together, beside their own prefetch.
//
// The streams of a channel share a gate, whose prefetch is that of basic.qos with `global`. The gates of a
// client's channels have a parent, which bounds what was sent to the client and is not yet written, and what
// the client holds unacknowledged. A stream gets a message only while its gate and that gate's parent have
// room; one message may go beyond the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/queue_policies.h"
#include "dse/index.h"

namespace dse {

using GateIndex = Index<struct GateKind>;
inline constexpr GateIndex kNoGate{UINT32_MAX};

struct GateLimits {
  std::uint32_t prefetch = 0;       // the most unacknowledged deliveries; 0: no limit
  std::int64_t held_bytes_max = 0;  // the most payload bytes unacknowledged; 0: no limit
  bool counts_bytes = false;        // only so many bytes pass as refill_gate() lets
  bool operator==(const GateLimits&) const = default;
};

struct Gate {
  // What a delivery counts beside its payload: the rest of it takes memory and time as well.
  static constexpr std::int64_t kBytesOfDelivery = 128;

  GateLimits limits;
  GateIndex parent = kNoGate;
  std::uint32_t unacknowledged = 0;
  std::int64_t held_bytes = 0;
  std::int64_t passing_bytes = 0;         // may still pass
  std::vector<StreamIndex> streams = {};  // that are open
  std::vector<GateIndex> children = {};

  bool has_room() const {
    return (limits.prefetch == 0 || unacknowledged < limits.prefetch) &&
           (limits.held_bytes_max == 0 || held_bytes < limits.held_bytes_max) &&
           (!limits.counts_bytes || passing_bytes > 0);
  }
};

}  // namespace dse
