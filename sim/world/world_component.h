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
#include "sim/world/reconnecting_link.h"
#include "sim/world/traffic.h"
#include "sim/world/world.h"

namespace dse {

// What a component has whose process may pause or whose connection may be cut.
struct World::Hindrance {
  ReconnectingLink connection;
  TimeNs paused_until_ns = 0;
  TimeNs cut_until_ns = 0;
  bool loses_connection = false;   // the cut is long enough; from its beginning to its end
  std::uint64_t at_bus = 0;        // frames that have reached the bus, or were dropped
  std::uint64_t at_component = 0;  // likewise for the other way
  std::uint64_t lost_to_bus = 0;   // this many of the next frames are of a connection that was lost
  std::uint64_t lost_to_component = 0;
};

struct alignas(kCacheLineBytes) World::Component {
  // What each delivery needs comes first here and in the members, and is prefetched (fetch_ahead),
  // because a component among many is in no cache when its turn comes.
  std::int64_t outstanding = 0;          // messages handed to it and not settled
  std::optional<ResourceIndex> streams;  // set once the bus knows
  bool answers;
  bool crashed = false;
  bool has_life;          // the scenario says something about how it lives
  bool hindered = false;  // a pause or a partition may keep events from it: see `hindrance`
  Traffic traffic;
  Hops hops;
  InprocLink link;
  std::unique_ptr<App> app;
  std::unique_ptr<Hindrance> hindrance;  // null unless `hindered`
  LinkLayers layers;
  ComponentStays stays;
  Machine machine;
  const ComponentConfig& config;
  RingBuffer<MessagePtr> imports;       // handed in; their time has not come
  std::unique_ptr<ComponentLife> life;  // if it has one

  // Everything but the application must outlive the component. The parts of the link lack its hops.
  struct Parts {
    const ComponentConfig& config;
    std::unique_ptr<App> app;
    LinkIndex index;
    DataBus& bus;
    Scheduler& scheduler;
    Strands& strands;
    Hops hops;
    const PlantedFaults& faults;
    FaultTimers& timers;
    Ledger* ledger;  // null: there is none
    std::optional<AccessCheck> access;
    TimeNs curve_every_ns;
  };

  explicit Component(Parts parts)
      : answers(parts.config.component->emits().answers),
        has_life(!parts.config.life.empty()),
        hops(std::move(parts.hops)),
        link({.index = parts.index,
              .bus = parts.bus,
              .scheduler = parts.scheduler,
              .strands = parts.strands,
              .hops = hops,
              .jobs = {.job_cost = parts.config.component->job_cost(),
                       .waits = parts.config.component->jobs_wait()}}),
        app(std::move(parts.app)),
        hindrance(make_hindrance(parts)),
        layers(link_layers(innermost(), {.index = parts.index,
                                         .component = parts.config,
                                         .faults = parts.faults,
                                         .timers = parts.timers,
                                         .ledger = parts.ledger,
                                         .access = std::move(parts.access)})),
        stays(parts.config, parts.curve_every_ns),
        machine(parts.config.name, layers.empty() ? innermost() : *layers.back()),
        config(parts.config),
        life(has_life ? std::make_unique<ComponentLife>() : nullptr) {
    hindered = hindrance != nullptr;
    machine.set_on_settle([this, &bus = parts.bus](const Settlement& settlement) {
      // A delivery of a connection that was lost has gone back to its queue.
      if (hindered && !bus.broker().outstanding(DeliveryTag(settlement.delivery.tag))) return;
      note_settlement(settlement);
    });
    if (parts.ledger == nullptr) return;
    machine.set_on_handle([ledger = parts.ledger, index = parts.index](const Delivered& delivery) {
      ledger->note_delivery(index, *delivery.message, delivery.redelivered);
    });
  }

  Link& innermost() {
    return hindrance != nullptr ? static_cast<Link&>(hindrance->connection) : static_cast<Link&>(link);
  }

  std::unique_ptr<Hindrance> make_hindrance(const Parts& parts);

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
      case EventCode::kPublished:
      case EventCode::kUnroutable:
        if (event.confirmed) --outstanding;  // a confirm is not a delivery
        traffic.note_written(event.resource, event.kind == EventCode::kPublished);
        break;
      case EventCode::kReturned:  // nor is a returned message
        outstanding -= event.confirmed ? 2 : 1;
        traffic.note_written(event.resource, false);
        break;
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
