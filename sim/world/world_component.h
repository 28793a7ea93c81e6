// A component of a world: its program, its link and what it runs on. Only world*.cc use this.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/prefetch.h"
#include "sim/world/component_life.h"
#include "sim/world/component_stays.h"
#include "sim/world/faults.h"
#include "sim/world/link_layers.h"
#include "sim/world/world.h"

namespace dse {

struct alignas(kCacheLineBytes) World::Component {
  // What each delivery needs comes first here and in the members, and is prefetched (fetch_ahead),
  // because a component among many is in no cache when its turn comes.
  std::int64_t outstanding = 0;          // messages handed to it and not settled
  std::optional<ResourceIndex> streams;  // set once the bus knows
  bool answers;
  bool crashed = false;
  bool has_life;  // the scenario says something about how it lives
  InprocLink link;
  std::unique_ptr<App> app;
  LinkLayers layers;
  ComponentStays stays;
  Machine machine;
  const ComponentConfig& config;
  RingBuffer<MessagePtr> imports;       // handed in; their time has not come
  std::unique_ptr<ComponentLife> life;  // if it has one

  Component(const ComponentConfig& component, std::unique_ptr<App> application, InprocLink::Parts parts,
            const std::vector<Fault>& faults, Ledger* ledger, TimeNs curve_every_ns)
      : answers(component.component->emits().answers),
        has_life(!component.life.empty()),
        link(parts),
        app(std::move(application)),
        layers(link_layers(link, parts.index, component, faults, ledger)),
        stays(component, curve_every_ns),
        machine(component.name, layers.empty() ? static_cast<Link&>(link) : *layers.back()),
        config(component),
        life(has_life ? std::make_unique<ComponentLife>() : nullptr) {
    machine.set_on_settle([this](const Settlement& settlement) { note_settlement(settlement); });
    if (ledger == nullptr) return;
    machine.set_on_handle([ledger, index = parts.index](const Delivered& delivery) {
      ledger->note_delivery(index, *delivery.message, delivery.redelivered);
    });
  }

  // Prefetches the memory that an event of this kind needs.
  void fetch(EventKind kind) const {
    constexpr std::size_t kLinesOfDelivery = 8;
    if (kind == EventKind::kComponentReceives) return prefetch_lines<kLinesOfDelivery>(this);
    prefetch(this);
  }

  // Called after the bus has received something from the component, and all resulting deliveries
  // were counted.
  void note_at_bus(const BusEvent& event) {
    switch (event.kind) {
      case EventCode::kStreamed:
        streams = event.resource;
        break;
      case EventCode::kReturned:  // a returned message is not a delivery
      case EventCode::kRequeued:
        --outstanding;
        break;
      case EventCode::kClosed:
        outstanding = 0;
        if (has_life && life->ends_under_way > 0) --life->ends_under_way;
        break;
      default:
        break;
    }
  }

  // A requeued message still counts as outstanding until the bus has received it.
  void note_settlement(const Settlement& settlement) {
    if (has_life) note_life(settlement);
    if (settlement.requeued) return;
    --outstanding;
    stays.add(settlement, link.now());
  }

  // Whether it starts again after a crash that happens now.
  bool comes_back() const;
  void note_life(const Settlement& settlement);
  // Keeps what its app has learned; no message is being handled, or it is just to be settled.
  void keep_checkpoint();
};

}  // namespace dse
