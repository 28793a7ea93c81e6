// What goes wrong between one component and the bus, or with its times: every fault except a crash, a pause
// and a partition, which the world handles.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/world/fault_timers.h"
#include "sim/world/forwarding_link.h"
#include "sim/world/planted_fault.h"

namespace dse {

// The exit status of a component that a fault crashed: that of a killed process.
inline constexpr int kCrashStatus = 137;

class FaultyLink : public ForwardingLink {
 public:
  struct Parts {
    PlantedFault& planted;
    Link& inner;
    FaultTimers* timers = nullptr;  // for a reordering within a time
    ComponentIndex component = {};
  };
  // What the parts refer to must outlive this.
  explicit FaultyLink(const Parts& parts);

  void publish(PublishRequest request) override;
  void acknowledge(std::uint64_t tag) override;
  void resume_after(TimeNs delay_ns) override;
  void compute(Job job, TimeNs duration_ns) override;
  void end(int status) override;

 private:
  struct Held {
    std::string resource;
    MessagePtr message;
    bool mandatory = false;
    bool confirm = false;
    TimeNs later_ns = 0;
    std::uint64_t number = 0;
    std::int64_t overtaken_most = 0;  // it goes after so many others
  };

  bool strikes(const PublishRequest& request) { return planted_.strikes(now(), &request.message); }
  const Fault& fault() const { return planted_.fault(); }
  void duplicate(PublishRequest request);
  void mislabel(PublishRequest& request);
  void corrupt(PublishRequest& request);
  void delay(PublishRequest& request);
  void reorder(PublishRequest request);
  Held& hold(PublishRequest&& request);
  void release(std::size_t place);
  void release_of_time(std::uint64_t number);
  void note_overtaking();
  TimeNs slowed(TimeNs time_ns);

  PlantedFault& planted_;
  FaultTimers* timers_;
  ComponentIndex component_;
  std::vector<Held> held_;  // in the order of writing
  std::uint64_t held_ever_ = 0;
};

}  // namespace dse
