// The value of a header: one of the types of a field table of AMQP 0-9-1, as RabbitMQ speaks it. Values are
// immutable and cheap to copy; what is nested is shared.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dse/hash.h"

namespace dse {

class Headers;
class NarrowInteger;
class HeaderFloat;
class HeaderDecimal;
class HeaderTimestamp;
class HeaderBytes;
class HeaderVoid;
class HeaderArray;
class HeaderTable;

// Two values are equal only when their types are: 7 is not "7", not 7.0 and not
// NarrowInteger(std::int16_t{7}). What a binding matches is another question: see `matches`. Fingerprints
// depend on the order of the types.
using HeaderValue =
    std::variant<bool, std::int64_t, double, std::string, NarrowInteger, HeaderFloat, HeaderDecimal,
                 HeaderTimestamp, HeaderBytes, HeaderVoid, HeaderArray, HeaderTable>;

enum class NarrowType : std::uint8_t { kInt8 = 0, kUint8, kInt16, kUint16, kInt32, kUint32 };

// An integer of less than 64 bits, which keeps its width (AMQP: b B s u I i).
class NarrowInteger {
 public:
  explicit NarrowInteger(std::int8_t value) : NarrowInteger(NarrowType::kInt8, value) {}
  explicit NarrowInteger(std::uint8_t value) : NarrowInteger(NarrowType::kUint8, value) {}
  explicit NarrowInteger(std::int16_t value) : NarrowInteger(NarrowType::kInt16, value) {}
  explicit NarrowInteger(std::uint16_t value) : NarrowInteger(NarrowType::kUint16, value) {}
  explicit NarrowInteger(std::int32_t value) : NarrowInteger(NarrowType::kInt32, value) {}
  explicit NarrowInteger(std::uint32_t value) : NarrowInteger(NarrowType::kUint32, value) {}

  // Empty when the type does not hold the value.
  static std::optional<NarrowInteger> of(NarrowType type, std::int64_t value);

  NarrowType type() const { return type_; }
  const std::int64_t& value() const { return value_; }
  bool operator==(const NarrowInteger&) const = default;

 private:
  NarrowInteger(NarrowType type, std::int64_t value) : type_(type), value_(value) {}

  NarrowType type_;
  std::int64_t value_;
};

// A float of 32 bits (AMQP: f).
class HeaderFloat {
 public:
  explicit HeaderFloat(float value) : value_(value) {}
  float value() const { return value_; }
  bool operator==(const HeaderFloat&) const = default;

 private:
  float value_;
};

// unscaled / 10^scale; 1.50 and 1.5 are two values (AMQP: D).
class HeaderDecimal {
 public:
  HeaderDecimal(std::uint8_t scale, std::uint32_t unscaled) : scale_(scale), unscaled_(unscaled) {}
  // The value of a text such as "12.34"; empty when it is no such number or has too many digits.
  static std::optional<HeaderDecimal> parse(std::string_view text);

  std::uint8_t scale() const { return scale_; }
  std::uint32_t unscaled() const { return unscaled_; }
  bool operator==(const HeaderDecimal&) const = default;

 private:
  std::uint8_t scale_;
  std::uint32_t unscaled_;
};

// A time of day in seconds since 1970 (AMQP: T).
class HeaderTimestamp {
 public:
  explicit HeaderTimestamp(std::uint64_t seconds) : seconds_(seconds) {}
  std::uint64_t seconds() const { return seconds_; }
  bool operator==(const HeaderTimestamp&) const = default;

 private:
  std::uint64_t seconds_;
};

// Bytes that are not meant as text (AMQP: x).
class HeaderBytes {
 public:
  explicit HeaderBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  const std::string& bytes() const { return bytes_; }
  bool operator==(const HeaderBytes&) const = default;

 private:
  std::string bytes_;
};

// No value (AMQP: V). In a binding it means that the header is there, whatever its value.
class HeaderVoid {
 public:
  bool operator==(const HeaderVoid&) const = default;
};

// The most arrays and tables inside each other. What reads values from outside refuses more; making a deeper
// one is a programmer's mistake.
inline constexpr int kHeaderNestingMax = 32;

// A list of values (AMQP: A).
class HeaderArray {
 public:
  explicit HeaderArray(std::vector<HeaderValue> values);

  const std::vector<HeaderValue>& values() const;
  // How many arrays and tables are inside each other here, this one included.
  int nesting() const { return nesting_; }
  bool operator==(const HeaderArray& other) const;

 private:
  std::shared_ptr<const std::vector<HeaderValue>> values_;
  int nesting_;
};

// Named values (AMQP: F). Names are unique and in order, as those of a message's headers.
class HeaderTable {
 public:
  explicit HeaderTable(Headers entries);

  const Headers& entries() const;
  int nesting() const { return nesting_; }
  bool operator==(const HeaderTable& other) const;

 private:
  std::shared_ptr<const Headers> entries_;
  int nesting_;
};

// How many arrays and tables are inside each other in the value; 0 for one that is neither.
int nesting_of(const HeaderValue& value);

// Whether a binding's value matches a message's, as in a headers exchange of RabbitMQ 3.10. A void value
// matches everything. Numbers (timestamps too, but not decimals) are compared exactly by value, so 7 matches
// 7.0; a text matches bytes that are the same; an empty array and an empty table match each other. Everything
// else, and everything inside of arrays and tables, matches only the same value of the same type.
bool matches(const HeaderValue& wanted, const HeaderValue& found);
// Values that match each other have the same hash, unless the wanted one is void.
std::uint64_t match_hash(const HeaderValue& value);

// The value if it is an integer of any width, or nullptr. A timestamp is none.
const std::int64_t* integer_of(const HeaderValue& value);
// The value if it is a float or a double.
std::optional<double> real_of(const HeaderValue& value);

// bool, int64, double, text, int8 … uint32, float, decimal, timestamp, bytes, void, array, table
std::string_view type_name(const HeaderValue& value);
// true, 7, 0.5, text, 12.34, 1700000000 (seconds), 0x0aff, void, ["a", 1], {a = 1}
std::string to_text(const HeaderValue& value);
// The same for a value whose type is to be seen: int16(7), decimal(12.34), bytes(0x0aff), [int8(1), "a"].
// bool, int64, double, void, and a text that is not inside another value, are as in to_text().
std::string typed_text(const HeaderValue& value);
void add_to_hash(Hasher& hasher, const HeaderValue& value);

inline const std::vector<HeaderValue>& HeaderArray::values() const { return *values_; }
inline const Headers& HeaderTable::entries() const { return *entries_; }

}  // namespace dse
