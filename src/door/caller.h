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

// What the bus does for a client: the event has the operation's effects, and observers hear of it.
template <typename Act>
BusEvent Door::on_bus(EventCode code, ResourceIndex resource, const Act& act) {
  BusEvent event = bus_.perform(act);
  event.kind = code;
  event.resource = resource;
  return event;
}

}  // namespace dse
