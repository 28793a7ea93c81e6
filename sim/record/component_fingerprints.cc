#include "sim/record/component_fingerprints.h"

#include <utility>

#include "sim/record/event_code_info.h"

namespace dse {

ComponentFingerprints::ComponentFingerprints(const Broker& broker, std::vector<std::string> components)
    : broker_(broker) {
  hashers_.resize(components.size());
  for (std::string& name : components) names_.push_back(std::move(name));
}

void ComponentFingerprints::on_event(const RunEvent& event) {
  if (!info_of(event.code).fingerprint || event.component_number == kNoComponent) return;
  FingerprintHasher& hasher = hashers_[event.component_number];
  hasher.add(
      {.time_ns = event.time_ns,
       .kind = event.code,
       .resource_hash = event.resource_number == kNoResource ? 0 : broker_.name_hash(event.resource_number),
       .message_id_hash = event.message == nullptr ? 0 : (*event.message)->id_hash()});
  if (event.code == EventCode::kDelivered || event.code == EventCode::kRedelivered)
    hasher.add_delivered_payload(**event.message);
  if (event.answer) hasher.add_prediction(**event.message);
}

}  // namespace dse
