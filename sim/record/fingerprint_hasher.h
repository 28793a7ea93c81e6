// Hashes what is observable in a run, once and in order, into its fingerprints.
//
// Components and resources enter by the hash of their names, messages by that of their ids, so a fingerprint
// does not depend on how things are numbered.
#pragma once

#include <cstdint>

#include "dse/event_code.h"
#include "dse/hash.h"
#include "dse/message.h"
#include "dse/run_result.h"
#include "dse/time.h"

namespace dse {

struct HashedEvent {
  TimeNs time_ns = 0;
  EventCode kind = EventCode::kStarted;
  std::uint64_t component_hash = 0;
  std::uint64_t resource_hash = 0;
  std::uint64_t message_id_hash = 0;
};

class FingerprintHasher {
 public:
  void add(const HashedEvent& entry) {
    events_.add_u64s(static_cast<std::uint64_t>(entry.time_ns),
                     entry.component_hash ^ static_cast<std::uint64_t>(entry.kind), entry.resource_hash,
                     entry.message_id_hash);
  }
  void add_delivered_payload(const Message& message) {
    payload_.add_u64(message.payload_hash());
    ++deliveries_;
  }
  void add_prediction(const Message& prediction);
  Hasher& models() { return models_; }

  std::uint64_t deliveries() const { return deliveries_; }
  // More may be added afterwards.
  Fingerprints fingerprints(std::uint64_t draws_digest);

 private:
  Hasher events_;
  Hasher payload_;
  Hasher predictions_;
  Hasher models_;
  std::uint64_t deliveries_ = 0;
};

}  // namespace dse
