// The component of a simulation through which a test writes: each message handed in to it goes to the
// resource that was named with it, and the test gets what becomes of those that it asked about.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dse/component.h"
#include "dse/ring_buffer.h"
#include "dse/simulation.h"

namespace dse {

struct DriverTraffic {
  struct Target {
    std::string resource;
    bool confirm = false;
  };
  RingBuffer<Target> targets;                 // messages handed in but not yet written go there, in order
  std::vector<Simulation::Confirm> confirms;  // not yet taken
};

std::shared_ptr<const Component> make_driver(std::shared_ptr<DriverTraffic> traffic);

}  // namespace dse
