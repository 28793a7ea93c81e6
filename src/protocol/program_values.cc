#include "protocol/program_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "core/printable.h"
#include "protocol/base64.h"

namespace dse {
namespace {

// Every language reads integers up to here exactly, even those whose numbers are all doubles.
constexpr std::int64_t kExactMax = (std::int64_t{1} << 53) - 1;

// The most characters of what a program has said that an error shows.
constexpr std::size_t kShown = 60;

bool needs_no_escape(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

void append_double(double value, std::string& line) {
  if (!std::isfinite(value)) {
    line += fmt::format(R"({{"double":"{}"}})", std::isnan(value) ? "NaN"
                                                : value > 0       ? "Infinity"
                                                                  : "-Infinity");
    return;
  }
  // The shortest that reads back as this value; -0 would read back as an integer, which has no sign.
  const std::string digits = value == 0 && std::signbit(value) ? "-0.0" : fmt::format("{}", value);
  // A language that has only doubles would write 1.0 back as 1, which is an integer.
  const bool whole = std::trunc(value) == value;
  line += whole ? fmt::format(R"({{"double":{}}})", digits) : digits;
}

double double_of(const Json& json, std::string_view what) {
  if (json.is_number()) return json.get<double>();
  const std::string* text = json.get_ptr<const std::string*>();
  if (text != nullptr && *text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text != nullptr && *text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text != nullptr && *text == "-Infinity") return -std::numeric_limits<double>::infinity();
  throw ProtocolError(fmt::format("{} is {}: a double is a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
                                  what, shown(json)));
}

std::int64_t int64_of(const Json& json, std::string_view what) {
  if (json.is_number_integer() && !json.is_number_unsigned()) return json.get<std::int64_t>();
  if (json.is_number_unsigned() && json.get<std::uint64_t>() <= INT64_MAX) return json.get<std::int64_t>();
  std::int64_t value = 0;
  if (const auto* text = json.get_ptr<const std::string*>()) {
    const char* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, value);
    if (error == std::errc() && rest == end) return value;
  }
  throw ProtocolError(fmt::format("{} is {}: expected an integer of 64 bits", what, shown(json)));
}

std::string text_of(const Json& json, std::string_view what) {
  const auto* text = json.get_ptr<const std::string*>();
  std::optional<std::string> bytes;
  if (text != nullptr) bytes = decode_base64(*text);
  if (!bytes) throw ProtocolError(fmt::format("{} is {}: expected a text in base64", what, shown(json)));
  return std::move(*bytes);
}

// The tag and what it holds; null when the value is not tagged.
const Json* tagged(const Json& json, std::string& tag) {
  if (!json.is_object() || json.size() != 1) return nullptr;
  tag = json.begin().key();
  return &json.begin().value();
}

}  // namespace

void append_json_text(std::string_view text, std::string& line) {
  if (needs_no_escape(text)) {
    line.append(1, '"').append(text).append(1, '"');
  } else if (is_utf8(text)) {
    line += Json(text).dump();
  } else {
    line += R"({"text":")";
    append_base64(bytes_of(text), line);
    line += "\"}";
  }
}

void append_json_value(const HeaderValue& value, std::string& line) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    line += *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    const bool bare = *integer >= -kExactMax && *integer <= kExactMax;
    line += bare ? fmt::format("{}", *integer) : fmt::format(R"({{"int64":"{}"}})", *integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    append_double(*real, line);
  } else {
    append_json_text(std::get<std::string>(value), line);
  }
}

std::string read_text(const Json& json, std::string_view what) {
  if (const auto* text = json.get_ptr<const std::string*>()) return *text;
  std::string tag;
  const Json* held = tagged(json, tag);
  if (held != nullptr && tag == "text") return text_of(*held, what);
  throw ProtocolError(fmt::format("{} is {}: expected a text", what, shown(json)));
}

HeaderValue read_value(const Json& json, std::string_view what) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_number()) return int64_of(json, what);
  if (json.is_string()) return json.get<std::string>();
  std::string tag;
  if (const Json* held = tagged(json, tag)) {
    if (tag == "int64") return int64_of(*held, what);
    if (tag == "double") return double_of(*held, what);
    if (tag == "text") return text_of(*held, what);
    throw ProtocolError(
        fmt::format("{} has the tag {}: expected \"int64\", \"double\" or \"text\"", what, shown_text(tag)));
  }
  throw ProtocolError(fmt::format("{} is {}: expected a text, a truth value, a number, or one that is tagged",
                                  what, shown(json)));
}

Headers read_headers(const Json& json) {
  if (!json.is_object())
    throw ProtocolError(fmt::format("the headers are {}: expected an object", shown(json)));
  Headers headers;
  for (const auto& [name, value] : json.items()) {
    if (name.empty() || name.size() > kShortStringBytes) {
      throw ProtocolError(
          fmt::format("a header's name has {} bytes: expected 1 to {}", name.size(), kShortStringBytes));
    }
    headers.set(name, read_value(value, fmt::format("the header {}", shown_text(name))));
  }
  return headers;
}

double read_number(const Json& json, std::string_view what) {
  const HeaderValue value = read_value(json, what);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value); real != nullptr && std::isfinite(*real)) return *real;
  throw ProtocolError(fmt::format("{} is {}: expected a finite number", what, shown(json)));
}

std::string shown_text(std::string_view text) {
  return quoted_text(text.substr(0, kShown)) + (text.size() > kShown ? "..." : "");
}

std::string shown(const Json& json) {
  // A large value is not written out to be cut.
  if (json.is_structured() && json.size() > kShown)
    return fmt::format("{} of {}", json.is_array() ? "a list" : "an object", json.size());
  if (const auto* text = json.get_ptr<const std::string*>(); text != nullptr && text->size() > kShown)
    return shown_text(*text);
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() <= kShown ? one_line(text) : one_line(text.substr(0, kShown)) + "...";
}

void require_members(const Json& json, std::initializer_list<std::string_view> members,
                     std::string_view what) {
  if (!json.is_object()) throw ProtocolError(fmt::format("{} is {}: expected an object", what, shown(json)));
  for (const auto& [name, value] : json.items()) {
    if (std::find(members.begin(), members.end(), name) != members.end()) continue;
    throw ProtocolError(fmt::format("{} has the member {}, which is none of {}", what, shown_text(name),
                                    fmt::join(members, ", ")));
  }
}

}  // namespace dse
