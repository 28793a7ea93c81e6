// A component of a world: its program, its link and what it runs on. Of world*.cc alone.
#pragma once

#include "core/hash.h"
#include "sim/world/faults.h"
#include "sim/world/link_layers.h"
#include "sim/world/world.h"

namespace dse {

struct World::Component {
  const ComponentConfig& config;
  std::uint64_t name_hash;
  bool is_model;
  std::unique_ptr<App> app;
  InprocLink link;
  LinkLayers layers;
  Machine machine;
  LatencyHistogram latencies;
  bool crashed = false;
  RingBuffer<MessagePtr> imports;  // handed in, and their time has not come

  Component(const ComponentConfig& component, std::unique_ptr<App> application, InprocLink::Parts parts,
            const std::vector<FaultConfig>& faults, Ledger* ledger)
      : config(component),
        name_hash(hash_text(component.name)),
        is_model(std::holds_alternative<ModelConfig>(component.kind)),
        app(std::move(application)),
        link(parts),
        layers(link_layers(link, parts.index, component, faults, ledger)),
        machine(component.name, layers.empty() ? static_cast<Link&>(link) : *layers.back()) {
    if (ledger == nullptr) return;
    machine.set_on_handle([ledger, index = parts.index](const Delivered& delivery) {
      ledger->note_delivery(index, *delivery.message, delivery.redelivered);
    });
  }
};

}  // namespace dse
