// The layers between a machine and its link: the ledger's notes and planted faults, or nothing.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sdk/link.h"
#include "sim/scenario/scenario.h"
#include "sim/world/access_link.h"
#include "sim/world/fault_timers.h"
#include "sim/world/ledger.h"
#include "sim/world/planted_fault.h"

namespace dse {

using LinkLayers =
    std::vector<std::unique_ptr<Link>>;  // each wraps the one before it; the machine uses the last

// What the layers of one component are made of; all of it must outlive them.
struct LayerParts {
  LinkIndex index;  // the number of the component's link
  const ComponentConfig& component;
  const PlantedFaults& faults;  // those of all components
  FaultTimers& timers;
  Ledger* ledger;                     // null: there is none
  std::optional<AccessCheck> access;  // empty: nobody checks what the component may do
};
// Returns the layers around `link`: what its user may do, as the broker sees it; the component's faults, with
// the first in the file nearest to the machine; and around them the ledger's notes, if there is a ledger.
LinkLayers link_layers(Link& link, LayerParts parts);

}  // namespace dse
