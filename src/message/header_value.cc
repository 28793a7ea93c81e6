#include "dse/header_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "core/check.h"
#include "core/printable.h"
#include "dse/headers.h"

namespace dse {
namespace {

struct Range {
  std::int64_t least;
  std::int64_t most;
};

// In the order of NarrowType.
constexpr std::array<Range, 6> kRanges = {{{INT8_MIN, INT8_MAX},
                                           {0, UINT8_MAX},
                                           {INT16_MIN, INT16_MAX},
                                           {0, UINT16_MAX},
                                           {INT32_MIN, INT32_MAX},
                                           {0, UINT32_MAX}}};
constexpr std::array<std::string_view, 6> kNarrowNames = {"int8",   "uint8", "int16",
                                                          "uint16", "int32", "uint32"};

int checked_nesting(int nesting) {
  DSE_CHECK(nesting <= kHeaderNestingMax, "a header has {} arrays and tables inside each other", nesting);
  return nesting;
}

// A number as a sign and a magnitude: enough for every int64, every uint64, and each double that is whole and
// in their range.
struct Whole {
  bool negative = false;
  std::uint64_t magnitude = 0;
  bool operator==(const Whole&) const = default;
};

Whole whole_of(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return {.negative = value < 0, .magnitude = value < 0 ? 0 - bits : bits};
}

std::optional<Whole> whole_of(const HeaderValue& value) {
  if (const std::int64_t* integer = integer_of(value)) return whole_of(*integer);
  if (const auto* time = std::get_if<HeaderTimestamp>(&value)) return Whole{.magnitude = time->seconds()};
  const std::optional<double> real = real_of(value);
  // The bound is a power of two, which a double holds exactly.
  constexpr double kEnd = 18446744073709551616.0;
  if (!real || !(std::abs(*real) < kEnd) || std::trunc(*real) != *real) return std::nullopt;
  return Whole{.negative = *real < 0, .magnitude = static_cast<std::uint64_t>(std::abs(*real))};
}

// The bytes of a text or of bytes.
const std::string* bytes_of(const HeaderValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text;
  const auto* bytes = std::get_if<HeaderBytes>(&value);
  return bytes == nullptr ? nullptr : &bytes->bytes();
}

bool is_empty_list(const HeaderValue& value) {
  if (const auto* array = std::get_if<HeaderArray>(&value)) return array->values().empty();
  const auto* table = std::get_if<HeaderTable>(&value);
  return table != nullptr && table->entries().empty();
}

std::string decimal_text(const HeaderDecimal& value) {
  const std::size_t scale = value.scale();
  if (scale == 0) return fmt::format("{}", value.unscaled());
  const std::string digits = fmt::format("{:0{}}", value.unscaled(), scale + 1);
  return digits.substr(0, digits.size() - scale) + "." + digits.substr(digits.size() - scale);
}

// With `typed`, values of the types that are easily mistaken for others show their type.
struct ToText {
  bool typed = false;

  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const NarrowInteger& value) const {
    return shown(value, fmt::format("{}", value.value()));
  }
  std::string operator()(const HeaderFloat& value) const {
    return shown(value, fmt::format("{}", value.value()));
  }
  std::string operator()(const HeaderDecimal& value) const { return shown(value, decimal_text(value)); }
  std::string operator()(const HeaderTimestamp& value) const {
    return shown(value, fmt::format("{}", value.seconds()));
  }
  std::string operator()(const HeaderBytes& value) const {
    std::string text = "0x";
    for (const char byte : value.bytes()) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return shown(value, text);
  }
  std::string operator()(const HeaderVoid&) const { return "void"; }
  std::string operator()(const HeaderArray& value) const {
    std::string text = "[";
    for (const HeaderValue& each : value.values()) {
      if (text.size() > 1) text += ", ";
      text += nested(each);
    }
    return text + "]";
  }
  std::string operator()(const HeaderTable& value) const {
    std::string text = "{";
    for (const auto& [name, each] : value.entries()) {
      if (text.size() > 1) text += ", ";
      text += printable_word(name) + " = " + nested(each);
    }
    return text + "}";
  }

  std::string shown(const HeaderValue& value, const std::string& text) const {
    return typed ? fmt::format("{}({})", type_name(value), text) : text;
  }
  std::string nested(const HeaderValue& value) const {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? std::visit(*this, value) : quoted_text(*text);
  }
};

// What follows the number of the type.
struct AddToHash {
  Hasher& hasher;
  void operator()(bool value) const { hasher.add_u64(value ? 1 : 0); }
  void operator()(std::int64_t value) const { hasher.add_i64(value); }
  void operator()(double value) const { hasher.add_u64(std::bit_cast<std::uint64_t>(value)); }
  void operator()(const std::string& value) const { hasher.add(std::string_view(value)); }
  void operator()(const NarrowInteger& value) const {
    hasher.add_u64(static_cast<std::uint64_t>(value.type()));
    hasher.add_i64(value.value());
  }
  void operator()(const HeaderFloat& value) const {
    hasher.add_u64(std::bit_cast<std::uint32_t>(value.value()));
  }
  void operator()(const HeaderDecimal& value) const {
    hasher.add_u64(value.scale());
    hasher.add_u64(value.unscaled());
  }
  void operator()(const HeaderTimestamp& value) const { hasher.add_u64(value.seconds()); }
  void operator()(const HeaderBytes& value) const { hasher.add(std::string_view(value.bytes())); }
  void operator()(const HeaderVoid&) const {}
  void operator()(const HeaderArray& value) const {
    hasher.add_u64(value.values().size());
    for (const HeaderValue& each : value.values()) add_to_hash(hasher, each);
  }
  void operator()(const HeaderTable& value) const {
    hasher.add_u64(value.entries().size());
    for (const auto& [name, each] : value.entries()) {
      hasher.add(std::string_view(name));
      add_to_hash(hasher, each);
    }
  }
};

}  // namespace

