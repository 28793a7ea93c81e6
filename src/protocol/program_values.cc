#include "protocol/program_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

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

constexpr std::string_view kBitsOfNan = "NaN:";

template <typename Real>
using BitsOf = std::conditional_t<sizeof(Real) == sizeof(std::uint64_t), std::uint64_t, std::uint32_t>;

template <typename Real>
std::string non_finite_text(Real value, JsonForm form) {
  if (!std::isnan(value)) return value > 0 ? "Infinity" : "-Infinity";
  const auto bits = std::bit_cast<BitsOf<Real>>(value);
  const auto usual = std::bit_cast<BitsOf<Real>>(std::numeric_limits<Real>::quiet_NaN());
  if (form == JsonForm::kProtocol || bits == usual) return "NaN";
  return fmt::format("{}{:0{}x}", kBitsOfNan, bits, 2 * sizeof bits);
}

// The NaN of these bits, as non_finite_text() writes it; empty when the text is anything else.
template <typename Real>
std::optional<Real> nan_of_bits(std::string_view text) {
  if (!text.starts_with(kBitsOfNan)) return std::nullopt;
  text.remove_prefix(kBitsOfNan.size());
  BitsOf<Real> bits = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), bits, 16);
  const auto value = std::bit_cast<Real>(bits);
  if (error != std::errc() || rest != text.data() + text.size() || !std::isnan(value)) return std::nullopt;
  return value;
}

void append_double(double value, std::string& line, JsonForm form) {
  if (!std::isfinite(value)) {
    line += fmt::format(R"({{"double":"{}"}})", non_finite_text(value, form));
    return;
  }
  // The shortest that reads back as this value; -0 would read back as an integer, which has no sign.
  const std::string digits = value == 0 && std::signbit(value) ? "-0.0" : fmt::format("{}", value);
  // A language that has only doubles would write 1.0 back as 1, which is an integer.
  const bool whole = std::trunc(value) == value;
  line += whole ? fmt::format(R"({{"double":{}}})", digits) : digits;
}

struct AppendValue {
  std::string& line;
  JsonForm form;

  void operator()(bool value) const { line += value ? "true" : "false"; }
  void operator()(std::int64_t value) const {
    const bool bare = value >= -kExactMax && value <= kExactMax;
    line += bare ? fmt::format("{}", value) : fmt::format(R"({{"int64":"{}"}})", value);
  }
  void operator()(double value) const { append_double(value, line, form); }
  void operator()(const std::string& value) const { append_json_text(value, line); }
  void operator()(const NarrowInteger& value) const {
    line += fmt::format(R"({{"{}":{}}})", type_name(value), value.value());
  }
  void operator()(const HeaderFloat& value) const {
    // All digits of the double that it equals: rounding them to a double first changes nothing.
    const float real = value.value();
    line += std::isfinite(real) ? fmt::format(R"({{"float":{}}})", static_cast<double>(real))
                                : fmt::format(R"({{"float":"{}"}})", non_finite_text(real, form));
  }
  void operator()(const HeaderDecimal& value) const {
    line += fmt::format(R"({{"decimal":"{}"}})", to_text(value));
  }
  void operator()(const HeaderTimestamp& value) const {
    const bool bare = value.seconds() <= static_cast<std::uint64_t>(kExactMax);
    line += bare ? fmt::format(R"({{"timestamp":{}}})", value.seconds())
                 : fmt::format(R"({{"timestamp":"{}"}})", value.seconds());
  }
  void operator()(const HeaderBytes& value) const {
    line += R"({"bytes":")";
    append_base64(bytes_of(value.bytes()), line);
    line += "\"}";
  }
  void operator()(const HeaderVoid&) const { line += R"({"void":null})"; }
  void operator()(const HeaderArray& value) const {
    line += '[';
    bool first = true;
    for (const HeaderValue& each : value.values()) {
      if (!std::exchange(first, false)) line += ',';
      std::visit(*this, each);
    }
    line += ']';
  }
  void operator()(const HeaderTable& value) const {
    line += R"({"table":)";
    append_json_headers(value.entries(), line, form);
    line += '}';
  }
};

// Where a value is read.
struct Within {
  JsonForm form = JsonForm::kProtocol;
  int nesting = 0;  // lists and tables around it

  Within inside() const { return {form, nesting + 1}; }
};

// A number, or the text of one that JSON does not have.
double real_of(const Json& json, std::string_view what, std::string_view type) {
  if (json.is_number()) return json.get<double>();
  const std::string* text = json.get_ptr<const std::string*>();
  if (text != nullptr && *text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text != nullptr && *text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text != nullptr && *text == "-Infinity") return -std::numeric_limits<double>::infinity();
  throw ProtocolError(fmt::format(R"({} is {}: a {} is a number, "NaN", "Infinity" or "-Infinity")", what,
                                  shown(json), type));
}

