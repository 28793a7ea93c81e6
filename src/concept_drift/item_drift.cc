#include "concept_drift/item_drift.h"

#include <algorithm>
#include <string>

#include "concept_drift/transform_maker.h"

namespace dse {
namespace {

// Whether the scenario means the component when it names this one.
bool concerns(const ConceptDrift& drift, const MakeContext& context) {
  const auto names = [&](const std::string& name) {
    return std::find(drift.components.begin(), drift.components.end(), name) != drift.components.end();
  };
  return names(context.name) || (context.called && names(context.called(context.name)));
}

}  // namespace

ItemDrift::ItemDrift(const MakeContext& context, const Dataset& dataset) : drifted_(context.drifted) {
  for (const ConceptDrift& drift : context.drifts) {
    if (!drift.on || !concerns(drift, context)) continue;
    planted_.push_back({.drift = drift,
                        .transform = make_transform(drift, dataset, context.name),
                        .random = context.random(drift.stream)});
  }
}

bool ItemDrift::apply(DataItem& item, TimeNs now_ns) {
  for (Planted& planted : planted_) {
    if (!chooses(planted, now_ns)) continue;
    const DriftEffect effect = planted.transform->apply(item, planted.random);
    if (drifted_) drifted_(planted.drift.number, effect);
    if (effect == DriftEffect::kLeftOut) return false;
  }
  return true;
}

// Whether the item that is sent then is of the new concept.
bool ItemDrift::chooses(const Planted& planted, TimeNs now_ns) {
  const double share = share_of_new_concept(planted.drift, now_ns);
  return share == 1 || (share > 0 && planted.random.uniform() < share);
}

}  // namespace dse