std::optional<NarrowInteger> NarrowInteger::of(NarrowType type, std::int64_t value) {
  const Range range = kRanges[static_cast<std::size_t>(type)];
  if (value < range.least || value > range.most) return std::nullopt;
  return NarrowInteger(type, value);
}

std::optional<HeaderDecimal> HeaderDecimal::parse(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t scale = point == text.size() ? 0 : text.size() - point - 1;
  std::string digits(text.substr(0, point));
  if (point < text.size()) digits += text.substr(point + 1);
  if (point == 0 || (point < text.size() && scale == 0) || scale > UINT8_MAX) return std::nullopt;
  std::uint32_t unscaled = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, unscaled);
  if (error != std::errc() || rest != end) return std::nullopt;
  return HeaderDecimal(static_cast<std::uint8_t>(scale), unscaled);
}

HeaderArray::HeaderArray(std::vector<HeaderValue> values) {
  int deepest = 0;
  for (const HeaderValue& value : values) deepest = std::max(deepest, nesting_of(value));
  nesting_ = checked_nesting(deepest + 1);
  values_ = std::make_shared<const std::vector<HeaderValue>>(std::move(values));
}

bool HeaderArray::operator==(const HeaderArray& other) const { return values() == other.values(); }

HeaderTable::HeaderTable(Headers entries) {
  int deepest = 0;
  for (const auto& [name, value] : entries) deepest = std::max(deepest, nesting_of(value));
  nesting_ = checked_nesting(deepest + 1);
  entries_ = std::make_shared<const Headers>(std::move(entries));
}

bool HeaderTable::operator==(const HeaderTable& other) const { return entries() == other.entries(); }

int nesting_of(const HeaderValue& value) {
  if (const auto* array = std::get_if<HeaderArray>(&value)) return array->nesting();
  const auto* table = std::get_if<HeaderTable>(&value);
  return table == nullptr ? 0 : table->nesting();
}

bool matches(const HeaderValue& wanted, const HeaderValue& found) {
  if (std::holds_alternative<HeaderVoid>(wanted)) return true;
  if (const std::optional<Whole> whole = whole_of(wanted)) return whole_of(found) == whole;
  // A number that is not whole, or is too large, has no other form than a float's or a double's.
  if (const std::optional<double> real = real_of(wanted)) return real_of(found) == real;
  if (const std::string* bytes = bytes_of(wanted)) {
    const std::string* others = bytes_of(found);
    return others != nullptr && *others == *bytes;
  }
  return wanted == found || (is_empty_list(wanted) && is_empty_list(found));
}

std::uint64_t match_hash(const HeaderValue& value) {
  if (const std::optional<Whole> whole = whole_of(value)) return whole->magnitude + 3;
  if (const std::optional<double> real = real_of(value)) return std::hash<double>{}(*real);
  if (const std::string* bytes = bytes_of(value)) return hash_text(*bytes);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 2;
  if (const auto* decimal = std::get_if<HeaderDecimal>(&value))
    return hash_chain(decimal->scale(), decimal->unscaled());
  // What is inside does not count: it may be equal and yet have other bytes, as the two zeros of a double.
  if (const auto* array = std::get_if<HeaderArray>(&value)) return array->values().size();
  if (const auto* table = std::get_if<HeaderTable>(&value)) return table->entries().size();
  return 0;
}

const std::int64_t* integer_of(const HeaderValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return integer;
  const auto* narrow = std::get_if<NarrowInteger>(&value);
  return narrow == nullptr ? nullptr : &narrow->value();
}

std::optional<double> real_of(const HeaderValue& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  const auto* narrow = std::get_if<HeaderFloat>(&value);
  return narrow == nullptr ? std::nullopt : std::optional<double>(narrow->value());
}

std::string_view type_name(const HeaderValue& value) {
  if (const auto* narrow = std::get_if<NarrowInteger>(&value))
    return kNarrowNames[static_cast<std::size_t>(narrow->type())];
  constexpr std::array<std::string_view, std::variant_size_v<HeaderValue>> kNames = {
      "bool",    "int64",     "double", "text", "",      "float",
      "decimal", "timestamp", "bytes",  "void", "array", "table"};
  return kNames[value.index()];
}

std::string to_text(const HeaderValue& value) { return std::visit(ToText{}, value); }

std::string typed_text(const HeaderValue& value) { return std::visit(ToText{.typed = true}, value); }

void add_to_hash(Hasher& hasher, const HeaderValue& value) {
  hasher.add_u64(value.index());
  std::visit(AddToHash{hasher}, value);
}

}  // namespace dse
