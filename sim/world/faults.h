// Faults that a scenario plants, to see that its expectations notice: what goes wrong between one component
// and the bus. No fault draws random numbers, and a component without faults pays nothing.
//
//   lose       a message that it writes vanishes on its way to the bus
//   duplicate  a message is sent twice, with the same id
//   swap       a message is held back until the next one is written, and sent after it; what is still held
//              when the program ends is sent then
//   mislabel   the header `label` of a message is changed to (label + 1) mod classes; the key stays. Messages
//              without an integer label are not touched, and not counted
//   mute       an acknowledgement vanishes on its way to the bus
//   crash      the component dies; the world sees to it (World::dispatch)
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/scenario/scenario.h"
#include "sim/world/forwarding_link.h"

namespace dse {

// The exit status of a component that a fault made crash: that of a process that was killed.
inline constexpr int kCrashStatus = 137;

class FaultyLink : public ForwardingLink {
 public:
  // `fault` is any but a crash, and must outlive this.
  FaultyLink(const FaultConfig& fault, Link& inner);

  void publish(PublishRequest request) override;
  void acknowledge(std::uint64_t tag) override;
  void end(int status) override;

 private:
  struct Held {
    std::string resource;
    MessagePtr message;
    bool mandatory = false;
  };

  bool strikes();
  void publish_in_turn(PublishRequest request);
  void send_held();

  const FaultConfig& fault_;
  std::int64_t counted_ = 0;  // what it could have struck
  std::int64_t struck_ = 0;
  std::optional<Held> held_;
};

}  // namespace dse
