#include "learn/pixel_table.h"

#include <cmath>
#include <cstddef>

namespace dse {
namespace {

template <typename Function>
PixelTable table_of(Function value) {
  PixelTable table;
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    table[byte] = value(static_cast<float>(byte) / kFullScale);
  }
  return table;
}

}  // namespace

const PixelTable& linear_pixels() {
  static const PixelTable kTable = table_of([](float value) { return value; });
  return kTable;
}

const PixelTable& square_root_pixels() {
  static const PixelTable kTable = table_of([](float value) { return std::sqrt(value); });
  return kTable;
}

}  // namespace dse
