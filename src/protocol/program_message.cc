#include "protocol/program_message.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/printable.h"
#include "protocol/base64.h"
#include "protocol/program_values.h"

namespace dse {
namespace {

void append_member(std::string_view name, std::string_view text, std::string& line) {
  if (text.empty()) return;
  line.append(",\"").append(name).append("\":");
  append_json_text(text, line);
}

// "" when it is not there.
std::string short_text(const Json& json, const char* name) {
  const auto member = json.find(name);
  if (member == json.end()) return "";
  std::string text = read_text(*member, fmt::format("the {} of a message", name));
  if (text.size() > kShortStringBytes) {
    throw ProtocolError(fmt::format("the {} of a message has {} bytes: the most is {}", name, text.size(),
                                    kShortStringBytes));
  }
  return text;
}

Payload payload_of(const Json& json) {
  const auto member = json.find("payload");
  if (member == json.end()) return {};
  const auto* text = member->get_ptr<const std::string*>();
  const std::optional<std::string> bytes = text == nullptr ? std::nullopt : decode_base64(*text);
  if (!bytes) {
    throw ProtocolError(
        fmt::format("the payload of a message is {}: expected base64, with padding", shown(*member)));
  }
  return Payload::copy_of(*bytes);
}

MessageFields fields_of(const Json& json) {
  MessageFields fields;
  fields.payload = payload_of(json);
  fields.key = short_text(json, "key");
  if (const auto headers = json.find("headers"); headers != json.end())
    fields.headers = read_headers(*headers);
  fields.correlation_id = short_text(json, "correlation_id");
  fields.content_type = short_text(json, "content_type");
  return fields;
}

}  // namespace

void append_json_message(const Message& message, std::string& line) {
  line += "{\"id\":";
  append_json_text(message.id(), line);
  append_member("key", message.key(), line);
  if (!message.headers().empty()) {
    line += ",\"headers\":{";
    bool first = true;
    for (const auto& [name, value] : message.headers()) {
      if (!std::exchange(first, false)) line += ',';
      append_json_text(name, line);
      line += ':';
      append_json_value(value, line);
    }
    line += '}';
  }
  if (message.payload().size() > 0) {
    line += ",\"payload\":\"";
    append_base64(message.payload().bytes(), line);
    line += '"';
  }
  append_member("correlation_id", message.correlation_id(), line);
  append_member("app_id", message.app_id(), line);
  append_member("content_type", message.fields().content_type, line);
  if (message.timestamp() != kNoTimestamp) line += fmt::format(",\"timestamp_ns\":{}", message.timestamp());
  line += '}';
}

bool is_sayable(const Message& message) {
  return std::all_of(message.headers().begin(), message.headers().end(),
                     [](const Headers::Entry& entry) { return is_utf8(entry.first); });
}

MessageFields read_message(const Json& json) {
  require_members(json, {"payload", "key", "headers", "correlation_id", "content_type"}, "a message");
  return fields_of(json);
}

MessageFields read_whole_message(const Json& json) {
  require_members(
      json, {"payload", "key", "headers", "correlation_id", "content_type", "id", "app_id", "timestamp_ns"},
      "a message");
  MessageFields fields = fields_of(json);
  fields.id = short_text(json, "id");
  fields.app_id = short_text(json, "app_id");
  if (const auto time = json.find("timestamp_ns"); time != json.end()) {
    const HeaderValue value = read_value(*time, "the timestamp_ns of a message");
    const auto* integer = std::get_if<std::int64_t>(&value);
    if (integer == nullptr || *integer < 0)
      throw ProtocolError(
          fmt::format("the timestamp_ns of a message is {}: expected 0 or more ns", shown(*time)));
    fields.timestamp = *integer;
  }
  return fields;
}

}  // namespace dse
