// Whose method is being done; only door*.cc use this.
#pragma once

#include <string>

#include "door/door.h"

namespace dse {

struct Door::Caller {
  ClientState& client;
  ClientChannel& channel;

  ClientIndex index() const { return client.index; }
  const AccessRules& rules() const { return client.rules; }
};

// What the bus does for a client. The event has the effects of `act`; by itself it is a close.
template <typename Act>
BusEvent Door::on_bus(const Act& act) {
  return bus_.perform(act);
}

}  // namespace dse
