// How the items of one component drift: the planted drifts that concern it, one after the other, in the order
// of the scenario.
//
// What is drawn comes from a random stream of the component for each drift, ConceptDrift::stream; so nothing
// else that is drawn shifts it. An abrupt drift draws nothing to choose its items.
#pragma once

#include <memory>
#include <vector>

#include "concept_drift/item_transform.h"
#include "dse/component.h"

namespace dse {

class ItemDrift {
 public:
  // Throws InputError where a drift does not fit the component's data. The random streams of the context must
  // outlive it.
  ItemDrift(const MakeContext& context, const Dataset& dataset);

  // Makes of the item what is sent at that time. False: it is left out.
  bool apply(DataItem& item, TimeNs now_ns);

 private:
  struct Planted {
    ConceptDrift drift;
    std::unique_ptr<ItemTransform> transform;
    RandomStream& random;
  };
  static bool chooses(const Planted& planted, TimeNs now_ns);

  std::vector<Planted> planted_;
  DriftSink drifted_;
};

}  // namespace dse
