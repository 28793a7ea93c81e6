#include "sim/scenario/headers_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdint>

#include "sim/scenario/binding_check.h"
#include "sim/scenario/toml_place.h"

namespace dse {
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
      check_header_number(real->get(), place_of(value, own_key));
      headers.set(header, real->get());
    } else if (const auto* text = value.as_string()) {
      headers.set(header, text->get());
    } else {
      throw wrong_type(value, own_key, "a boolean, an integer, a number or a string");
    }
  }
  check_headers_size(headers, place_of(table, key));
  return headers;
}

}  // namespace dse
