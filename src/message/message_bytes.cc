#include "message/message_bytes.h"

#include <bit>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/byte_form.h"

namespace dse {
namespace {

enum class ValueType : std::uint8_t {
  kBool = 0,
  kInt64 = 1,
  kDouble = 2,
  kText = 3,
  kNarrow = 4,  // and the five after it: a NarrowInteger, in the order of NarrowType
  kFloat = 10,
  kDecimal = 11,
  kTimestamp = 12,
  kBytes = 13,
  kVoid = 14,
  kArray = 15,
  kTable = 16
};

void append_type(ValueType type, std::string& bytes) {
  append_number(static_cast<std::uint8_t>(type), bytes);
}

void append_headers(const Headers& headers, std::string& bytes);

struct AppendValue {
  std::string& bytes;

  void operator()(bool value) const {
    append_type(ValueType::kBool, bytes);
    append_number(static_cast<std::uint8_t>(value), bytes);
  }
  void operator()(std::int64_t value) const {
    append_type(ValueType::kInt64, bytes);
    append_number(value, bytes);
  }
  void operator()(double value) const {
    append_type(ValueType::kDouble, bytes);
    append_number(std::bit_cast<std::uint64_t>(value), bytes);
  }
  void operator()(const std::string& value) const {
    append_type(ValueType::kText, bytes);
    append_text(value, bytes);
  }
  void operator()(const NarrowInteger& value) const {
    const auto type = static_cast<std::uint8_t>(value.type());
    append_number(static_cast<std::uint8_t>(static_cast<std::uint8_t>(ValueType::kNarrow) + type), bytes);
    append_number(value.value(), bytes);
  }
  void operator()(const HeaderFloat& value) const {
    append_type(ValueType::kFloat, bytes);
    append_number(std::bit_cast<std::uint32_t>(value.value()), bytes);
  }
  void operator()(const HeaderDecimal& value) const {
    append_type(ValueType::kDecimal, bytes);
    append_number(value.scale(), bytes);
    append_number(value.unscaled(), bytes);
  }
  void operator()(const HeaderTimestamp& value) const {
    append_type(ValueType::kTimestamp, bytes);
    append_number(value.seconds(), bytes);
  }
  void operator()(const HeaderBytes& value) const {
    append_type(ValueType::kBytes, bytes);
    append_text(value.bytes(), bytes);
  }
  void operator()(const HeaderVoid&) const { append_type(ValueType::kVoid, bytes); }
  void operator()(const HeaderArray& value) const {
    append_type(ValueType::kArray, bytes);
    append_number(std::uint64_t{value.values().size()}, bytes);
    for (const HeaderValue& each : value.values()) std::visit(*this, each);
  }
  void operator()(const HeaderTable& value) const {
    append_type(ValueType::kTable, bytes);
    append_headers(value.entries(), bytes);
  }
};

void append_headers(const Headers& headers, std::string& bytes) {
  append_number(std::uint64_t{headers.size()}, bytes);
  for (const auto& [name, value] : headers) {
    append_text(name, bytes);
    std::visit(AppendValue{bytes}, value);
  }
}

Headers read_headers(ByteReader& reader, int nesting);

HeaderValue read_narrow(ByteReader& reader, std::uint8_t type) {
  const auto value = reader.number<std::int64_t>();
  const auto narrow = static_cast<NarrowType>(type - static_cast<std::uint8_t>(ValueType::kNarrow));
  if (const std::optional<NarrowInteger> held = NarrowInteger::of(narrow, value)) return *held;
  reader.fail();
  return false;
}

// `nesting` counts the arrays and tables around the value.
HeaderValue read_value(ByteReader& reader, int nesting) {
  const auto type = reader.number<std::uint8_t>();
  if (type >= static_cast<std::uint8_t>(ValueType::kNarrow) &&
      type < static_cast<std::uint8_t>(ValueType::kFloat)) {
    return read_narrow(reader, type);
  }
  switch (static_cast<ValueType>(type)) {
    case ValueType::kBool: {
      const auto flag = reader.number<std::uint8_t>();
      if (flag > 1) reader.fail();
      return flag == 1;
    }
    case ValueType::kInt64:
      return reader.number<std::int64_t>();
    case ValueType::kDouble:
      return std::bit_cast<double>(reader.number<std::uint64_t>());
    case ValueType::kText:
      return std::string(reader.text());
    case ValueType::kNarrow:
      break;
    case ValueType::kFloat:
      return HeaderFloat(std::bit_cast<float>(reader.number<std::uint32_t>()));
    case ValueType::kDecimal: {
      const auto scale = reader.number<std::uint8_t>();
      return HeaderDecimal(scale, reader.number<std::uint32_t>());
    }
    case ValueType::kTimestamp:
      return HeaderTimestamp(reader.number<std::uint64_t>());
    case ValueType::kBytes:
      return HeaderBytes(std::string(reader.text()));
    case ValueType::kVoid:
      return HeaderVoid();
    case ValueType::kArray: {
      if (nesting == kHeaderNestingMax) break;
      std::vector<HeaderValue> values;
      for (auto left = reader.number<std::uint64_t>(); left > 0 && !reader.failed(); --left)
        values.push_back(read_value(reader, nesting + 1));
      return HeaderArray(std::move(values));
    }
    case ValueType::kTable:
      if (nesting == kHeaderNestingMax) break;
      return HeaderTable(read_headers(reader, nesting + 1));
  }
  reader.fail();
  return false;
}

// Reads headers, which must be in the order of their names, each once.
Headers read_headers(ByteReader& reader, int nesting) {
  Headers headers;
  std::optional<std::string_view> last;
  for (auto left = reader.number<std::uint64_t>(); left > 0 && !reader.failed(); --left) {
    const std::string_view name = reader.text();
    if (last && name <= *last) reader.fail();
    last = name;
    headers.set(std::string(name), read_value(reader, nesting));
  }
  return headers;
}

constexpr std::uint8_t kHasPriority = 1;
constexpr std::uint8_t kIsTransient = 2;

void append_more(const MoreProperties& more, std::string& bytes) {
  for (const std::string* text :
       {&more.content_encoding, &more.reply_to, &more.expiration, &more.type, &more.user_id}) {
    append_text(*text, bytes);
  }
  const int priority = more.priority ? kHasPriority : 0;
  const int transient = more.delivery_mode ? kIsTransient : 0;
  append_number(static_cast<std::uint8_t>(priority | transient), bytes);
  if (more.priority) append_number(*more.priority, bytes);
}

// Whether what was read is what append_more() writes.
bool read_more(ByteReader& reader, OptionalProperties& properties) {
  MoreProperties more;
  for (std::string* text :
       {&more.content_encoding, &more.reply_to, &more.expiration, &more.type, &more.user_id}) {
    *text = reader.text();
  }
  const auto flags = reader.number<std::uint8_t>();
  if ((flags & kHasPriority) != 0) more.priority = reader.number<std::uint8_t>();
  if ((flags & kIsTransient) != 0) more.delivery_mode = std::uint8_t{1};
  properties = std::move(more);
  return flags <= (kHasPriority | kIsTransient) && !properties.empty();
}

}  // namespace

void append_message(const Message& message, std::string& bytes) {
  const MessageFields& fields = message.fields();
  append_number(fields.timestamp, bytes);
  for (const std::string* text :
       {&fields.id, &fields.key, &fields.correlation_id, &fields.app_id, &fields.content_type}) {
    append_text(*text, bytes);
  }
  append_headers(fields.headers, bytes);
  const auto payload = fields.payload.bytes();
  append_text({reinterpret_cast<const char*>(payload.data()), payload.size()}, bytes);
  if (!fields.more.empty()) append_more(*fields.more, bytes);
}

MessagePtr decode_message(std::string_view bytes) {
  ByteReader reader(bytes);
  MessageFields fields;
  fields.timestamp = reader.number<std::int64_t>();
  for (std::string* text :
       {&fields.id, &fields.key, &fields.correlation_id, &fields.app_id, &fields.content_type}) {
    *text = reader.text();
  }
  fields.headers = read_headers(reader, 0);
  const std::string_view payload = reader.text();
  if (!reader.rest().empty() && !read_more(reader, fields.more)) return {};
  if (!reader.at_end()) return {};
  fields.payload = Payload::copy_of(payload);
  return make_message(std::move(fields));
}

}  // namespace dse
