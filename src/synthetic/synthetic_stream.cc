#include "synthetic/synthetic_stream.h"

#include <fmt/format.h>

namespace dse {

std::vector<std::string> numbered_names(const std::string& prefix, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t number = 1; number <= count; ++number)
    names.push_back(fmt::format("{}{}", prefix, number));
  return names;
}

}  // namespace dse
