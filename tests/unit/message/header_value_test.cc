// Values of headers: of each type of AMQP, and which match which.
#include "dse/header_value.h"

#include <cmath>
#include <limits>
#include <vector>

#include "dse/headers.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::uint64_t digest_of(const HeaderValue& value) {
  Hasher hasher;
  add_to_hash(hasher, value);
  return hasher.digest();
}

HeaderArray array(std::vector<HeaderValue> values) { return HeaderArray(std::move(values)); }
HeaderTable table(Headers entries) { return HeaderTable(std::move(entries)); }

const std::int64_t kSeven = 7;

}  // namespace

TEST_CASE("header values: two are equal only when their types are, and have digests of their own") {
  const std::vector<HeaderValue> all_different = {
      std::int64_t{1},
      1.0,
      std::string("1"),
      true,
      NarrowInteger(std::int8_t{1}),
      NarrowInteger(std::uint8_t{1}),
      NarrowInteger(std::int16_t{1}),
      NarrowInteger(std::uint16_t{1}),
      NarrowInteger(std::int32_t{1}),
      NarrowInteger(std::uint32_t{1}),
      HeaderFloat(1.0F),
      HeaderDecimal(0, 1),
      HeaderDecimal(1, 10),
      HeaderTimestamp(1),
      HeaderBytes("1"),
      HeaderVoid(),
      array({}),
      array({std::int64_t{1}}),
      array({1.0}),
      array({array({})}),
      table({}),
      table({{"a", std::int64_t{1}}}),
      table({{"b", std::int64_t{1}}}),
  };
  for (std::size_t a = 0; a < all_different.size(); ++a) {
    for (std::size_t b = 0; b < all_different.size(); ++b) {
      CAPTURE(a, b);
      CHECK((all_different[a] == all_different[b]) == (a == b));
      CHECK((digest_of(all_different[a]) == digest_of(all_different[b])) == (a == b));
    }
  }
}

// Each row lists the values that RabbitMQ 3.10.8 gave to a binding with its first value, as its headers
// exchange was seen to do with messages of each of these values.
TEST_CASE("header values: which match is what a headers exchange of RabbitMQ was seen to take") {
  const std::vector<std::vector<HeaderValue>> classes = {
      {std::int64_t{7}, NarrowInteger(std::int8_t{7}), NarrowInteger(std::uint8_t{7}),
       NarrowInteger(std::int16_t{7}), NarrowInteger(std::uint16_t{7}), NarrowInteger(std::int32_t{7}),
       NarrowInteger(std::uint32_t{7}), HeaderFloat(7.0F), 7.0, HeaderTimestamp(7)},
      {std::string("7"), HeaderBytes("7")},
      {array({}), table({})},
      {0.0, -0.0, HeaderFloat(-0.0F), std::int64_t{0}},
      {array({0.0}), array({-0.0})},
      {true},
      {HeaderDecimal(0, 7)},
      {HeaderDecimal(1, 70)},
      {array({std::int64_t{7}})},
      {array({NarrowInteger(std::int32_t{7})})},
      {table({{"a", std::int64_t{7}}})},
      {table({{"a", NarrowInteger(std::int32_t{7})}})},
      {HeaderFloat(0.1F)},
      {0.1},
      {HeaderTimestamp(UINT64_MAX)},
      {std::int64_t{-1}},
      {18446744073709551616.0},
      {array({HeaderVoid()})},
  };
  for (std::size_t a = 0; a < classes.size(); ++a) {
    for (std::size_t b = 0; b < classes.size(); ++b) {
      for (const HeaderValue& wanted : classes[a]) {
        for (const HeaderValue& found : classes[b]) {
          CAPTURE(typed_text(wanted), typed_text(found));
          CHECK(matches(wanted, found) == (a == b));
          if (a == b) CHECK(match_hash(wanted) == match_hash(found));
        }
      }
    }
  }
  for (const std::vector<HeaderValue>& one : classes) {
    CHECK(matches(HeaderVoid(), one.front()));
    CHECK_FALSE(matches(one.front(), HeaderVoid()));
  }
  CHECK(matches(HeaderVoid(), HeaderVoid()));
}

TEST_CASE("header values: large times and numbers are compared exactly") {
  CHECK(matches(HeaderTimestamp(std::uint64_t{1} << 63), 9223372036854775808.0));
  CHECK_FALSE(matches(HeaderTimestamp((std::uint64_t{1} << 63) + 1), 9223372036854775808.0));
  CHECK_FALSE(matches(HeaderTimestamp(std::uint64_t{1} << 63), INT64_MIN));
  CHECK_FALSE(matches(array({std::nan("")}), array({std::nan("")})));
}

