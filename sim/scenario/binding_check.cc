#include "sim/scenario/binding_check.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <optional>
#include <variant>

#include "message/carriage.h"
#include "sim/scenario/key_rules.h"

namespace dse {

void check_nested_name(const std::string& name, const InputPlace& place) {
  if (name.empty() || name.size() > kShortTextBytesMax || name.find('\0') != std::string::npos) {
    throw InputError(
        place,
        fmt::format("a name of {} bytes{} is not a header's: expected 1 to {} bytes and no NUL", name.size(),
                    name.find('\0') == std::string::npos ? "" : " with a NUL", kShortTextBytesMax));
  }
}

void check_header_name(const std::string& name, const InputPlace& place) {
  check_nested_name(name, place);
  if (name.starts_with("x-")) {
    throw InputError(
        place,
        fmt::format("'{}': names that begin with x- are reserved and never matched by a broker", name));
  }
}

void check_header_value(const HeaderValue& value, const InputPlace& place) {
  if (const auto* array = std::get_if<HeaderArray>(&value)) {
    for (const HeaderValue& each : array->values()) check_header_value(each, place);
  }
  if (const auto* table = std::get_if<HeaderTable>(&value)) {
    for (const auto& [name, each] : table->entries()) {
      check_nested_name(name, place);
      check_header_value(each, place);
    }
  }
  if (const std::optional<double> number = real_of(value); number && !std::isfinite(*number))
    throw InputError(place, fmt::format("{} is not a header's value: expected a finite number", *number));
}

void check_headers_size(const Headers& headers, const InputPlace& place) {
  if (const std::size_t bytes = bytes_in_frame(headers); bytes > kBindingHeaderBytesMax) {
    throw InputError(place, fmt::format("the headers take {} bytes, more than {}: make them shorter", bytes,
                                        kBindingHeaderBytesMax));
  }
}

void check_routing_key(const std::string& key, const InputPlace& place) {
  if (key.size() > kShortTextBytesMax || has_control_characters(key)) {
    throw InputError(place, fmt::format("is not a routing key: expected at most {} bytes and no control "
                                        "characters",
                                        kShortTextBytesMax));
  }
}

void check_binding(const BindingSpec& binding, const InputPlace& place) {
  for (const std::string& resource : {binding.from, binding.to}) check_resource_name(resource, place);
  check_routing_key(binding.key, place);
  for (const auto& [name, value] : binding.headers) {
    check_header_name(name, place);
    check_header_value(value, place);
  }
  check_headers_size(binding.headers, place);
  if (binding.headers.empty() && binding.match == HeaderMatch::kAny)
    throw InputError(place, "says how headers match, but there are no headers");
}

}  // namespace dse
