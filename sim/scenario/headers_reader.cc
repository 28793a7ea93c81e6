#include "sim/scenario/headers_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/base64.h"
#include "sim/scenario/binding_check.h"
#include "sim/scenario/toml_place.h"

namespace dse {
namespace {

HeaderValue read_value(const toml::node& node, const std::string& key, int nesting);

NarrowInteger read_narrow(const toml::node& node, const std::string& key, NarrowType type) {
  const auto* integer = node.as_integer();
  if (integer == nullptr) throw wrong_type(node, key, "an integer");
  const std::optional<NarrowInteger> value = NarrowInteger::of(type, integer->get());
  if (!value) throw InputError(place_of(node, key), fmt::format("{} does not fit", integer->get()));
  return *value;
}

HeaderFloat read_float(const toml::node& node, const std::string& key) {
  const std::optional<double> number = node.value<double>();
  if (!number || !node.is_number()) throw wrong_type(node, key, "a number");
  if (*number > std::numeric_limits<float>::max() || *number < std::numeric_limits<float>::lowest())
    throw InputError(place_of(node, key), fmt::format("{} does not fit into 32 bits", *number));
  return HeaderFloat(static_cast<float>(*number));
}

HeaderDecimal read_decimal(const toml::node& node, const std::string& key) {
  const auto* text = node.as_string();
  const std::optional<HeaderDecimal> value =
      text == nullptr ? std::nullopt : HeaderDecimal::parse(text->get());
  if (value) return *value;
  constexpr std::string_view kExpected =
      R"(a decimal as text, such as "12.34", without a sign and, without its point, at most 4294967295)";
  if (text == nullptr) throw wrong_type(node, key, kExpected);
  throw InputError(place_of(node, key), fmt::format("expected {}", kExpected));
}

HeaderTimestamp read_timestamp(const toml::node& node, const std::string& key) {
  const auto* integer = node.as_integer();
  if (integer != nullptr && integer->get() >= 0)
    return HeaderTimestamp(static_cast<std::uint64_t>(integer->get()));
  if (const auto* text = node.as_string()) {
    std::uint64_t seconds = 0;
    const char* end = text->get().data() + text->get().size();
    const auto [rest, error] = std::from_chars(text->get().data(), end, seconds);
    if (error == std::errc() && rest == end) return HeaderTimestamp(seconds);
  }
  constexpr std::string_view kExpected = "seconds since 1970, as an integer or, beyond that, as text";
  if (integer == nullptr && !node.is_string()) throw wrong_type(node, key, kExpected);
  throw InputError(place_of(node, key), fmt::format("expected {}", kExpected));
}

std::string read_base64(const toml::node& node, const std::string& key) {
  const auto* text = node.as_string();
  if (text == nullptr) throw wrong_type(node, key, "bytes in base64");
  std::optional<std::string> bytes = decode_base64(text->get());
  if (!bytes) throw InputError(place_of(node, key), "is not base64 with its padding");
  return std::move(*bytes);
}

void check_nesting(const toml::node& node, const std::string& key, int nesting) {
  if (nesting < kHeaderNestingMax) return;
  throw InputError(place_of(node, key),
                   fmt::format("more than {} lists and tables are inside each other", kHeaderNestingMax));
}

HeaderTable read_table(const toml::node& node, const std::string& key, int nesting) {
  const toml::table* table = node.as_table();
  if (table == nullptr) throw wrong_type(node, key, "a table");
  check_nesting(node, key, nesting);
  Headers entries;
  for (const auto& [name, value] : *table) {
    const std::string own(name.str());
    check_nested_name(own, place_of(value, key));
    entries.set(own, read_value(value, fmt::format("{}.{}", key, own), nesting + 1));
  }
  return HeaderTable(std::move(entries));
}

HeaderValue read_tagged(std::string_view tag, const toml::node& held, const std::string& key, int nesting) {
  constexpr std::array<std::pair<std::string_view, NarrowType>, 6> kNarrow = {
      {{"int8", NarrowType::kInt8},
       {"uint8", NarrowType::kUint8},
       {"int16", NarrowType::kInt16},
       {"uint16", NarrowType::kUint16},
       {"int32", NarrowType::kInt32},
       {"uint32", NarrowType::kUint32}}};
  for (const auto& [name, type] : kNarrow) {
    if (tag == name) return read_narrow(held, key, type);
  }
  if (tag == "float") return read_float(held, key);
  if (tag == "decimal") return read_decimal(held, key);
  if (tag == "timestamp") return read_timestamp(held, key);
  if (tag == "bytes") return HeaderBytes(read_base64(held, key));
  if (tag == "text") return read_base64(held, key);
  if (tag == "table") return read_table(held, key, nesting);
  if (tag != "void") {
    throw InputError(place_of(held, key),
                     "unknown type: expected int8, uint8, int16, uint16, int32, uint32, float, decimal, "
                     "timestamp, bytes, text, void or table");
  }
  if (held.value<bool>() != true || !held.is_boolean()) throw wrong_type(held, key, "void = true");
  return HeaderVoid();
}

HeaderValue read_value(const toml::node& node, const std::string& key, int nesting) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* integer = node.as_integer()) return std::int64_t{integer->get()};
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* real = node.as_floating_point()) {
    check_header_value(real->get(), place_of(node, key));
    return real->get();
  }
  if (const toml::array* list = node.as_array()) {
    check_nesting(node, key, nesting);
    std::vector<HeaderValue> values;
    for (std::size_t i = 0; i < list->size(); ++i)
      values.push_back(read_value(*list->get(i), fmt::format("{}[{}]", key, i), nesting + 1));
    return HeaderArray(std::move(values));
  }
  const toml::table* tagged = node.as_table();
  if (tagged == nullptr || tagged->size() != 1) {
    throw wrong_type(node, key,
                     "a boolean, an integer, a number, a string, a list, or a table such as { int16 = 5 }");
  }
  const auto only = tagged->begin();  // the pair is a part of the iterator
  const std::string_view tag = only->first.str();
  const toml::node& held = only->second;
  const std::string own_key = fmt::format("{}.{}", key, tag);
  HeaderValue value = read_tagged(tag, held, own_key, nesting);
  check_header_value(value, place_of(held, own_key));
  return value;
}

}  // namespace

Headers read_headers(const toml::table& table, const std::string& key) {
  Headers headers;
  for (const auto& [name, value] : table) {
    const std::string header(name.str());
    check_header_name(header, place_of(value, key));
    headers.set(header, read_value(value, fmt::format("{}.{}", key, header), 0));
  }
  check_headers_size(headers, place_of(table, key));
  return headers;
}

}  // namespace dse
