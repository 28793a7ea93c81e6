// The record of a run: everything observable, once, in order, hashed into fingerprints.
//
// Components and resources enter by the hash of their names, messages by that of their ids, so a fingerprint
// does not depend on how things are numbered.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dse/hash.h"
#include "dse/message.h"
#include "dse/time.h"

namespace dse {

enum class RecordKind : std::uint8_t {
  // On the bus, in the order of BusEventKind.
  kDeclared,
  kBound,
  kPublished,
  kUnroutable,
  kReturned,
  kStreamed,
  kAcknowledged,
  kRejected,
  kRequeued,
  kClosed,
  // At a component.
  kStarted,
  kDelivered,
  kRedelivered,
  kCameBack,
  // Of a component, in the record of events alone: a fingerprint has only what others can see.
  kTimer,
  kResult,
  // Of a component, by a planted fault.
  kCrashed,
  // Of a component, in the record of events alone: a message came to it from outside.
  kHandedIn,
};
// The name of each kind, by its value: "published", "delivered" ...
const std::vector<std::string>& record_kind_names();

struct RecordEntry {
  TimeNs time_ns = 0;
  RecordKind kind = RecordKind::kStarted;
  std::uint64_t component_hash = 0;
  std::uint64_t resource_hash = 0;
  std::uint64_t message_id_hash = 0;
};

// Hex, 16 digits each.
struct Fingerprints {
  std::string events;       // time, component, kind, resource, message id
  std::string payload;      // the bytes delivered
  std::string draws;        // random numbers drawn, by stream
  std::string predictions;  // what was predicted, for which message
  std::string models;       // what was learned, at the end

  bool operator==(const Fingerprints&) const = default;
};

class Record {
 public:
  void add(const RecordEntry& entry) {
    events_.add_i64(entry.time_ns);
    events_.add_u64(entry.component_hash ^ static_cast<std::uint64_t>(entry.kind));
    events_.add_u64(entry.resource_hash);
    events_.add_u64(entry.message_id_hash);
  }
  void add_delivered_payload(const Message& message) {
    payload_.add_u64(message.payload_hash());
    ++deliveries_;
  }
  void add_prediction(const Message& prediction);
  Hasher& models() { return models_; }

  std::uint64_t deliveries() const { return deliveries_; }
  // Hashing may go on after.
  Fingerprints fingerprints(std::uint64_t draws_digest);

 private:
  Hasher events_;
  Hasher payload_;
  Hasher predictions_;
  Hasher models_;
  std::uint64_t deliveries_ = 0;
};

}  // namespace dse