// Empty unless it is a NaN with its bits, and they count.
template <typename Real>
std::optional<Real> exact_nan(const Json& json, JsonForm form) {
  const std::string* text = json.get_ptr<const std::string*>();
  return text == nullptr || form == JsonForm::kProtocol ? std::nullopt : nan_of_bits<Real>(*text);
}

double double_of(const Json& json, std::string_view what, JsonForm form) {
  const std::optional<double> nan = exact_nan<double>(json, form);
  return nan ? *nan : real_of(json, what, "double");
}

HeaderFloat float_of(const Json& json, std::string_view what, JsonForm form) {
  if (const std::optional<float> nan = exact_nan<float>(json, form)) return HeaderFloat(*nan);
  const double real = real_of(json, what, "float");
  if (std::isfinite(real) && std::abs(real) > std::numeric_limits<float>::max())
    throw ProtocolError(fmt::format("{} is {}: no float of 32 bits is that large", what, shown(json)));
  return HeaderFloat(static_cast<float>(real));
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

NarrowInteger narrow_of(const Json& json, std::string_view what, NarrowType type, std::string_view name) {
  const std::optional<NarrowInteger> value = NarrowInteger::of(type, int64_of(json, what));
  if (!value) throw ProtocolError(fmt::format("{} is {}: no {} holds that", what, shown(json), name));
  return *value;
}

HeaderTimestamp timestamp_of(const Json& json, std::string_view what) {
  if (json.is_number_unsigned()) return HeaderTimestamp(json.get<std::uint64_t>());
  std::uint64_t seconds = 0;
  if (const auto* text = json.get_ptr<const std::string*>()) {
    const char* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, seconds);
    if (error == std::errc() && rest == end) return HeaderTimestamp(seconds);
  }
  throw ProtocolError(fmt::format("{} is {}: expected seconds since 1970", what, shown(json)));
}

HeaderDecimal decimal_of(const Json& json, std::string_view what) {
  const auto* text = json.get_ptr<const std::string*>();
  const std::optional<HeaderDecimal> value = text == nullptr ? std::nullopt : HeaderDecimal::parse(*text);
  if (!value)
    throw ProtocolError(fmt::format(
        R"({} is {}: expected a decimal as text, such as "12.34", of 0 to 4294967295 and a point)", what,
        shown(json)));
  return *value;
}

std::string bytes_of(const Json& json, std::string_view what, std::string_view type) {
  const auto* text = json.get_ptr<const std::string*>();
  std::optional<std::string> bytes;
  if (text != nullptr) bytes = decode_base64(*text);
  if (!bytes) throw ProtocolError(fmt::format("{} is {}: expected {} in base64", what, shown(json), type));
  return std::move(*bytes);
}

// The tag and what it holds; null when the value is not tagged.
const Json* tagged(const Json& json, std::string& tag) {
  if (!json.is_object() || json.size() != 1) return nullptr;
  tag = json.begin().key();
  return &json.begin().value();
}

void check_nesting(const Within& within, std::string_view what) {
  if (within.nesting < kHeaderNestingMax) return;
  throw ProtocolError(
      fmt::format("{} has more than {} lists and tables inside each other", what, kHeaderNestingMax));
}

HeaderValue read_value(const Json& json, std::string_view what, const Within& within);

HeaderArray read_array(const Json& json, std::string_view what, const Within& within) {
  check_nesting(within, what);
  std::vector<HeaderValue> values;
  values.reserve(json.size());
  for (const Json& each : json) values.push_back(read_value(each, what, within.inside()));
  return HeaderArray(std::move(values));
}

void read_header(const std::string& name, const Json& value, const Within& within, Headers& headers) {
  const std::size_t least = within.form == JsonForm::kExact ? 0 : 1;
  if (name.size() < least || name.size() > kShortStringBytes) {
    throw ProtocolError(fmt::format("a header's name has {} bytes: expected {} to {}", name.size(), least,
                                    kShortStringBytes));
  }
  headers.set(name, read_value(value, fmt::format("the header {}", shown_text(name)), within.inside()));
}

// A table as a list, each of whose members is a list of a name and a value.
Headers read_pairs(const Json& json, std::string_view what, const Within& within) {
  Headers headers;
  for (const Json& pair : json) {
    if (!pair.is_array() || pair.size() != 2)
      throw ProtocolError(fmt::format("{} has {}: expected a list of a name and a value", what, shown(pair)));
    const std::string name = read_text(pair[0], "a header's name");
    if (headers.find(name) != nullptr)
      throw ProtocolError(fmt::format("{} has the header {} twice", what, shown_text(name)));
    read_header(name, pair[1], within, headers);
  }
  return headers;
}