TEST_CASE("header values: an integer of any width is found as one, a time and a text are not") {
  const Headers headers = {{"wide", kSeven},
                           {"narrow", NarrowInteger(std::uint16_t{7})},
                           {"time", HeaderTimestamp(7)},
                           {"float", HeaderFloat(0.5F)},
                           {"text", std::string("7")}};
  CHECK(*headers.find_integer("wide") == 7);
  CHECK(*headers.find_integer("narrow") == 7);
  CHECK(headers.find_integer("time") == nullptr);
  CHECK(headers.find_integer("text") == nullptr);
  CHECK(headers.find_real("float") == 0.5);
  CHECK_FALSE(headers.find_real("wide"));
  CHECK_FALSE(headers.find_real("none"));
}

TEST_CASE("header values: a narrow integer holds what its type holds") {
  const auto holds = [](NarrowType type, std::int64_t value) {
    return NarrowInteger::of(type, value).has_value();
  };
  CHECK(holds(NarrowType::kInt8, -128));
  CHECK_FALSE(holds(NarrowType::kInt8, 128));
  CHECK(holds(NarrowType::kUint8, 255));
  CHECK_FALSE(holds(NarrowType::kUint8, -1));
  CHECK(holds(NarrowType::kInt16, -32768));
  CHECK_FALSE(holds(NarrowType::kInt16, 32768));
  CHECK(holds(NarrowType::kUint16, 65535));
  CHECK_FALSE(holds(NarrowType::kUint16, 65536));
  CHECK(holds(NarrowType::kInt32, INT32_MIN));
  CHECK_FALSE(holds(NarrowType::kInt32, std::int64_t{INT32_MAX} + 1));
  CHECK(holds(NarrowType::kUint32, UINT32_MAX));
  CHECK_FALSE(holds(NarrowType::kUint32, std::int64_t{UINT32_MAX} + 1));
}

TEST_CASE("header values: a decimal is read from its text, and back") {
  for (const char* text : {"0", "7", "12.34", "0.05", "12.30", "4294967295", "0.4294967295", "42949672.95"}) {
    const std::optional<HeaderDecimal> value = HeaderDecimal::parse(text);
    REQUIRE(value);
    CHECK(to_text(*value) == text);
  }
  CHECK(HeaderDecimal::parse("12.34") == HeaderDecimal(2, 1234));
  CHECK(to_text(HeaderDecimal(255, 1)).size() == 257);
  CHECK(HeaderDecimal::parse(to_text(HeaderDecimal(255, 1))) == HeaderDecimal(255, 1));
  for (const char* text : {"", ".", "1.", ".5", "-1", "+1", "1e3", "4294967296", "1.2.3", " 1", "0x1"}) {
    CAPTURE(text);
    CHECK_FALSE(HeaderDecimal::parse(text));
  }
}

TEST_CASE("header values: they are written plainly, or with their type") {
  const HeaderValue nested = array({std::string("a"), NarrowInteger(std::int8_t{1}), table({{"b", true}})});
  CHECK(to_text(nested) == R"(["a", 1, {b = true}])");
  CHECK(typed_text(nested) == R"(["a", int8(1), {b = true}])");
  CHECK(to_text(HeaderFloat(0.1F)) == "0.1");
  CHECK(to_text(HeaderTimestamp(1'700'000'000)) == "1700000000");
  CHECK(to_text(HeaderBytes(std::string("\x0a\xff"))) == "0x0aff");
  CHECK(to_text(HeaderVoid()) == "void");
  CHECK(typed_text(HeaderBytes("")) == "bytes(0x)");
  CHECK(typed_text(HeaderDecimal(2, 5)) == "decimal(0.05)");
  CHECK(typed_text(kSeven) == "7");
}

TEST_CASE("header values: nesting is counted, and what is copied is shared") {
  HeaderValue deep = true;
  for (int level = 1; level <= kHeaderNestingMax; ++level) {
    deep = level % 2 == 0 ? HeaderValue(array({deep})) : HeaderValue(table({{"a", deep}}));
    CHECK(nesting_of(deep) == level);
  }
  const HeaderValue copy = deep;
  CHECK(&std::get<HeaderArray>(copy).values() == &std::get<HeaderArray>(deep).values());
  CHECK(sizeof(HeaderValue) <= sizeof(std::string) + 8);
}
