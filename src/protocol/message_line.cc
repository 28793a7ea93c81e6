#include "protocol/message_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/names.h"
#include "core/printable.h"
#include "protocol/base64.h"
#include "protocol/program_message.h"
#include "protocol/program_values.h"

namespace dse {
namespace {

// A longer text may need six bytes for each of its own, and base64 does not.
constexpr std::size_t kTextBytesMax = std::size_t{16} << 20;

const std::vector<std::string>& members() {
  static const std::vector<std::string> members = {
      "time",        "import",     "id",           "key",     "headers",        "text",
      "base64",      "json",       "content_type", "app_id",  "correlation_id", "content_encoding",
      "reply_to",    "expiration", "type",         "user_id", "priority",       "delivery_mode",
      "timestamp_ns"};
  return members;
}

void require_known_members(const Json& json) {
  for (const auto& [name, value] : json.items()) {
    if (std::find(members().begin(), members().end(), name) != members().end()) continue;
    if (name == "payload")
      throw ProtocolError("has the member \"payload\": name its form, `text`, `base64` or `json`");
    throw ProtocolError(fmt::format("has the member {}, which no message has{}", shown_text(name),
                                    suggestion(name, members())));
  }
}

void append_payload(const Payload& payload, std::string& line) {
  const auto bytes = payload.bytes();
  if (bytes.empty()) return;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (bytes.size() <= kTextBytesMax && is_utf8(text)) {
    line += ",\"text\":";
    append_json_text(text, line);
    return;
  }
  line += ",\"base64\":\"";
  append_base64(bytes, line);
  line += '"';
}

const std::string& text_of(const Json& json, std::string_view what) {
  const auto* text = json.get_ptr<const std::string*>();
  if (text == nullptr) throw ProtocolError(fmt::format("{} is {}: expected a text", what, shown(json)));
  return *text;
}

std::string decoded(const Json& json) {
  const std::optional<std::string> bytes = decode_base64(text_of(json, "base64"));
  if (!bytes)
    throw ProtocolError(
        fmt::format("base64 is {}: expected base64, with padding; `text` is for a text", shown(json)));
  return *bytes;
}

Payload read_payload(const Json& json) {
  std::string name;
  Payload payload;
  for (const std::string form : {"text", "base64", "json"}) {
    const auto member = json.find(form);
    if (member == json.end()) continue;
    if (!name.empty())
      throw ProtocolError(fmt::format("has two payloads, `{}` and `{}`: leave out one of them", name, form));
    name = form;
    payload = Payload::copy_of(form == "base64" ? decoded(*member) : text_of(*member, form));
  }
  return payload;
}

template <typename Number>
Number number_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) throw ProtocolError(fmt::format("says a client's command, and no `{}`", name));
  if (found->is_number_unsigned() && *found <= std::numeric_limits<Number>::max())
    return found->template get<Number>();
  throw ProtocolError(fmt::format("the {} is {}: expected a whole number from 0 to {}", name, shown(*found),
                                  std::numeric_limits<Number>::max()));
}

MessageLine read_client_line(const Json& json) {
  require_members(json, {"time", "client", "channel", "what", "command"}, "a line of a client's command");
  ClientLine client{.client = number_in<std::uint32_t>(json, "client"),
                    .channel = number_in<std::uint16_t>(json, "channel")};
  if (const auto what = json.find("what"); what != json.end())
    client.what = text_of(*what, "what a client did");
  const std::optional<std::string> command = decode_base64(text_of(json["command"], "the command"));
  if (!command) throw ProtocolError("the command is no base64, with padding");
  client.command = *command;
  MessageLine line;
  if (const auto time = json.find("time"); time != json.end())
    line.time_ns = read_time(*time, "the time of a client's command");
  line.client = std::move(client);
  return line;
}

}  // namespace

void append_client_line(TimeNs time_ns, const ClientLine& client, std::string& line) {
  line += "{\"time\":";
  append_json_value(time_ns, line);
  line += fmt::format(",\"client\":{},\"channel\":{}", client.client, client.channel);
  if (client.what) {
    line += ",\"what\":";
    append_json_text(*client.what, line);
  }
  line += ",\"command\":\"";
  append_base64(std::as_bytes(std::span(client.command)), line);
  line += "\"}";
}

void append_message_line(TimeNs time_ns, std::string_view import, const Message& message, std::string& line) {
  line += "{\"time\":";
  append_json_value(time_ns, line);
  line += ",\"import\":";
  append_json_text(import, line);
  append_json_members(message, line, JsonForm::kExact);
  append_payload(message.payload(), line);
  line += '}';
}

MessageLine read_message_line(const Json& json) {
  if (json.contains("command")) return read_client_line(json);
  require_known_members(json);
  MessageLine line{.fields = read_json_members(json, JsonForm::kExact)};
  line.fields.payload = read_payload(json);
  if (const auto time = json.find("time"); time != json.end())
    line.time_ns = read_time(*time, "the time of a message");
  if (const auto import = json.find("import"); import != json.end())
    line.import = read_text(*import, "the import of a message");
  return line;
}

TimeNs read_time(const Json& json, std::string_view what) {
  if (const auto* text = json.get_ptr<const std::string*>()) {
    if (const std::optional<TimeNs> time_ns = parse_duration(*text)) return *time_ns;
  } else if (!json.is_number_float()) {
    const HeaderValue value = read_value(json, what);
    const auto* integer = std::get_if<std::int64_t>(&value);
    if (integer != nullptr && *integer >= 0) return *integer;
  }
  throw ProtocolError(
      fmt::format("{} is {}: expected whole nanoseconds, 0 or more, or a duration such as "
                  "\"1.5ms\"",
                  what, shown(json)));
}

}  // namespace dse
