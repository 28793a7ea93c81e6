#include "sim/world/link_layers.h"

#include "sim/world/faults.h"
#include "sim/world/ledger_link.h"

namespace dse {

LinkLayers link_layers(Link& link, LinkIndex index, const ComponentConfig& component,
                       const std::vector<Fault>& faults, Ledger* ledger) {
  LinkLayers layers;
  const auto outermost = [&]() -> Link& { return layers.empty() ? link : *layers.back(); };
  for (auto fault = faults.rbegin(); fault != faults.rend(); ++fault) {
    if (!component.is_called(fault->component) || fault->kind == FaultKind::kCrash) continue;
    layers.push_back(std::make_unique<FaultyLink>(*fault, outermost()));
  }
  if (ledger != nullptr) layers.push_back(std::make_unique<LedgerLink>(*ledger, index, outermost()));
  return layers;
}

}  // namespace dse
