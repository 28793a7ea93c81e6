#include "sim/record/event_recorder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "message/deaths.h"
#include "sim/record/event_code_info.h"
#include "sim/record/header_json.h"

namespace dse {
namespace {

// The raw tables have singular names; they are joined into views with plural names, which people read.
constexpr const char* kTables = R"sql(
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE kind (kind INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE component (component INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE resource (resource INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE route (route INTEGER, resource INTEGER, PRIMARY KEY (route, resource)) WITHOUT ROWID;
CREATE TABLE message (
  message INTEGER PRIMARY KEY, id TEXT, correlation TEXT, writer TEXT, key TEXT, headers TEXT, content_type TEXT,
  timestamp_ns INTEGER, payload_bytes INTEGER, payload_hash INTEGER, properties TEXT);
CREATE TABLE event (
  number INTEGER PRIMARY KEY, time_ns INTEGER, kind INTEGER, component INTEGER, resource INTEGER, message INTEGER,
  cause INTEGER, route INTEGER);
CREATE TABLE binding (
  binding INTEGER PRIMARY KEY, exchange INTEGER, queue INTEGER, key TEXT, headers TEXT, match TEXT, passed INTEGER);
CREATE TABLE model_state (component INTEGER, time_ns INTEGER, learned INTEGER, digest TEXT, call TEXT);
CREATE TABLE drift (
  drift INTEGER PRIMARY KEY, name TEXT, kind TEXT, components TEXT, transition TEXT, at_ns INTEGER, width_ns INTEGER,
  period_ns INTEGER);
CREATE TABLE fault (fault INTEGER PRIMARY KEY, name TEXT, kind TEXT, component TEXT);
CREATE TABLE strike (number INTEGER, time_ns INTEGER, fault INTEGER, message TEXT);
CREATE TABLE draw (component TEXT, purpose TEXT, count INTEGER, digest TEXT);
CREATE VIEW messages AS
  SELECT id, correlation, writer, key, headers, content_type, timestamp_ns, payload_bytes,
         printf('%016x', payload_hash) AS payload_hash, properties
  FROM message;
CREATE VIEW events AS
  SELECT event.number, event.time_ns, kind.name AS kind, component.name AS component, resource.name AS resource,
         message.id AS message, message.correlation, event.cause,
         iif(message.payload_hash IS NULL, NULL, printf('%016x', message.payload_hash)) AS payload_hash
  FROM event
  JOIN kind USING (kind)
  LEFT JOIN component USING (component)
  LEFT JOIN resource USING (resource)
  LEFT JOIN message USING (message);
CREATE VIEW bindings AS
  SELECT exchange.name AS exchange, queue.name AS queue, key, headers, match, passed
  FROM binding
  JOIN resource AS exchange ON exchange.resource = binding.exchange
  JOIN resource AS queue ON queue.resource = binding.queue
  ORDER BY binding;
CREATE VIEW strikes AS
  SELECT strike.number, strike.time_ns, fault, fault.name, fault.kind, fault.component, strike.message
  FROM strike
  JOIN fault USING (fault);
CREATE VIEW copies AS
  SELECT event.number, event.time_ns, resource.name AS queue, message.id AS message
  FROM event
  JOIN route USING (route)
  JOIN resource ON resource.resource = route.resource
  JOIN message USING (message);
)sql";

Database create_tables(const std::string& path) {
  Database database = Database::create(path);
  database.run(kTables);
  database.run(fmt::format("PRAGMA user_version = {}", EventRecorder::kSchema));
  return database;
}

std::string text_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// What the message has of these, by name.
std::string properties_text(const MoreProperties& properties) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  const auto add = [&json](const char* name, const std::string& text) {
    if (!text.empty()) json[name] = text;
  };
  add("content_encoding", properties.content_encoding);
  add("reply_to", properties.reply_to);
  add("expiration", properties.expiration);
  add("type", properties.type);
  add("user_id", properties.user_id);
  if (properties.priority) json["priority"] = *properties.priority;
  if (properties.delivery_mode) json["delivery_mode"] = *properties.delivery_mode;
  return text_of(json);
}

void insert_names(Database& database, const std::string& table, const std::vector<std::string>& names) {
  Statement insert = database.prepare(fmt::format("INSERT INTO {} VALUES (?, ?)", table));
  for (std::size_t number = 0; number < names.size(); ++number) {
    insert.bind(1, static_cast<std::int64_t>(number));
    insert.bind(2, names[number]);
    insert.run();
  }
}

void insert_kinds(Database& database) {
  Statement insert = database.prepare("INSERT INTO kind VALUES (?, ?)");
  for (const EventCodeInfo& info : kEventCodes) {
    const std::string name(info.name);
    insert.bind(1, static_cast<std::int64_t>(info.code));
    insert.bind(2, name);
    insert.run();
  }
}

void bind_name(Statement& insert, int column, const std::string& name) {
  if (name.empty()) {
    insert.bind_null(column);
  } else {
    insert.bind(column, name);
  }
}

void insert_drifts(Database& database, const std::vector<DriftRow>& drifts) {
  Statement insert = database.prepare("INSERT INTO drift VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  std::int64_t number = 0;
  for (const DriftRow& drift : drifts) {
    const std::string components = text_of(drift.components);
    insert.bind(1, number++);
    bind_name(insert, 2, drift.name);
    insert.bind(3, drift.kind);
    insert.bind(4, components);
    insert.bind(5, drift.transition);
    insert.bind(6, drift.at_ns);
    insert.bind(7, drift.width_ns);
    insert.bind(8, drift.period_ns);
    insert.run();
  }
}

void insert_faults(Database& database, const std::vector<FaultRow>& faults) {
  Statement insert = database.prepare("INSERT INTO fault VALUES (?, ?, ?, ?)");
  std::int64_t number = 0;
  for (const FaultRow& fault : faults) {
    insert.bind(1, number++);
    bind_name(insert, 2, fault.name);
    insert.bind(3, fault.kind);
    insert.bind(4, fault.component);
    insert.run();
  }
}

void insert_bindings(Database& database, const std::vector<BindingCount>& bindings) {
  Statement insert = database.prepare("INSERT INTO binding VALUES (?, ?, ?, ?, ?, ?, ?)");
  std::int64_t number = 0;
  for (const BindingCount& one : bindings) {
    const std::string headers = header_json(one.binding.headers);
    const std::string match = one.binding.match == HeaderMatch::kAll ? "all" : "any";
    insert.bind(1, ++number);
    insert.bind(2, std::int64_t{one.exchange.number()});
    insert.bind(3, std::int64_t{one.queue.number()});
    insert.bind(4, one.binding.key);
    insert.bind(5, headers);
    insert.bind(6, match);
    insert.bind(7, static_cast<std::int64_t>(one.passed));
    insert.run();
  }
}

}  // namespace

EventRecorder::EventRecorder(const std::string& path)
    : database_(create_tables(path)),
      insert_event_(database_.prepare("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)")),
      insert_message_(database_.prepare("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      insert_strike_(database_.prepare("INSERT INTO strike VALUES (?, ?, ?, ?)")),
      writer_([this] { write_chunks(); }) {
  filling_.reserve(kChunkEvents);
}

EventRecorder::~EventRecorder() { stop(); }

void EventRecorder::on_event(const RunEvent& event) {
  ComponentIndex component = event.component_number;
  if (event.client_number != kNoClientNumber)
    component = ComponentIndex(static_cast<std::uint32_t>(components_) + event.client_number - 1);
  add({.number = event.number,
       .cause = event.cause,
       .time_ns = event.time_ns,
       .kind = event.code,
       .component = component,
       .resource = event.resource_number,
       .route = route(event.queues),
       .fault = event.fault_number,
       .message = event.message == nullptr ? MessagePtr() : *event.message});
}

void EventRecorder::add(RecordedEvent&& event) {
  filling_.push_back(std::move(event));
  if (filling_.size() == kChunkEvents) hand_over();
}

std::uint32_t EventRecorder::route(std::span<const ResourceIndex> queues) {
  if (queues.empty()) return 0;
  wanted_route_.assign(queues.begin(), queues.end());
  const auto next = static_cast<std::uint32_t>(routes_.size() + 1);
  return routes_.try_emplace(wanted_route_, next).first->second;
}

void EventRecorder::hand_over() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.size() < kChunksMax || error_; });
  if (error_) std::rethrow_exception(error_);
  waiting_.push_back(std::move(filling_));
  lock.unlock();
  changed_.notify_all();
  filling_ = Chunk();
  filling_.reserve(kChunkEvents);
}

void EventRecorder::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
}

void EventRecorder::write_chunks() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !waiting_.empty() || stopping_; });
    if (waiting_.empty() || error_) return;
    const Chunk chunk = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    changed_.notify_all();
    std::exception_ptr error;
    try {
      write(chunk);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    error_ = error;
    if (error_) {
      changed_.notify_all();
      return;
    }
  }
}

