// Items are left out, so that their classes are as frequent as they were times a weight.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "concept_drift/item_transform.h"

namespace dse {

class ClassPrior : public ItemTransform {
 public:
  // An item of class c stays with probability weights[c].
  explicit ClassPrior(std::vector<double> weights) : weights_(std::move(weights)) {}

  DriftEffect apply(DataItem& item, RandomStream& random) override {
    const bool stays = !item.label || random.uniform() < weights_[static_cast<std::size_t>(*item.label)];
    return stays ? DriftEffect::kChanged : DriftEffect::kLeftOut;
  }

 private:
  std::vector<double> weights_;
};

}  // namespace dse
