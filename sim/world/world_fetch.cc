// The prefetching of a world.
#include "core/prefetch.h"
#include "sim/world/world.h"
#include "sim/world/world_component.h"

namespace dse {

// Prefetches what coming events will touch while others are handled: first the component, then what
// it points to.
void World::fetch_ahead() const {
  constexpr std::size_t kFar = 12;
  constexpr std::size_t kNear = 6;
  if (const Event* event = scheduler_.coming(kFar)) {
    components_[event->target]->fetch(event->kind);
    fingerprinter_.fetch(event->target);
    if (event->kind == EventKind::kComponentReceives) latencies_.fetch(event->target);
  }
  if (const Event* event = scheduler_.coming(kNear)) {
    const Component& component = *components_[event->target];
    if (component.streams) bus_.broker().fetch(*component.streams);
    if (event->kind == EventKind::kComponentReceives) {
      component.machine.fetch_handler();
      prefetch(component.app.get());
    } else if (component.streams) {
      gauges_[*component.streams].fetch();
    }
  }
}

// The caller then touches these queues and components one after the other.
void World::fetch_for(const BusEvent& event) const {
  for (const ResourceIndex queue : event.queues) gauges_[queue].fetch();
  for (const LinkIndex notified : event.notified) prefetch(components_[notified].get());
}

}  // namespace dse
