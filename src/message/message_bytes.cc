#include "message/message_bytes.h"

#include <bit>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/byte_form.h"

namespace dse {
namespace {

// The types are in the order of the alternatives of HeaderValue.
enum class ValueType : std::uint8_t { kBool = 0, kInteger = 1, kDouble = 2, kText = 3 };

void append_value(const HeaderValue& value, std::string& bytes) {
  append_number(static_cast<std::uint8_t>(value.index()), bytes);
  if (const auto* flag = std::get_if<bool>(&value)) {
    append_number(static_cast<std::uint8_t>(*flag), bytes);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_number(*integer, bytes);
  } else if (const auto* number = std::get_if<double>(&value)) {
    append_number(std::bit_cast<std::uint64_t>(*number), bytes);
  } else {
    append_text(std::get<std::string>(value), bytes);
  }
}

HeaderValue read_value(ByteReader& reader) {
  switch (static_cast<ValueType>(reader.number<std::uint8_t>())) {
    case ValueType::kBool: {
      const auto flag = reader.number<std::uint8_t>();
      if (flag > 1) reader.fail();
      return flag == 1;
    }
    case ValueType::kInteger:
      return reader.number<std::int64_t>();
    case ValueType::kDouble:
      return std::bit_cast<double>(reader.number<std::uint64_t>());
    case ValueType::kText:
      return std::string(reader.text());
  }
  reader.fail();
  return false;
}

// Reads headers, which must be in the order of their names, each once.
Headers read_headers(ByteReader& reader) {
  Headers headers;
  std::optional<std::string_view> last;
  for (auto left = reader.number<std::uint64_t>(); left > 0 && !reader.failed(); --left) {
    const std::string_view name = reader.text();
    if (last && name <= *last) reader.fail();
    last = name;
    headers.set(std::string(name), read_value(reader));
  }
  return headers;
}

}  // namespace

void append_message(const Message& message, std::string& bytes) {
  const MessageFields& fields = message.fields();
  append_number(fields.timestamp, bytes);
  for (const std::string* text :
       {&fields.id, &fields.key, &fields.correlation_id, &fields.app_id, &fields.content_type}) {
    append_text(*text, bytes);
  }
  append_number(std::uint64_t{fields.headers.size()}, bytes);
  for (const auto& [name, value] : fields.headers) {
    append_text(name, bytes);
    append_value(value, bytes);
  }
  const auto payload = fields.payload.bytes();
  append_text({reinterpret_cast<const char*>(payload.data()), payload.size()}, bytes);
}

MessagePtr decode_message(std::string_view bytes) {
  ByteReader reader(bytes);
  MessageFields fields;
  fields.timestamp = reader.number<std::int64_t>();
  for (std::string* text :
       {&fields.id, &fields.key, &fields.correlation_id, &fields.app_id, &fields.content_type}) {
    *text = reader.text();
  }
  fields.headers = read_headers(reader);
  const std::string_view payload = reader.text();
  if (!reader.at_end()) return {};
  fields.payload = Payload::copy_of(payload);
  return make_message(std::move(fields));
}

}  // namespace dse
