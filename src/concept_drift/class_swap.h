// Two classes change their labels: what was the one is now the other. The bytes stay as they are.
#pragma once

#include <array>

#include "concept_drift/item_transform.h"

namespace dse {

// What the label of an item of the old concept is in the new one.
inline int swapped_label(std::array<int, 2> classes, int label) {
  if (label == classes[0]) return classes[1];
  return label == classes[1] ? classes[0] : label;
}

class ClassSwap : public ItemTransform {
 public:
  explicit ClassSwap(std::array<int, 2> classes) : classes_(classes) {}

  DriftEffect apply(DataItem& item, RandomStream&) override {
    if (item.label) item.label = swapped_label(classes_, *item.label);
    return DriftEffect::kChanged;
  }

 private:
  std::array<int, 2> classes_;
};

}  // namespace dse
