#include "sim/world/link_layers.h"

#include <utility>

#include "sim/world/faults.h"
#include "sim/world/ledger_link.h"

namespace dse {

LinkLayers link_layers(Link& link, LayerParts parts) {
  LinkLayers layers;
  const auto outermost = [&]() -> Link& { return layers.empty() ? link : *layers.back(); };
  if (parts.access) layers.push_back(std::make_unique<AccessLink>(link, std::move(*parts.access)));
  for (auto planted = parts.faults.rbegin(); planted != parts.faults.rend(); ++planted) {
    const Fault& fault = (*planted)->fault();
    if (fault.component != parts.component.name || !is_of_link(fault.kind)) continue;
    layers.push_back(std::make_unique<FaultyLink>(FaultyLink::Parts{
        .planted = **planted, .inner = outermost(), .timers = &parts.timers, .component = parts.index}));
  }
  if (parts.ledger != nullptr)
    layers.push_back(std::make_unique<LedgerLink>(*parts.ledger, parts.index, outermost()));
  return layers;
}

}  // namespace dse
