// The layers between a machine and its link: the ledger's notes and planted faults, or nothing.
#pragma once

#include <memory>
#include <vector>

#include "sdk/link.h"
#include "sim/scenario/scenario.h"
#include "sim/world/ledger.h"

namespace dse {

using LinkLayers =
    std::vector<std::unique_ptr<Link>>;  // each wraps the one before it; the machine uses the last

// Returns the layers around `link`, the component's link, which has the number `index`: the
// component's faults, with the first in the file nearest to the machine, and around them the
// ledger's notes, if there is a ledger. All arguments must outlive the layers.
LinkLayers link_layers(Link& link, LinkIndex index, const ComponentConfig& component,
                       const std::vector<Fault>& faults, Ledger* ledger);

}  // namespace dse
