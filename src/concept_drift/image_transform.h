// Transforms of images: unsigned bytes, row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "concept_drift/item_transform.h"

namespace dse {

struct ImageSize {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

using Pixels = std::span<const std::uint8_t>;
using NewPixels = std::span<std::uint8_t>;

// An item becomes another image of the same size, in memory of its own.
class ImageTransform : public ItemTransform {
 public:
  DriftEffect apply(DataItem& item, RandomStream& random) final {
    const std::size_t count = item.bytes.size();
    auto pixels = std::make_shared_for_overwrite<std::uint8_t[]>(count);
    transform({reinterpret_cast<const std::uint8_t*>(item.bytes.data()), count}, {pixels.get(), count},
              random);
    item.bytes = std::as_bytes(std::span(pixels.get(), count));
    item.owner = std::move(pixels);
    return DriftEffect::kChanged;
  }

  // Writes all pixels of the new image, which is as large as the old one and elsewhere in memory.
  virtual void transform(Pixels old_image, NewPixels new_image, RandomStream& random) const = 0;
};

}  // namespace dse
