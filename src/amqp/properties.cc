#include "amqp/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/printable.h"
#include "message/carriage.h"

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

amqp_field_value_t field_value(const NarrowInteger& integer) {
  amqp_field_value_t field{};
  switch (integer.type()) {
    case NarrowType::kInt8:
      field.kind = AMQP_FIELD_KIND_I8;
      field.value.i8 = static_cast<std::int8_t>(integer.value());
      break;
    case NarrowType::kUint8:
      field.kind = AMQP_FIELD_KIND_U8;
      field.value.u8 = static_cast<std::uint8_t>(integer.value());
      break;
    case NarrowType::kInt16:
      field.kind = AMQP_FIELD_KIND_I16;
      field.value.i16 = static_cast<std::int16_t>(integer.value());
      break;
    case NarrowType::kUint16:
      field.kind = AMQP_FIELD_KIND_U16;
      field.value.u16 = static_cast<std::uint16_t>(integer.value());
      break;
    case NarrowType::kInt32:
      field.kind = AMQP_FIELD_KIND_I32;
      field.value.i32 = static_cast<std::int32_t>(integer.value());
      break;
    case NarrowType::kUint32:
      field.kind = AMQP_FIELD_KIND_U32;
      field.value.u32 = static_cast<std::uint32_t>(integer.value());
      break;
  }
  return field;
}

constexpr std::size_t kEntryBytes = 16;  // a value takes at most this, besides its name, text or bytes

// Reads the values of a table, and counts what they take.
class ValueReader {
 public:
  // Throws TooDeep.
  Headers table(const amqp_table_t& table, int nesting) {
    Headers headers;
    for (int i = 0; i < table.num_entries; ++i) {
      std::string name = to_string(table.entries[i].key);
      bytes_ += name.size();
      headers.set(std::move(name), value(table.entries[i].value, nesting));
    }
    return headers;
  }
  std::size_t bytes() const { return bytes_; }

  struct TooDeep {};

 private:
  HeaderValue value(const amqp_field_value_t& field, int nesting) {
    bytes_ += kEntryBytes;
    switch (field.kind) {
      case AMQP_FIELD_KIND_BOOLEAN:
        return field.value.boolean != 0;
      case AMQP_FIELD_KIND_I8:
        return NarrowInteger(field.value.i8);
      case AMQP_FIELD_KIND_U8:
        return NarrowInteger(field.value.u8);
      case AMQP_FIELD_KIND_I16:
        return NarrowInteger(field.value.i16);
      case AMQP_FIELD_KIND_U16:
        return NarrowInteger(field.value.u16);
      case AMQP_FIELD_KIND_I32:
        return NarrowInteger(field.value.i32);
      case AMQP_FIELD_KIND_U32:
        return NarrowInteger(field.value.u32);
      case AMQP_FIELD_KIND_I64:
        return field.value.i64;
      case AMQP_FIELD_KIND_U64:
        // RabbitMQ takes an `L` for a signed integer, as its `l`.
        return static_cast<std::int64_t>(field.value.u64);
      case AMQP_FIELD_KIND_F32:
        return HeaderFloat(field.value.f32);
      case AMQP_FIELD_KIND_F64:
        return field.value.f64;
      case AMQP_FIELD_KIND_DECIMAL:
        return HeaderDecimal(field.value.decimal.decimals, field.value.decimal.value);
      case AMQP_FIELD_KIND_TIMESTAMP:
        return HeaderTimestamp(field.value.u64);
      case AMQP_FIELD_KIND_UTF8:
        return text(field);
      case AMQP_FIELD_KIND_BYTES:
        return HeaderBytes(text(field));
      case AMQP_FIELD_KIND_ARRAY:
        return array(field.value.array, inside(nesting));
      case AMQP_FIELD_KIND_TABLE:
        return HeaderTable(table(field.value.table, inside(nesting)));
      default:
        // rabbitmq-c decodes no other type that RabbitMQ has.
        return HeaderVoid();
    }
  }
  HeaderArray array(const amqp_array_t& array, int nesting) {
    std::vector<HeaderValue> values;
    for (int i = 0; i < array.num_entries; ++i) values.push_back(value(array.entries[i], nesting));
    return HeaderArray(std::move(values));
  }
  std::string text(const amqp_field_value_t& field) {
    bytes_ += field.value.bytes.len;
    return to_string(field.value.bytes);
  }
  static int inside(int nesting) {
    if (nesting == kHeaderNestingMax) throw TooDeep();
    return nesting + 1;
  }

  std::size_t bytes_ = 0;
};

}  // namespace

amqp_bytes_t amqp_text(std::string_view text) {
  // rabbitmq-c takes even what it only reads through a non-const pointer.
  return {text.size(), const_cast<char*>(text.data())};
}

std::string to_string(amqp_bytes_t bytes) {
  return bytes.len == 0 ? std::string() : std::string(static_cast<const char*>(bytes.bytes), bytes.len);
}

AmqpTable::AmqpTable(const Headers& headers) : entries_(entries_of(headers)) {}

