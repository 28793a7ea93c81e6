// How long messages take from being written until they arrive in a component's inbox, by component.
// Owned by the deciding thread.
#pragma once

#include <cstddef>
#include <vector>

#include "core/prefetch.h"
#include "dse/observer.h"
#include "sim/world/latency_histogram.h"

namespace dse {

class Latencies final : public Observer {
 public:
  explicit Latencies(std::size_t components) { histograms_.resize(components); }

  void on_event(const RunEvent& event) override {
    if (event.code != EventCode::kDelivered && event.code != EventCode::kRedelivered) return;
    if (event.component_number == kNoComponent) return;  // a client
    const TimeNs written_ns = (*event.message)->timestamp();
    // A message from outside may carry any time of writing.
    if (written_ns >= 0 && written_ns <= event.time_ns)
      histograms_[event.component_number].add(event.time_ns - written_ns);
  }

  // Prefetches the memory that the component's next message needs.
  void fetch(ComponentIndex component) const {
    prefetch_bytes<sizeof(LatencyHistogram)>(&histograms_[component]);
  }
  const LatencyHistogram& of(ComponentIndex component) const { return histograms_[component]; }

 private:
  IndexedVector<ComponentIndex, LatencyHistogram> histograms_;
};

}  // namespace dse
