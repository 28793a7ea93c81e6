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

std::optional<std::uint8_t> octet(const Json& json, const char* name) {
  const auto member = json.find(name);
  if (member == json.end()) return std::nullopt;
  const HeaderValue value = read_value(*member, fmt::format("the {} of a message", name));
  const std::int64_t* integer = integer_of(value);
  if (integer == nullptr || *integer < 0 || *integer > UINT8_MAX) {
    throw ProtocolError(
        fmt::format("the {} of a message is {}: expected an integer from 0 to 255", name, shown(*member)));
  }
  return static_cast<std::uint8_t>(*integer);
}

OptionalProperties properties_of(const Json& json) {
  OptionalProperties properties(MoreProperties{.content_encoding = short_text(json, "content_encoding"),
                                               .reply_to = short_text(json, "reply_to"),
                                               .expiration = short_text(json, "expiration"),
                                               .type = short_text(json, "type"),
                                               .user_id = short_text(json, "user_id"),
                                               .priority = octet(json, "priority"),
                                               .delivery_mode = octet(json, "delivery_mode")});
  if (const std::string reason = why_refused(*properties); !reason.empty())
    throw ProtocolError(fmt::format("a message cannot be written: {}", reason));
  properties.normalise();
  return properties;
}

// What a program may say of a message, but its payload.
MessageFields fields_of(const Json& json, JsonForm form) {
  MessageFields fields;
  fields.key = short_text(json, "key");
  if (const auto headers = json.find("headers"); headers != json.end())
    fields.headers = read_headers(*headers, form);
  fields.correlation_id = short_text(json, "correlation_id");
  fields.content_type = short_text(json, "content_type");
  fields.more = properties_of(json);
  return fields;
}

void append_properties(const Message& message, std::string& line) {
  append_member("content_encoding", message.content_encoding(), line);
  append_member("reply_to", message.reply_to(), line);
  append_member("expiration", message.expiration(), line);
  append_member("type", message.type(), line);
  append_member("user_id", message.user_id(), line);
  if (message.priority()) line += fmt::format(",\"priority\":{}", *message.priority());
  if (message.delivery_mode()) line += fmt::format(",\"delivery_mode\":{}", *message.delivery_mode());
}

// Its key and its headers.
void append_routing(const Message& message, std::string& line, JsonForm form) {
  append_member("key", message.key(), line);
  if (message.headers().empty()) return;
  line += ",\"headers\":";
  append_json_headers(message.headers(), line, form);
}

// What stands behind the payload.
void append_rest(const Message& message, std::string& line) {
  append_member("correlation_id", message.correlation_id(), line);
  append_member("app_id", message.app_id(), line);
  append_member("content_type", message.fields().content_type, line);
  if (!message.fields().more.empty()) append_properties(message, line);
}

}  // namespace

void append_json_message(const Message& message, std::string& line) {
  line += "{\"id\":";
  append_json_text(message.id(), line);
  append_routing(message, line, JsonForm::kProtocol);
  if (message.payload().size() > 0) {
    line += ",\"payload\":\"";
    append_base64(message.payload().bytes(), line);
    line += '"';
  }
  append_rest(message, line);
  if (message.timestamp() != kNoTimestamp) line += fmt::format(",\"timestamp_ns\":{}", message.timestamp());
  line += '}';
}

void append_json_members(const Message& message, std::string& line, JsonForm form) {
  append_member("id", message.id(), line);
  append_routing(message, line, form);
  append_rest(message, line);
  if (message.timestamp() == kNoTimestamp) return;
  line += ",\"timestamp_ns\":";
  append_json_value(message.timestamp(), line, form);
}

bool is_sayable(const Message& message) { return is_sayable(message.headers()); }

MessageFields read_message(const Json& json) {
  require_members(json,
                  {"payload", "key", "headers", "correlation_id", "content_type", "content_encoding",
                   "reply_to", "expiration", "type", "user_id", "priority", "delivery_mode"},
                  "a message");
  MessageFields fields = fields_of(json, JsonForm::kProtocol);
  fields.payload = payload_of(json);
  return fields;
}

MessageFields read_whole_message(const Json& json) {
  require_members(
      json,
      {"payload", "key", "headers", "correlation_id", "content_type", "content_encoding", "reply_to",
       "expiration", "type", "user_id", "priority", "delivery_mode", "id", "app_id", "timestamp_ns"},
      "a message");
  MessageFields fields = read_json_members(json, JsonForm::kProtocol);
  fields.payload = payload_of(json);
  return fields;
}

MessageFields read_json_members(const Json& json, JsonForm form) {
  MessageFields fields = fields_of(json, form);
  fields.id = short_text(json, "id");
  fields.app_id = short_text(json, "app_id");
  if (const auto time = json.find("timestamp_ns"); time != json.end()) {
    const HeaderValue value = read_value(*time, "the timestamp_ns of a message");
    const auto* integer = std::get_if<std::int64_t>(&value);
    // A message from outside may say any time.
    const std::int64_t least = form == JsonForm::kExact ? INT64_MIN : 0;
    if (integer == nullptr || *integer < least) {
      throw ProtocolError(fmt::format("the timestamp_ns of a message is {}: expected {}ns", shown(*time),
                                      form == JsonForm::kExact ? "whole " : "0 or more "));
    }
    fields.timestamp = *integer;
  }
  return fields;
}

}  // namespace dse
