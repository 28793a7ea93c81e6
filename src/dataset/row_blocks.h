// Memory for rows of numbers that are made one at a time and shared: as many as one block takes are kept
// together, and a block lives as long as one of its rows. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>

namespace dse {

class RowBlocks {
 public:
  explicit RowBlocks(std::size_t features) : features_(features) {}

  struct Row {
    std::shared_ptr<const void> owner;
    std::span<float> numbers;  // to be filled; they live as long as `owner`
  };
  Row next() {
    if (block_ == nullptr || used_ + features_ > kBlockNumbers) {
      block_ = std::make_shared_for_overwrite<float[]>(std::max(features_, kBlockNumbers));
      used_ = 0;
    }
    const std::span<float> numbers(block_.get() + used_, features_);
    used_ += features_;
    return {block_, numbers};
  }

 private:
  static constexpr std::size_t kBlockNumbers = 4096;

  std::size_t features_;
  std::shared_ptr<float[]> block_;
  std::size_t used_ = 0;
};

}  // namespace dse
