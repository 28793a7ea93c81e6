#include "kinds/message_text.h"

#include <fmt/format.h>

namespace dse {

std::string seconds_text(TimeNs time_ns) {
  return fmt::format("{}.{:09}", time_ns / kNanosecondsPerSecond, time_ns % kNanosecondsPerSecond);
}

std::string header_text(const Message& message, std::string_view name) {
  const HeaderValue* value = message.headers().find(name);
  return value == nullptr ? "-" : to_text(*value);
}

}  // namespace dse
