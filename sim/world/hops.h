// How long frames take between one component and the bus, each way.
//
// Each direction is first in, first out, as a connection is: no frame arrives before one that was sent before
// it, however short its own time is. Frames of a constant latency cost one addition. Used by the deciding
// thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "dse/drawn_time.h"
#include "dse/random.h"
#include "dse/time.h"

namespace dse {

class Hops {
 public:
  explicit Hops(TimeNs latency_ns) : latency_ns_(latency_ns) {}

  // The streams from which the times of the two directions are drawn; they must outlive this.
  struct Streams {
    RandomStream& to_bus;
    RandomStream& to_component;
  };
  // From now on each hop takes a time of its own, frames may be held up, and are counted.
  void vary(const DrawnTime& latency, Streams streams) {
    varied_ = std::make_unique<Varied>(
        Varied{.latency = latency, .to_bus = {streams.to_bus}, .to_component = {streams.to_component}});
  }
  bool varies() const { return varied_ != nullptr; }

  // When a frame that is sent now arrives; `later_ns` is how much longer it takes than it would.
  TimeNs to_bus(TimeNs now, TimeNs later_ns) {
    if (varied_ == nullptr) [[likely]]
      return add_time(now, latency_ns_);
    return arrival(varied_->to_bus, now, later_ns);
  }
  TimeNs to_component(TimeNs now) {
    if (varied_ == nullptr) [[likely]]
      return add_time(now, latency_ns_);
    return arrival(varied_->to_component, now, 0);
  }

  // One direction of hops that vary.
  struct Way {
    RandomStream& random;
    TimeNs last_ns = 0;      // when the last frame that was sent arrives
    std::uint64_t sent = 0;  // frames
  };
  // Only for hops that vary.
  const Way& to_bus() const { return varied_->to_bus; }
  const Way& to_component() const { return varied_->to_component; }
  TimeNs mean_ns() const { return varied_->latency.mean_ns(); }

 private:
  struct Varied {
    DrawnTime latency;
    Way to_bus;
    Way to_component;
  };

  [[gnu::noinline]] TimeNs arrival(Way& way, TimeNs now, TimeNs later_ns) {
    const TimeNs latency_ns = varied_->latency.draw(way.random);
    way.last_ns = std::max(way.last_ns, add_time(add_time(now, latency_ns), later_ns));
    ++way.sent;
    return way.last_ns;
  }

  TimeNs latency_ns_;
  std::unique_ptr<Varied> varied_;  // null: every hop takes latency_ns_
};

}  // namespace dse
