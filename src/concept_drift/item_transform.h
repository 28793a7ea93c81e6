// What a new concept makes of an item of the old one. Each transform is a pure function of the item and of
// what it draws; what it changes is memory of its own, and the item's old bytes stay as they are.
#pragma once

#include "dse/concept_drift.h"
#include "dse/dataset.h"
#include "dse/random.h"

namespace dse {

// Used by one thread at a time.
class ItemTransform {
 public:
  virtual ~ItemTransform() = default;
  // Makes the item one of the new concept. What it returns says what has become of it; an item that is left
  // out is not to be sent.
  virtual DriftEffect apply(DataItem& item, RandomStream& random) = 0;
};

}  // namespace dse
