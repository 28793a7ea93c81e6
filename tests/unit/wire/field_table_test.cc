#include "wire/field_table.h"

#include <limits>
#include <optional>

#include "support/catch.h"
#include "support/random_values.h"
#include "unit/wire/amqp_codec.h"

using namespace dse;
using namespace dse::wire;

namespace {

std::string bytes_of(const Headers& headers) {
  std::string bytes;
  WireWriter writer(bytes);
  write_table(headers, writer);
  return bytes;
}

// Empty when the bytes are no table, or not one alone.
std::optional<Headers> table_of(std::string_view bytes) {
  try {
    WireReader reader(bytes);
    Headers headers = read_table(reader);
    if (reader.at_end()) return headers;
  } catch (const Undecodable&) {
  }
  return std::nullopt;
}

std::string with_length(std::string_view entries) {
  std::string bytes;
  WireWriter(bytes).long_text(entries);
  return bytes;
}

std::string amqp_table_again(const std::string& bytes) {
  AmqpPool pool;
  std::size_t offset = 0;
  amqp_table_t table{};
  if (amqp_decode_table(amqp_bytes(bytes), pool.get(), &table, &offset) < 0) return "not decoded";
  std::string again(bytes.size() + 16, '\0');
  offset = 0;
  if (amqp_encode_table(amqp_bytes(again), &table, &offset) < 0) return "not encoded";
  return again.substr(0, offset);
}

}  // namespace

TEST_CASE("tables: values of every type have the bytes that rabbitmq-c gives them, and come back") {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "wire", "tables");
    const Headers headers = random_table(random, {.finite = true, .nesting_max = 5});
    const std::string bytes = bytes_of(headers);
    REQUIRE(amqp_table_again(bytes) == bytes);
    const std::optional<Headers> again = table_of(bytes);
    REQUIRE(again);
    REQUIRE(same_headers(*again, headers));
  }
}

TEST_CASE("tables: one that is cut anywhere is none") {
  RandomStream random(3, "wire", "tables");
  for (int i = 0; i < 50; ++i) {
    const std::string bytes = bytes_of(random_table(random, {.finite = true}));
    for (std::size_t size = 0; size < bytes.size(); ++size) REQUIRE_FALSE(table_of(bytes.substr(0, size)));
    // Its length is right, and what is inside is cut.
    for (std::size_t size = 4; size + 1 < bytes.size(); ++size) {
      const std::optional<Headers> cut = table_of(with_length(bytes.substr(4, size - 4)));
      REQUIRE((!cut || cut->size() < 4));
    }
  }
}

TEST_CASE("tables: a name may be empty, and the last of several entries of one name counts") {
  const std::string entries("\0t\1\1at\0\0V\1at\1", 13);
  const std::optional<Headers> headers = table_of(with_length(entries));
  REQUIRE(headers);
  CHECK(*headers == Headers{{"", HeaderVoid()}, {"a", true}});
}

TEST_CASE("tables: an L is an l, as RabbitMQ has it, and a type that it does not have is refused") {
  CHECK(table_of(with_length(std::string("\1aL\xff\xff\xff\xff\xff\xff\xff\xff", 11))) ==
        Headers{{"a", std::int64_t{-1}}});
  for (const char type : {'U', 'c', 'C', 'n', '\0', 'Z'})
    CHECK_FALSE(table_of(with_length(std::string("\1a") + type + std::string(16, '\0'))));
}

TEST_CASE("tables: a number that is not finite is refused, as RabbitMQ cannot read it") {
  for (const double number :
       {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_FALSE(table_of(bytes_of({{"a", number}})));
    CHECK_FALSE(table_of(bytes_of({{"a", HeaderArray({HeaderFloat(static_cast<float>(number))})}})));
  }
}

TEST_CASE("tables: what is nested too deep is refused, and the depth that is allowed is read") {
  std::string arrays;
  for (int depth = 1; depth <= kHeaderNestingMax + 1; ++depth) {
    std::string outer = "A";
    WireWriter(outer).long_text(arrays);
    arrays = outer;
    CAPTURE(depth);
    CHECK(table_of(with_length("\1a" + arrays)).has_value() == (depth <= kHeaderNestingMax));
  }
}

TEST_CASE("tables: a length that lies is found before anything is made of it") {
  CHECK_FALSE(table_of(std::string("\xff\xff\xff\xff", 4)));
  CHECK_FALSE(table_of(with_length(std::string("\1aS\xff\xff\xff\xff", 7))));
  CHECK_FALSE(table_of(with_length(std::string("\xff", 1))));
}

TEST_CASE("tables: thousands of entries in the worst order are read at once") {
  std::string entries;
  for (int number = 30'000; number > 0; --number) {
    const std::string name = {static_cast<char>(number >> 8), static_cast<char>(number)};
    entries += "\2" + name + "V";
  }
  const std::optional<Headers> headers = table_of(with_length(entries));
  REQUIRE(headers);
  CHECK(headers->size() == 30'000);
}
