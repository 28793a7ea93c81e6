// The component of a simulation through which a test writes: each message handed in to it goes to the
// resource that was named with it.
#pragma once

#include <memory>
#include <string>

#include "dse/component.h"
#include "dse/message.h"
#include "dse/ring_buffer.h"

namespace dse {

// The resources of the messages that have been handed in but not yet written, in order.
using DriverTargets = std::shared_ptr<RingBuffer<std::string>>;

std::shared_ptr<const Component> make_driver(DriverTargets targets);

}  // namespace dse