amqp_field_value_t AmqpTable::nested_value(const HeaderValue& value) {
  amqp_field_value_t field{};
  if (const auto* flag = std::get_if<bool>(&value)) {
    field.kind = AMQP_FIELD_KIND_BOOLEAN;
    field.value.boolean = *flag ? 1 : 0;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return field_value(*integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    field.kind = AMQP_FIELD_KIND_F64;
    field.value.f64 = *real;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    return field_value(std::string_view(*text));
  } else if (const auto* narrow = std::get_if<NarrowInteger>(&value)) {
    return field_value(*narrow);
  } else if (const auto* number = std::get_if<HeaderFloat>(&value)) {
    field.kind = AMQP_FIELD_KIND_F32;
    field.value.f32 = number->value();
  } else if (const auto* decimal = std::get_if<HeaderDecimal>(&value)) {
    field.kind = AMQP_FIELD_KIND_DECIMAL;
    field.value.decimal = {decimal->scale(), decimal->unscaled()};
  } else if (const auto* time = std::get_if<HeaderTimestamp>(&value)) {
    field.kind = AMQP_FIELD_KIND_TIMESTAMP;
    field.value.u64 = time->seconds();
  } else if (const auto* bytes = std::get_if<HeaderBytes>(&value)) {
    field.kind = AMQP_FIELD_KIND_BYTES;
    field.value.bytes = amqp_text(bytes->bytes());
  } else if (const auto* array = std::get_if<HeaderArray>(&value)) {
    std::vector<amqp_field_value_t> values;
    for (const HeaderValue& each : array->values()) values.push_back(nested_value(each));
    arrays_.push_back(std::move(values));
    field.kind = AMQP_FIELD_KIND_ARRAY;
    field.value.array = {static_cast<int>(arrays_.back().size()), arrays_.back().data()};
  } else if (const auto* table = std::get_if<HeaderTable>(&value)) {
    tables_.push_back(entries_of(table->entries()));
    field.kind = AMQP_FIELD_KIND_TABLE;
    field.value.table = {static_cast<int>(tables_.back().size()), tables_.back().data()};
  } else {
    field.kind = AMQP_FIELD_KIND_VOID;
  }
  return field;
}

std::vector<amqp_table_entry_t> AmqpTable::entries_of(const Headers& headers) {
  std::vector<amqp_table_entry_t> entries;
  entries.reserve(headers.size() + 3);  // our own are added to those of a message
  for (const auto& [name, value] : headers) entries.push_back({amqp_text(name), nested_value(value)});
  return entries;
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
  ValueReader reader;
  try {
    result.headers = reader.table(table, 0);
  } catch (const ValueReader::TooDeep&) {
    result.too_deep = true;
  }
  result.bytes = reader.bytes();
  return result;
}

amqp_basic_properties_t to_properties(const MessageFields& fields) {
  constexpr std::uint8_t kPersistent = 2;
  const MoreProperties& more = *fields.more;
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_HEADERS_FLAG;
  properties.delivery_mode = more.delivery_mode.value_or(kPersistent);
  const auto set = [&properties](amqp_flags_t flag, amqp_bytes_t& property, const std::string& text) {
    if (text.empty()) return;
    properties._flags |= flag;
    property = amqp_text(text);
  };
  set(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id, fields.id);
  set(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id, fields.correlation_id);
  set(AMQP_BASIC_APP_ID_FLAG, properties.app_id, fields.app_id);
  set(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type, fields.content_type);
  set(AMQP_BASIC_CONTENT_ENCODING_FLAG, properties.content_encoding, more.content_encoding);
  set(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to, more.reply_to);
  set(AMQP_BASIC_EXPIRATION_FLAG, properties.expiration, more.expiration);
  set(AMQP_BASIC_TYPE_FLAG, properties.type, more.type);
  set(AMQP_BASIC_USER_ID_FLAG, properties.user_id, more.user_id);
  if (more.priority) {
    properties._flags |= AMQP_BASIC_PRIORITY_FLAG;
    properties.priority = *more.priority;
  }
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
    } else if (read.too_deep) {
      result.refused =
          fmt::format("its headers have more than {} arrays and tables inside each other", kHeaderNestingMax);
    }
  }
  MoreProperties more{.content_encoding = text(AMQP_BASIC_CONTENT_ENCODING_FLAG, properties.content_encoding),
                      .reply_to = text(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to),
                      .expiration = text(AMQP_BASIC_EXPIRATION_FLAG, properties.expiration),
                      .type = text(AMQP_BASIC_TYPE_FLAG, properties.type),
                      .user_id = text(AMQP_BASIC_USER_ID_FLAG, properties.user_id)};
  if (has(AMQP_BASIC_PRIORITY_FLAG)) more.priority = properties.priority;
  if (has(AMQP_BASIC_DELIVERY_MODE_FLAG)) more.delivery_mode = properties.delivery_mode;
  if (const HeaderValue* user = fields.headers.find(kUserHeader)) {
    if (more.user_id.empty()) more.user_id = to_text(*user);
    fields.headers.remove(kUserHeader);
  }
  if (more != MoreProperties()) fields.more = std::move(more);
  fields.more.normalise();
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