Headers read_table(const Json& json, std::string_view what, const Within& within) {
  const bool may_be_list = within.form == JsonForm::kExact;
  if (!json.is_object() && !(json.is_array() && may_be_list))
    throw ProtocolError(fmt::format("{} is {}: expected an object", what, shown(json)));
  check_nesting(within, what);
  if (json.is_array()) return read_pairs(json, what, within);
  Headers headers;
  for (const auto& [name, value] : json.items()) read_header(name, value, within, headers);
  return headers;
}

HeaderValue read_tagged(const std::string& tag, const Json& held, std::string_view what,
                        const Within& within) {
  if (tag == "int64") return int64_of(held, what);
  if (tag == "double") return double_of(held, what, within.form);
  if (tag == "text") return bytes_of(held, what, "a text");
  if (tag == "int8") return narrow_of(held, what, NarrowType::kInt8, tag);
  if (tag == "uint8") return narrow_of(held, what, NarrowType::kUint8, tag);
  if (tag == "int16") return narrow_of(held, what, NarrowType::kInt16, tag);
  if (tag == "uint16") return narrow_of(held, what, NarrowType::kUint16, tag);
  if (tag == "int32") return narrow_of(held, what, NarrowType::kInt32, tag);
  if (tag == "uint32") return narrow_of(held, what, NarrowType::kUint32, tag);
  if (tag == "float") return float_of(held, what, within.form);
  if (tag == "decimal") return decimal_of(held, what);
  if (tag == "timestamp") return timestamp_of(held, what);
  if (tag == "bytes") return HeaderBytes(bytes_of(held, what, "bytes"));
  if (tag == "table") return HeaderTable(read_table(held, what, within));
  if (tag == "void") {
    if (!held.is_null()) throw ProtocolError(fmt::format("{} is {}: expected null", what, shown(held)));
    return HeaderVoid();
  }
  throw ProtocolError(
      fmt::format("{} has the tag {}: expected one of int8, uint8, int16, uint16, int32, uint32, int64, "
                  "float, double, decimal, timestamp, text, bytes, void and table",
                  what, shown_text(tag)));
}

HeaderValue read_value(const Json& json, std::string_view what, const Within& within) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_number()) return int64_of(json, what);
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) return read_array(json, what, within);
  std::string tag;
  if (const Json* held = tagged(json, tag)) return read_tagged(tag, *held, what, within);
  throw ProtocolError(
      fmt::format("{} is {}: expected a text, a truth value, a number, a list, or a value that is tagged",
                  what, shown(json)));
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

void append_json_value(const HeaderValue& value, std::string& line, JsonForm form) {
  std::visit(AppendValue{line, form}, value);
}

void append_json_headers(const Headers& headers, std::string& line, JsonForm form) {
  const bool as_list = form == JsonForm::kExact &&
                       std::any_of(headers.begin(), headers.end(),
                                   [](const Headers::Entry& entry) { return !is_utf8(entry.first); });
  line += as_list ? '[' : '{';
  bool first = true;
  for (const auto& [name, value] : headers) {
    if (!std::exchange(first, false)) line += ',';
    if (as_list) line += '[';
    append_json_text(name, line);
    line += as_list ? ',' : ':';
    append_json_value(value, line, form);
    if (as_list) line += ']';
  }
  line += as_list ? ']' : '}';
}

bool is_sayable(const Headers& headers) {
  return std::all_of(headers.begin(), headers.end(), [](const Headers::Entry& entry) {
    return is_utf8(entry.first) && is_sayable(entry.second);
  });
}

bool is_sayable(const HeaderValue& value) {
  if (const auto* table = std::get_if<HeaderTable>(&value)) return is_sayable(table->entries());
  const auto* array = std::get_if<HeaderArray>(&value);
  return array == nullptr || std::all_of(array->values().begin(), array->values().end(),
                                         [](const HeaderValue& each) { return is_sayable(each); });
}

std::string read_text(const Json& json, std::string_view what) {
  if (const auto* text = json.get_ptr<const std::string*>()) return *text;
  std::string tag;
  const Json* held = tagged(json, tag);
  if (held != nullptr && tag == "text") return bytes_of(*held, what, "a text");
  throw ProtocolError(fmt::format("{} is {}: expected a text", what, shown(json)));
}

HeaderValue read_value(const Json& json, std::string_view what) { return read_value(json, what, Within()); }

Headers read_headers(const Json& json, JsonForm form) {
  if (!json.is_object() && (form == JsonForm::kProtocol || !json.is_array()))
    throw ProtocolError(fmt::format("the headers are {}: expected an object", shown(json)));
  constexpr int kOutside = -1;  // the headers themselves are no table inside of a value
  return read_table(json, "the headers", {.form = form, .nesting = kOutside});
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