void EventRecorder::write(const Chunk& chunk) {
  for (const RecordedEvent& event : chunk) {
    if (event.fault != kNoFault) {
      write_strike(event);
      continue;
    }
    // A message's row comes first, so that messages are numbered in the order of their first events.
    const std::int64_t message = event.message ? message_number(*event.message) : 0;
    insert_event_.bind(1, static_cast<std::int64_t>(event.number));
    insert_event_.bind(2, event.time_ns);
    insert_event_.bind(3, static_cast<std::int64_t>(event.kind));
    if (event.component == kNoComponent) {
      insert_event_.bind_null(4);
    } else {
      insert_event_.bind(4, std::int64_t{event.component.number()});
    }
    if (event.resource == kNoResource) {
      insert_event_.bind_null(5);
    } else {
      insert_event_.bind(5, std::int64_t{event.resource.number()});
    }
    if (event.message) {
      insert_event_.bind(6, message);
    } else {
      insert_event_.bind_null(6);
    }
    insert_event_.bind(7, static_cast<std::int64_t>(event.cause));
    if (event.route == 0) {
      insert_event_.bind_null(8);
    } else {
      insert_event_.bind(8, static_cast<std::int64_t>(event.route));
    }
    insert_event_.run();
  }
}

// The message is one that may never reach the bus, or only changed: it has no row of its own by it.
void EventRecorder::write_strike(const RecordedEvent& event) {
  insert_strike_.bind(1, static_cast<std::int64_t>(event.number));
  insert_strike_.bind(2, event.time_ns);
  insert_strike_.bind(3, std::int64_t{event.fault});
  if (event.message) {
    insert_strike_.bind(4, event.message->id());
  } else {
    insert_strike_.bind_null(4);
  }
  insert_strike_.run();
}

