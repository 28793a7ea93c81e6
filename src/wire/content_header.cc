#include "wire/content_header.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "wire/field_table.h"
#include "wire/wire_bytes.h"

namespace dse::wire {
namespace {

// In the order in which a list has them; the first has the highest bit of the flags.
enum class Property : std::uint8_t {
  kContentType = 0,
  kContentEncoding,
  kHeaders,
  kDeliveryMode,
  kPriority,
  kCorrelationId,
  kReplyTo,
  kExpiration,
  kMessageId,
  kTimestamp,
  kType,
  kUserId,
  kAppId,
  kClusterId
};
constexpr unsigned kPropertyCount = 14;

constexpr std::uint16_t bit_of(Property property) {
  return static_cast<std::uint16_t>(0x8000U >> static_cast<unsigned>(property));
}

constexpr std::uint64_t kSecondsMax = static_cast<std::uint64_t>(INT64_MAX / kNanosecondsPerSecond);

// Takes one property off the reader and puts it into the fields.
void read_property(Property property, WireReader& reader, MessageFields& fields) {
  switch (property) {
    case Property::kContentType:
      fields.content_type = reader.text();
      return;
    case Property::kContentEncoding:
      fields.more.edit().content_encoding = reader.text();
      return;
    case Property::kHeaders:
      fields.headers = read_table(reader);
      return;
    case Property::kDeliveryMode:
      fields.more.edit().delivery_mode = reader.number<std::uint8_t>();
      return;
    case Property::kPriority:
      fields.more.edit().priority = reader.number<std::uint8_t>();
      return;
    case Property::kCorrelationId:
      fields.correlation_id = reader.text();
      return;
    case Property::kReplyTo:
      fields.more.edit().reply_to = reader.text();
      return;
    case Property::kExpiration:
      fields.more.edit().expiration = reader.text();
      return;
    case Property::kMessageId:
      fields.id = reader.text();
      return;
    case Property::kTimestamp: {
      const auto seconds = reader.number<std::uint64_t>();
      if (seconds <= kSecondsMax) fields.timestamp = static_cast<TimeNs>(seconds) * kNanosecondsPerSecond;
      return;
    }
    case Property::kType:
      fields.more.edit().type = reader.text();
      return;
    case Property::kUserId:
      fields.more.edit().user_id = reader.text();
      return;
    case Property::kAppId:
      fields.app_id = reader.text();
      return;
    case Property::kClusterId:  // which nobody uses: it is kept as it was published
      reader.text();
      return;
  }
}

void read_properties(std::string_view list, MessageFields& fields) {
  WireReader reader(list);
  const auto flags = reader.number<std::uint16_t>();
  for (unsigned at = 0; at < kPropertyCount; ++at) {
    const auto property = static_cast<Property>(at);
    if ((flags & bit_of(property)) != 0) read_property(property, reader, fields);
  }
  if (!reader.at_end()) throw Undecodable();
}

bool has(Property property, const MessageFields& fields) {
  const MoreProperties& more = *fields.more;
  switch (property) {
    case Property::kContentType:
      return !fields.content_type.empty();
    case Property::kContentEncoding:
      return !more.content_encoding.empty();
    case Property::kHeaders:
      return !fields.headers.empty();
    case Property::kDeliveryMode:
      return true;
    case Property::kPriority:
      return more.priority.has_value();
    case Property::kCorrelationId:
      return !fields.correlation_id.empty();
    case Property::kReplyTo:
      return !more.reply_to.empty();
    case Property::kExpiration:
      return !more.expiration.empty();
    case Property::kMessageId:
      return !fields.id.empty();
    case Property::kTimestamp:
      return fields.timestamp >= 0;
    case Property::kType:
      return !more.type.empty();
    case Property::kUserId:
      return !more.user_id.empty();
    case Property::kAppId:
      return !fields.app_id.empty();
    case Property::kClusterId:
      break;
  }
  return false;
}

void write_property(Property property, const MessageFields& fields, WireWriter& writer) {
  constexpr std::uint8_t kPersistent = 2;
  const MoreProperties& more = *fields.more;
  switch (property) {
    case Property::kContentType:
      return writer.text(fields.content_type);
    case Property::kContentEncoding:
      return writer.text(more.content_encoding);
    case Property::kHeaders:
      return write_table(fields.headers, writer);
    case Property::kDeliveryMode:
      return writer.number(more.delivery_mode.value_or(kPersistent));
    case Property::kPriority:
      return writer.number(more.priority.value_or(0));
    case Property::kCorrelationId:
      return writer.text(fields.correlation_id);
    case Property::kReplyTo:
      return writer.text(more.reply_to);
    case Property::kExpiration:
      return writer.text(more.expiration);
    case Property::kMessageId:
      return writer.text(fields.id);
    case Property::kTimestamp:
      return writer.number(static_cast<std::uint64_t>(fields.timestamp / kNanosecondsPerSecond));
    case Property::kType:
      return writer.text(more.type);
    case Property::kUserId:
      return writer.text(more.user_id);
    case Property::kAppId:
      return writer.text(fields.app_id);
    case Property::kClusterId:
      return;
  }
}

// Takes the bytes of one property off the reader.
void skip_property(Property property, WireReader& reader) {
  switch (property) {
    case Property::kHeaders:
      reader.long_text();
      return;
    case Property::kDeliveryMode:
    case Property::kPriority:
      reader.number<std::uint8_t>();
      return;
    case Property::kTimestamp:
      reader.number<std::uint64_t>();
      return;
    default:
      reader.text();
  }
}

void write_properties(const MessageFields& fields, WireWriter& writer) {
  std::uint16_t flags = 0;
  for (unsigned at = 0; at < kPropertyCount; ++at) {
    const auto property = static_cast<Property>(at);
    if (has(property, fields)) flags |= bit_of(property);
  }
  writer.number(flags);
  for (unsigned at = 0; at < kPropertyCount; ++at) {
    const auto property = static_cast<Property>(at);
    if ((flags & bit_of(property)) != 0) write_property(property, fields, writer);
  }
}

// The properties that the message no longer has as they were published.
std::uint16_t changed_bits(const MoreProperties& more) {
  std::uint16_t bits = 0;
  if ((more.changed & MoreProperties::kHeadersChanged) != 0) bits |= bit_of(Property::kHeaders);
  if ((more.changed & MoreProperties::kExpirationChanged) != 0) bits |= bit_of(Property::kExpiration);
  if ((more.changed & MoreProperties::kReplyToChanged) != 0) bits |= bit_of(Property::kReplyTo);
  return bits;
}

// Those that were published, but for the changed ones. A table of headers stays one even when it is empty.
void write_changed_properties(const MessageFields& fields, WireWriter& writer) {
  const std::uint16_t changed = changed_bits(*fields.more);
  WireReader published(fields.more->as_published);
  const auto published_flags = published.number<std::uint16_t>();
  std::uint16_t flags = published_flags;
  for (const Property property : {Property::kHeaders, Property::kExpiration, Property::kReplyTo}) {
    const std::uint16_t bit = bit_of(property);
    if ((changed & bit) == 0) continue;
    if (has(property, fields)) {
      flags |= bit;
    } else if (property != Property::kHeaders) {
      flags &= static_cast<std::uint16_t>(~bit);
    }
  }
  writer.number(flags);
  for (unsigned at = 0; at < kPropertyCount; ++at) {
    const auto property = static_cast<Property>(at);
    const std::string_view before = published.rest();
    if ((published_flags & bit_of(property)) != 0) skip_property(property, published);
    if ((flags & bit_of(property)) == 0) continue;
    if ((changed & bit_of(property)) != 0) {
      write_property(property, fields, writer);
    } else {
      writer.append(before.substr(0, before.size() - published.rest().size()));
    }
  }
}

constexpr std::size_t kFixedBytes = 12;
constexpr std::uint16_t kBasicClass = 60;

// Takes class, weight and the length of the body off the reader; returns that length.
std::uint64_t read_fixed_part(WireReader& reader, std::string_view payload) {
  if (payload.size() < kFixedBytes) {
    throw WireError(ReplyCode::kFrameError,
                    fmt::format("type 2, all octets = {}: unknown_frame", byte_list_or_text(payload)));
  }
  const auto class_id = reader.number<std::uint16_t>();
  const auto weight = reader.number<std::uint16_t>();
  if (weight != 0) {
    throw WireError(ReplyCode::kUnexpectedFrame,
                    "expected content header for class 60, got non content header frame instead",
                    BasicPublish::kId);
  }
  if (class_id != kBasicClass) {
    throw WireError(
        ReplyCode::kUnexpectedFrame,
        fmt::format("expected content header for class 60, got one for class {} instead", class_id),
        BasicPublish::kId);
  }
  return reader.number<std::uint64_t>();
}

}  // namespace

ContentHeader read_content_header(std::string_view payload) {
  WireReader reader(payload);
  ContentHeader header;
  header.body_bytes = read_fixed_part(reader, payload);
  try {
    read_properties(reader.rest(), header.fields);
  } catch (const Undecodable&) {
    throw WireError(ReplyCode::kInternalError, "");
  }
  header.fields.more.edit().as_published = reader.rest();
  return header;
}

void write_content_header(const Message& message, std::string& payload) {
  const MessageFields& fields = message.fields();
  WireWriter writer(payload);
  writer.number(kBasicClass);
  writer.number(std::uint16_t{0});
  writer.number(std::uint64_t{fields.payload.size()});
  const MoreProperties& more = *fields.more;
  if (more.as_published.empty()) {
    write_properties(fields, writer);
  } else if (more.changed == 0) {
    writer.append(more.as_published);
  } else {
    write_changed_properties(fields, writer);
  }
}

bool says_expiration(const MoreProperties& properties) {
  constexpr unsigned char kExpirationBit = 1;  // in the first byte of the flags
  if (properties.as_published.empty()) return !properties.expiration.empty();
  return (static_cast<unsigned char>(properties.as_published[0]) & kExpirationBit) != 0;
}

}  // namespace dse::wire
