// What goes wrong between one component and the bus: every fault except a crash, which the world
// handles.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dse/fault.h"
#include "sim/world/forwarding_link.h"

namespace dse {

// The exit status of a component that a fault crashed: that of a killed process.
inline constexpr int kCrashStatus = 137;

class FaultyLink : public ForwardingLink {
 public:
  // `fault` must not be a crash, and must outlive this.
  FaultyLink(const Fault& fault, Link& inner);

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

  const Fault& fault_;
  std::int64_t counted_ = 0;  // messages that it could have affected
  std::int64_t struck_ = 0;
  std::optional<Held> held_;
};

}  // namespace dse