namespace {

// What has a row of its own: a message by its id, key and payload (publishers outside give one id to many
// messages), and each form that dying gives it. What else a broker changes (BCC, x-delivery-count) has none.
std::uint64_t identity_of(const Message& message) {
  const std::uint64_t with_key = hash_chain(message.id_hash(), hash_text(message.key()));
  const std::uint64_t whole = hash_chain(with_key, message.payload_hash());
  const HeaderValue* deaths = message.headers().find(kDeathsHeader);
  if (deaths == nullptr) return whole;
  Headers died;
  died.set(std::string(kDeathsHeader), *deaths);
  return hash_chain(whole, hash_text(header_json(died)));
}

}  // namespace

std::int64_t EventRecorder::message_number(const Message& message) {
  const auto next = static_cast<std::int64_t>(message_numbers_.size() + 1);
  const auto [at, is_new] = message_numbers_.try_emplace(identity_of(message), next);
  if (!is_new) return at->second;
  const std::string headers = header_json(message.headers());
  insert_message_.bind(1, next);
  insert_message_.bind(2, message.id());
  if (message.correlation_id().empty()) {
    insert_message_.bind_null(3);
  } else {
    insert_message_.bind(3, message.correlation_id());
  }
  insert_message_.bind(4, message.app_id());
  insert_message_.bind(5, message.key());
  insert_message_.bind(6, headers);
  insert_message_.bind(7, message.fields().content_type);
  if (message.timestamp() == kNoTimestamp) {
    insert_message_.bind_null(8);
  } else {
    insert_message_.bind(8, message.timestamp());
  }
  insert_message_.bind(9, static_cast<std::int64_t>(message.payload().size()));
  insert_message_.bind(10, static_cast<std::int64_t>(message.payload_hash()));
  const OptionalProperties& more = message.fields().more;
  const std::string properties = more.empty() ? std::string() : properties_text(*more);
  if (more.empty()) {
    insert_message_.bind_null(11);
  } else {
    insert_message_.bind(11, properties);
  }
  insert_message_.run();
  return next;
}

void EventRecorder::finish(const RecordEnding& ending) {
  if (!filling_.empty()) hand_over();
  stop();
  if (error_) std::rethrow_exception(error_);
  write_ending(ending);
  // Statements hold the database open.
  Statement(std::move(insert_event_));
  Statement(std::move(insert_message_));
  Statement(std::move(insert_strike_));
  database_.close();
}

void EventRecorder::write_ending(const RecordEnding& ending) {
  Statement insert_run = database_.prepare("INSERT INTO run VALUES (?, ?)");
  for (const auto& [key, value] : ending.run) {
    insert_run.bind(1, key);
    insert_run.bind(2, value);
    insert_run.run();
  }
  insert_kinds(database_);
  insert_names(database_, "component", ending.components);
  insert_names(database_, "resource", ending.resources);
  Statement insert_route = database_.prepare("INSERT INTO route VALUES (?, ?)");
  for (const auto& [queues, number] : routes_) {
    for (const ResourceIndex queue : queues) {
      insert_route.bind(1, static_cast<std::int64_t>(number));
      insert_route.bind(2, std::int64_t{queue.number()});
      insert_route.run();
    }
  }
  insert_bindings(database_, ending.bindings);
  insert_drifts(database_, ending.drifts);
  insert_faults(database_, ending.faults);
  Statement insert_state = database_.prepare("INSERT INTO model_state VALUES (?, ?, ?, ?, ?)");
  for (const ModelState& state : ending.model_states) {
    const std::string digest = hex64(state.digest);
    insert_state.bind(1, std::int64_t{state.component.number()});
    insert_state.bind(2, state.time_ns);
    insert_state.bind(3, static_cast<std::int64_t>(state.learned));
    insert_state.bind(4, digest);
    insert_state.bind(5, state.call);
    insert_state.run();
  }
  Statement insert_draw = database_.prepare("INSERT INTO draw VALUES (?, ?, ?, ?)");
  for (const RandomStreams::Draws& draws : ending.draws) {
    const std::string digest = hex64(draws.digest);
    insert_draw.bind(1, draws.component);
    insert_draw.bind(2, draws.purpose);
    insert_draw.bind(3, static_cast<std::int64_t>(draws.count));
    insert_draw.bind(4, digest);
    insert_draw.run();
  }
}

}  // namespace dse
