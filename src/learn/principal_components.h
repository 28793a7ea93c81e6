// The directions in which the square roots of images' pixels vary most, found once from a sample of them, and
// the projection onto them. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dse/hash.h"
#include "dse/random.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/floats.h"
#include "learn/sparse_row.h"

namespace dse {

class PrincipalComponents {
 public:
  // `components` is at most `pixels`. Draws the directions that the search starts from.
  PrincipalComponents(std::size_t pixels, std::size_t components, RandomStream& random);

  // Finds the components of these images (one after the other, `pixels` bytes each) by subspace iteration
  // from random directions (Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review
  // 2011).
  void find(std::span<const std::uint8_t> images);

  // Writes stride() floats: the image's deviation from the sample's mean along each component, in square
  // roots of full-scale pixels; zeros past the last component. After find.
  void project(const std::uint8_t* pixels, float* result);

  std::size_t components() const { return components_; }
  std::size_t stride() const { return padded(components_); }

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  std::size_t pixels_;
  std::size_t components_;
  Floats directions_;  // [pixel][component]
  Floats offset_;      // minus the projection of the mean
  SparseRow row_;
};

}  // namespace dse
