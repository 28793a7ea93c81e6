#include "sim/record/event_record.h"

#include <fmt/format.h>

#include <utility>

#include "dse/error.h"
#include "sim/record/event_recorder.h"

namespace dse {
namespace {

constexpr const char* kEventColumns = "number, time_ns, kind, component, resource, message, cause, route";
constexpr const char* kMessageColumns =
    "message, id, correlation, writer, key, headers, content_type, timestamp_ns, payload_bytes, "
    "payload_hash, "
    "properties";

EventRow event_of(const Statement& row) {
  return {.number = row.integer(0),
          .time_ns = row.integer(1),
          .kind = static_cast<EventCode>(row.integer(2)),
          .component = row.is_null(3) ? -1 : row.integer(3),
          .resource = row.is_null(4) ? -1 : row.integer(4),
          .message = row.integer(5),
          .cause = row.integer(6),
          .route = row.integer(7)};
}

MessageRow message_of(const Statement& row) {
  return {.number = row.integer(0),
          .id = std::string(row.text(1)),
          .correlation = std::string(row.text(2)),
          .writer = std::string(row.text(3)),
          .key = std::string(row.text(4)),
          .headers = std::string(row.text(5)),
          .content_type = std::string(row.text(6)),
          .timestamp_ns = row.integer(7),
          .payload_bytes = row.integer(8),
          .payload_hash = static_cast<std::uint64_t>(row.integer(9)),
          .properties = row.is_null(10) ? std::string() : std::string(row.text(10)),
          .has_timestamp = !row.is_null(7)};
}

Database open_record(const std::string& path) {
  Database database = Database::open(path);
  Statement row = database.prepare("PRAGMA user_version");
  row.next_row();
  const std::int64_t version = row.integer(0);
  // A file without a version, such as an empty one, has 0.
  if (version == 0) database.refuse("it has none of the record's tables");
  if (version != EventRecorder::kSchema) {
    throw InputError(
        {.file = path},
        fmt::format("has version {} of the record's tables, expected {}: make it again with this "
                    "program and dse replay --record",
                    version, EventRecorder::kSchema));
  }
  return database;
}

}  // namespace

EventRecord::EventRecord(const std::string& path)
    : database_(open_record(path)),
      event_by_number_(
          database_.prepare(fmt::format("SELECT {} FROM event WHERE number = ?", kEventColumns))) {
  components_ = names("component");
  resources_ = names("resource");
}

std::vector<std::string> EventRecord::names(const std::string& table) const {
  std::vector<std::string> names;
  Statement rows = database_.prepare(fmt::format("SELECT name FROM {0} ORDER BY {0}", table));
  while (rows.next_row()) names.emplace_back(rows.text(0));
  return names;
}

std::string EventRecord::run_value(const std::string& key) const {
  Statement row = database_.prepare("SELECT value FROM run WHERE key = ?");
  row.bind(1, key);
  return row.next_row() ? std::string(row.text(0)) : "";
}

EventRecord::Events EventRecord::events() const {
  return Events(database_.prepare(fmt::format("SELECT {} FROM event ORDER BY number", kEventColumns)));
}

std::optional<EventRow> EventRecord::Events::next() {
  if (!rows_.next_row()) return std::nullopt;
  return event_of(rows_);
}

std::optional<EventRow> EventRecord::event(std::int64_t number) const {
  event_by_number_.bind(1, number);
  if (!event_by_number_.next_row()) return std::nullopt;
  const EventRow event = event_of(event_by_number_);
  event_by_number_.next_row();  // reaches the end, so that the statement is ready for the next call
  return event;
}

EventRecord::Messages EventRecord::messages() const {
  return Messages(database_.prepare(fmt::format("SELECT {} FROM message ORDER BY message", kMessageColumns)));
}

std::optional<MessageRow> EventRecord::Messages::next() {
  if (!rows_.next_row()) return std::nullopt;
  return message_of(rows_);
}

MessageRow EventRecord::message(std::int64_t number) const {
  Statement row = database_.prepare(fmt::format("SELECT {} FROM message WHERE message = ?", kMessageColumns));
  row.bind(1, number);
  if (!row.next_row()) database_.refuse(fmt::format("it has no message {}", number));
  return message_of(row);
}

std::vector<ModelStateRow> EventRecord::model_states() const {
  std::vector<ModelStateRow> states;
  Statement rows =
      database_.prepare("SELECT component, time_ns, learned, digest, call FROM model_state ORDER BY rowid");
  while (rows.next_row()) {
    states.push_back({rows.integer(0), rows.integer(1), rows.integer(2), std::string(rows.text(3)),
                      std::string(rows.text(4))});
  }
  return states;
}

std::vector<DrawRow> EventRecord::draws() const {
  std::vector<DrawRow> draws;
  Statement rows = database_.prepare("SELECT component, purpose, count, digest FROM draw ORDER BY rowid");
  while (rows.next_row()) {
    draws.push_back(
        {std::string(rows.text(0)), std::string(rows.text(1)), rows.integer(2), std::string(rows.text(3))});
  }
  return draws;
}

std::vector<StrikeRow> EventRecord::strikes() const {
  std::vector<StrikeRow> strikes;
  Statement rows = database_.prepare(
      "SELECT number, time_ns, fault.name, fault.kind, fault.component, message "
      "FROM strike JOIN fault USING (fault) ORDER BY number, strike.rowid");
  while (rows.next_row()) {
    strikes.push_back({rows.integer(0), rows.integer(1), std::string(rows.text(2)), std::string(rows.text(3)),
                       std::string(rows.text(4)), std::string(rows.text(5))});
  }
  return strikes;
}

std::map<std::int64_t, std::vector<std::int64_t>> EventRecord::routes() const {
  std::map<std::int64_t, std::vector<std::int64_t>> routes;
  Statement rows = database_.prepare("SELECT route, resource FROM route ORDER BY route, resource");
  while (rows.next_row()) routes[rows.integer(0)].push_back(rows.integer(1));
  return routes;
}

}  // namespace dse
