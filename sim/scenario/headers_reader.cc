#include "sim/scenario/headers_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sim/scenario/toml_place.h"

namespace dse {
namespace {

// What AMQP cannot carry as a name, what client libraries cannot read, and what no broker matches.
void check_header_name(const std::string& name, const InputPlace& place) {
  constexpr std::size_t kNameBytesMax = 255;
  if (name.empty() || name.size() > kNameBytesMax || name.find('\0') != std::string::npos) {
    throw InputError(
        place,
        fmt::format("a name of {} bytes{} is not a header's: expected 1 to {} bytes and no NUL", name.size(),
                    name.find('\0') == std::string::npos ? "" : " with a NUL", kNameBytesMax));
  }
  if (name.starts_with("x-")) {
    throw InputError(
        place,
        fmt::format("'{}': names that begin with x- are reserved and never matched by a broker", name));
  }
}

// What a binding's headers take in its frame on the way to a broker, roughly.
std::size_t bytes_of(const Headers& headers) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers) {
    constexpr std::size_t kNumberBytes = 16;
    const auto* text = std::get_if<std::string>(&value);
    bytes += name.size() + (text == nullptr ? 0 : text->size()) + kNumberBytes;
  }
  return bytes;
}

}  // namespace

Headers read_headers(const toml::table& table, const std::string& key) {
  Headers headers;
  for (const auto& [name, value] : table) {
    const std::string header(name.str());
    const std::string own_key = fmt::format("{}.{}", key, header);
    check_header_name(header, place_of(value, key));
    if (const auto* flag = value.as_boolean()) {
      headers.set(header, flag->get());
    } else if (const auto* integer = value.as_integer()) {
      headers.set(header, std::int64_t{integer->get()});
    } else if (const auto* real = value.as_floating_point()) {
      if (!std::isfinite(real->get())) {
        throw InputError(place_of(value, own_key),
                         fmt::format("{} is not a header's value: expected a finite number", real->get()));
      }
      headers.set(header, real->get());
    } else if (const auto* text = value.as_string()) {
      headers.set(header, text->get());
    } else {
      throw wrong_type(value, own_key, "a boolean, an integer, a number or a string");
    }
  }
  constexpr std::size_t kHeadersBytesMax = 65'536;  // half of the frame that RabbitMQ offers
  if (const std::size_t bytes = bytes_of(headers); bytes > kHeadersBytesMax) {
    throw InputError(
        place_of(table, key),
        fmt::format("the headers take {} bytes, more than {}: make them shorter", bytes, kHeadersBytesMax));
  }
  return headers;
}

}  // namespace dse
