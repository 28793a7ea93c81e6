#include "amqp/properties.h"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <utility>

#include "core/printable.h"

namespace dse {
namespace {

amqp_field_value_t field_value(std::int64_t integer) {
  amqp_field_value_t field{};
  field.kind = AMQP_FIELD_KIND_I64;
  field.value.i64 = integer;
  return field;
}

amqp_field_value_t field_value(std::string_view text) {
  amqp_field_value_t field{};
  field.kind = AMQP_FIELD_KIND_UTF8;
  field.value.bytes = amqp_text(text);
  return field;
}

amqp_field_value_t field_value(const HeaderValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return field_value(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) return field_value(std::string_view(*text));
  amqp_field_value_t field{};
  if (const auto* flag = std::get_if<bool>(&value)) {
    field.kind = AMQP_FIELD_KIND_BOOLEAN;
    field.value.boolean = *flag ? 1 : 0;
  } else {
    field.kind = AMQP_FIELD_KIND_F64;
    field.value.f64 = std::get<double>(value);
  }
  return field;
}

constexpr std::size_t kEntryBytes = 16;  // a header takes at most this, besides its name and its text

std::optional<HeaderValue> header_value(const amqp_field_value_t& field) {
  switch (field.kind) {
    case AMQP_FIELD_KIND_BOOLEAN:
      return field.value.boolean != 0;
    case AMQP_FIELD_KIND_I8:
      return std::int64_t{field.value.i8};
    case AMQP_FIELD_KIND_U8:
      return std::int64_t{field.value.u8};
    case AMQP_FIELD_KIND_I16:
      return std::int64_t{field.value.i16};
    case AMQP_FIELD_KIND_U16:
      return std::int64_t{field.value.u16};
    case AMQP_FIELD_KIND_I32:
      return std::int64_t{field.value.i32};
    case AMQP_FIELD_KIND_U32:
      return std::int64_t{field.value.u32};
    case AMQP_FIELD_KIND_I64:
      return field.value.i64;
    case AMQP_FIELD_KIND_U64:
      if (field.value.u64 > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {};
      return static_cast<std::int64_t>(field.value.u64);
    case AMQP_FIELD_KIND_F32:
      return double{field.value.f32};
    case AMQP_FIELD_KIND_F64:
      return field.value.f64;
    case AMQP_FIELD_KIND_UTF8:
      return to_string(field.value.bytes);
    default:
      return {};
  }
}

}  // namespace

amqp_bytes_t amqp_text(std::string_view text) {
  // rabbitmq-c takes even what it only reads through a non-const pointer.
  return {text.size(), const_cast<char*>(text.data())};
}

std::string to_string(amqp_bytes_t bytes) {
  return bytes.len == 0 ? std::string() : std::string(static_cast<const char*>(bytes.bytes), bytes.len);
}

AmqpTable::AmqpTable(const Headers& headers) {
  entries_.reserve(headers.size() + 2);
  for (const auto& [name, value] : headers) entries_.push_back({amqp_text(name), field_value(value)});
}

amqp_table_t AmqpTable::table() { return {static_cast<int>(entries_.size()), entries_.data()}; }

void AmqpTable::set(std::string_view name, std::int64_t value) { set(name, field_value(value)); }

void AmqpTable::set(std::string_view name, std::string_view text) { set(name, field_value(text)); }

void AmqpTable::set(std::string_view name, const amqp_field_value_t& value) {
  for (amqp_table_entry_t& entry : entries_) {
    if (std::string_view(static_cast<const char*>(entry.key.bytes), entry.key.len) != name) continue;
    entry.value = value;
    return;
  }
  entries_.push_back({amqp_text(name), value});
}

ReadHeaders read_headers(const amqp_table_t& table) {
  ReadHeaders result;
  for (int i = 0; i < table.num_entries; ++i) {
    std::string name = to_string(table.entries[i].key);
    result.bytes += name.size() + kEntryBytes;
    if (std::optional<HeaderValue> value = header_value(table.entries[i].value)) {
      if (const auto* text = std::get_if<std::string>(&*value)) result.bytes += text->size();
      result.headers.set(std::move(name), std::move(*value));
    } else if (!name.starts_with("x-") && !result.refused) {
      result.refused = std::move(name);
    }
  }
  return result;
}

amqp_basic_properties_t to_properties(const MessageFields& fields) {
  constexpr std::uint8_t kPersistent = 2;
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_HEADERS_FLAG;
  properties.delivery_mode = kPersistent;
  const auto set = [&properties](amqp_flags_t flag, amqp_bytes_t& property, const std::string& text) {
    if (text.empty()) return;
    properties._flags |= flag;
    property = amqp_text(text);
  };
  set(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id, fields.id);
  set(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id, fields.correlation_id);
  set(AMQP_BASIC_APP_ID_FLAG, properties.app_id, fields.app_id);
  set(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type, fields.content_type);
  if (fields.timestamp >= 0) {
    properties._flags |= AMQP_BASIC_TIMESTAMP_FLAG;
    properties.timestamp = static_cast<std::uint64_t>(fields.timestamp / kNanosecondsPerSecond);
  }
  return properties;
}

ReadMessage read_message(const amqp_message_t& message) {
  const amqp_basic_properties_t& properties = message.properties;
  const auto has = [&properties](amqp_flags_t flag) { return (properties._flags & flag) != 0; };
  const auto text = [&has](amqp_flags_t flag, amqp_bytes_t property) {
    return has(flag) ? to_string(property) : std::string();
  };
  ReadMessage result;
  MessageFields& fields = result.fields;
  fields.payload = Payload::copy_of({static_cast<const std::byte*>(message.body.bytes), message.body.len});
  fields.id = text(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id);
  fields.correlation_id = text(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id);
  fields.app_id = text(AMQP_BASIC_APP_ID_FLAG, properties.app_id);
  fields.content_type = text(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type);
  if (has(AMQP_BASIC_HEADERS_FLAG)) {
    ReadHeaders read = read_headers(properties.headers);
    fields.headers = std::move(read.headers);
    if (read.bytes > kHeaderBytesMax) {
      result.refused = fmt::format("its headers have {} bytes, and at most {} are carried: make them shorter",
                                   read.bytes, kHeaderBytesMax);
    } else if (read.refused) {
      result.refused = fmt::format(
          "its header {} is of a type that is not carried (only bool, integer, number and text are): "
          "write it as text",
          quoted_text(*read.refused));
    }
  }
  constexpr std::uint64_t kSecondsMax = static_cast<std::uint64_t>(INT64_MAX / kNanosecondsPerSecond);
  fields.timestamp = kNoTimestamp;
  if (has(AMQP_BASIC_TIMESTAMP_FLAG) && properties.timestamp <= kSecondsMax) {
    fields.timestamp = static_cast<TimeNs>(properties.timestamp) * kNanosecondsPerSecond;
  }
  const std::int64_t* exact = fields.headers.find_integer(kTimestampHeader);
  if (exact != nullptr && *exact >= 0) fields.timestamp = *exact;
  fields.headers.remove(kTimestampHeader);
  return result;
}

}  // namespace dse
