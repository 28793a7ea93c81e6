#include "sim/world/tie_break.h"

namespace dse {

TieBreak::TieBreak(std::uint64_t ordering, const std::vector<std::string>& components) : ordering_(ordering) {
  for (const std::string& component : components) {
    std::vector<RandomStream> streams;
    for (std::size_t kind = 0; kind < kEventKinds; ++kind)
      streams.emplace_back(ordering, component, "place of event kind " + std::to_string(kind));
    places_.push_back(std::move(streams));
  }
}

}  // namespace dse
