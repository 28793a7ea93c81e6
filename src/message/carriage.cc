#include "message/carriage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>

#include "core/printable.h"

namespace dse {
namespace {

std::size_t bytes_of_value(const HeaderValue& value) {
  constexpr std::size_t kNumberBytes = 16;
  if (const auto* text = std::get_if<std::string>(&value)) return text->size() + kNumberBytes;
  if (const auto* bytes = std::get_if<HeaderBytes>(&value)) return bytes->bytes().size() + kNumberBytes;
  if (const auto* table = std::get_if<HeaderTable>(&value))
    return bytes_in_frame(table->entries()) + kNumberBytes;
  std::size_t bytes = kNumberBytes;
  if (const auto* array = std::get_if<HeaderArray>(&value)) {
    for (const HeaderValue& each : array->values()) bytes += bytes_of_value(each);
  }
  return bytes;
}

// Whether AMQP has such a name, and RabbitMQ such a number, here and in what is nested.
bool is_carried(const Headers::Entry& header);

bool is_carried_value(const HeaderValue& value) {
  if (const auto* table = std::get_if<HeaderTable>(&value))
    return std::all_of(table->entries().begin(), table->entries().end(), is_carried);
  if (const auto* array = std::get_if<HeaderArray>(&value))
    return std::all_of(array->values().begin(), array->values().end(), is_carried_value);
  const std::optional<double> real = real_of(value);
  return !real || std::isfinite(*real);
}

bool is_carried(const Headers::Entry& header) {
  return !header.first.empty() && header.first.size() <= kShortTextBytesMax &&
         is_carried_value(header.second);
}

}  // namespace

std::size_t bytes_in_frame(const Headers& headers) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers) bytes += name.size() + bytes_of_value(value);
  return bytes;
}

std::string why_not_carried(const MessageFields& message) {
  if (const std::size_t bytes = message.payload.size(); bytes > kPayloadBytesMax) {
    return fmt::format("its payload has {} bytes, and at most {} are sent: make it smaller", bytes,
                       kPayloadBytesMax);
  }
  const MoreProperties& more = *message.more;
  for (const std::string* text :
       {&message.key, &message.id, &message.correlation_id, &message.app_id, &message.content_type,
        &more.content_encoding, &more.reply_to, &more.expiration, &more.type, &more.user_id}) {
    if (text->size() <= kShortTextBytesMax) continue;
    return fmt::format(
        "its {:.60}... has {} bytes, and AMQP carries keys, ids and the like of at most {}: make "
        "it shorter",
        quoted_text(*text), text->size(), kShortTextBytesMax);
  }
  for (const Headers::Entry& header : message.headers) {
    if (is_carried(header)) continue;
    return fmt::format(
        "its header {:.60}: AMQP has names of 1 to {} bytes, and RabbitMQ only finite numbers; "
        "write it otherwise",
        quoted_text(header.first), kShortTextBytesMax);
  }
  if (const std::size_t bytes = bytes_in_frame(message.headers); bytes > kHeaderBytesSentMax) {
    return fmt::format("its headers take {} bytes, and at most {} are sent: make them shorter", bytes,
                       kHeaderBytesSentMax);
  }
  return why_refused(more);
}

}  // namespace dse
