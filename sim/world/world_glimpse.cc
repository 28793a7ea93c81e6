// What World::glimpse() tells.
#include <algorithm>

#include "sim/world/world.h"
#include "sim/world/world_component.h"

namespace dse {

Glimpse World::glimpse() const {
  Glimpse seen{.virtual_time_ns = now(),
               .events = scheduler_.event_number(),
               .deliveries = fingerprinter_.hasher().deliveries(),
               .share_done = share_done()};
  for (const auto& [name, figures] : scorer_.figures()) {
    if (const std::optional<double> accuracy = figures.window().accuracy)
      seen.accuracies.emplace_back(name, *accuracy);
  }
  return seen;
}

// A run that drains ends after the source that has most left to send.
std::optional<double> World::share_done() const {
  if (scenario_.until_ns) {
    if (*scenario_.until_ns == 0) return 1;
    return static_cast<double>(now()) / static_cast<double>(*scenario_.until_ns);
  }
  std::optional<double> least;
  for (const auto& component : components_) {
    const std::optional<double> share = component->app->share_sent();
    if (share) least = std::min(*share, least.value_or(1));
  }
  return least;
}

}  // namespace dse
