// Takes the fingerprints of a run, as an observer of it. Used by the thread that decides.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "core/prefetch.h"
#include "dse/observer.h"
#include "sim/record/event_code_info.h"
#include "sim/record/fingerprint_hasher.h"

namespace dse {

class Fingerprinter final : public Observer {
 public:
  // The broker gives the hashes of resources, and must outlive this; `components` are the names by number.
  Fingerprinter(const Broker& broker, const std::vector<std::string>& components) : broker_(broker) {
    for (const std::string& name : components) component_hashes_.push_back(hash_text(name));
  }

  void on_event(const RunEvent& event) override {
    if (!info_of(event.code).fingerprint) return;
    hasher_.add(
        {.time_ns = event.time_ns,
         .kind = event.code,
         .component_hash = event.component_number == kNoComponent ? client_hash(event.client_number)
                                                                  : component_hashes_[event.component_number],
         .resource_hash = event.resource_number == kNoResource ? 0 : broker_.name_hash(event.resource_number),
         .message_id_hash = event.message == nullptr ? 0 : (*event.message)->id_hash()});
    if (event.code == EventCode::kDelivered || event.code == EventCode::kRedelivered)
      hasher_.add_delivered_payload(**event.message);
    if (event.answer) hasher_.add_prediction(**event.message);
  }

  // Asks for the memory that the component's next event needs.
  void fetch(ComponentIndex component) const { prefetch(&component_hashes_[component]); }

  // 0 when it is no client.
  static std::uint64_t client_hash(std::uint32_t number) {
    return number == kNoClientNumber ? 0 : hash_chain(hash_text("client"), number);
  }

  FingerprintHasher& hasher() { return hasher_; }
  const FingerprintHasher& hasher() const { return hasher_; }

 private:
  const Broker& broker_;
  IndexedVector<ComponentIndex, std::uint64_t> component_hashes_;
  FingerprintHasher hasher_;
};

}  // namespace dse
