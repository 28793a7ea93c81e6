// Multiplies some numbers of a row by a factor, and adds something to them.
#pragma once

#include <cstddef>
#include <vector>

#include "concept_drift/item_transform.h"
#include "dataset/row_blocks.h"

namespace dse {

class FeatureMap : public ItemTransform {
 public:
  struct Options {
    std::size_t features = 0;          // how many numbers a row has
    std::vector<std::size_t> changed;  // which of them change, by their places
    double factor = 1;
    double added = 0;  // to the product
  };
  explicit FeatureMap(Options options) : options_(std::move(options)), blocks_(options_.features) {}

  // Each number is computed in double and rounded to float32. What is beyond the largest float32 becomes
  // infinite; if it was not before, the effect is kInfinite.
  DriftEffect apply(DataItem& item, RandomStream& random) override;

 private:
  Options options_;
  RowBlocks blocks_;
};

}  // namespace dse
