#include "learn/input_words.h"

#include <fmt/format.h>

namespace dse {

std::string input_words(const ImageShape& shape, int features) {
  if (features > 0) return fmt::format("rows of {} number{}", features, features == 1 ? "" : "s");
  return fmt::format("images of {} x {}", shape.rows, shape.columns);
}

}  // namespace dse
