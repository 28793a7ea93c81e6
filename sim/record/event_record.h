// Reads the events.sqlite that EventRecorder wrote. docs/event-record.md describes its schema. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dse/time.h"
#include "sim/record/database.h"
#include "sim/record/fingerprint_hasher.h"

namespace dse {

// One row of table `event`; numbers stand for names.
struct EventRow {
  std::int64_t number = 0;
  TimeNs time_ns = 0;
  EventCode kind = EventCode::kStarted;
  std::int64_t component = 0;  // -1: the bus itself
  std::int64_t resource = -1;  // -1: none
  std::int64_t message = 0;    // 0: none
  std::int64_t cause = 0;      // 0: the start of the run
  std::int64_t route = 0;      // 0: none
  bool operator==(const EventRow&) const = default;
};

// One row of table `message`.
struct MessageRow {
  std::int64_t number = 0;
  std::string id;
  std::string correlation;
  std::string writer;
  std::string key;
  std::string headers;
  std::string content_type;
  TimeNs timestamp_ns = 0;
  std::int64_t payload_bytes = 0;
  std::uint64_t payload_hash = 0;
  std::string properties = {};  // "" when it has none of them
  bool has_timestamp = true;    // otherwise timestamp_ns is 0
  bool operator==(const MessageRow&) const = default;
};

// One row of table `model_state`.
struct ModelStateRow {
  std::int64_t component = 0;
  TimeNs time_ns = 0;
  std::int64_t learned = 0;
  std::string digest;
  std::string call = {};
  bool operator==(const ModelStateRow&) const = default;
};

// One row of view `strikes`.
struct StrikeRow {
  std::int64_t number = 0;  // that of the event during which it strikes
  TimeNs time_ns = 0;
  std::string name;  // "" if the fault has none
  std::string kind;
  std::string component;
  std::string message;  // id; "" if it strikes none
  bool operator==(const StrikeRow&) const = default;
};

// One row of table `draw`.
struct DrawRow {
  std::string component;
  std::string purpose;
  std::int64_t count = 0;
  std::string digest;
  bool operator==(const DrawRow&) const = default;
};

class EventRecord {
 public:
  // Throws InputError when the file is not a whole record of this version; reading throws it as well.
  explicit EventRecord(const std::string& path);
  EventRecord(const EventRecord&) = delete;
  EventRecord& operator=(const EventRecord&) = delete;

  // The components' names, by number.
  const std::vector<std::string>& components() const { return components_; }
  const std::vector<std::string>& resources() const { return resources_; }
  // The value of a key in table `run`; "" if the key is missing.
  std::string run_value(const std::string& key) const;

  // Gives the rows in the order of their numbers, one for each call of next().
  class Events {
   public:
    // The next row; empty at the end.
    std::optional<EventRow> next();

   private:
    friend class EventRecord;
    explicit Events(Statement rows) : rows_(std::move(rows)) {}
    Statement rows_;
  };
  Events events() const;
  std::optional<EventRow> event(std::int64_t number) const;

  class Messages {
   public:
    std::optional<MessageRow> next();

   private:
    friend class EventRecord;
    explicit Messages(Statement rows) : rows_(std::move(rows)) {}
    Statement rows_;
  };
  Messages messages() const;
  // Throws InputError when there is no such message.
  MessageRow message(std::int64_t number) const;

  // The states in the order in which they were reached.
  std::vector<ModelStateRow> model_states() const;
  std::vector<DrawRow> draws() const;
  // The strikes of planted faults, in order.
  std::vector<StrikeRow> strikes() const;
  // The queues of each route.
  std::map<std::int64_t, std::vector<std::int64_t>> routes() const;

 private:
  std::vector<std::string> names(const std::string& table) const;

  Database database_;
  mutable Statement event_by_number_;  // following causes uses it often
  std::vector<std::string> components_;
  std::vector<std::string> resources_;
};

}  // namespace dse
