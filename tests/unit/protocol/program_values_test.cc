// Values and messages as JSON, there and back.
#include "protocol/program_values.h"

#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "core/printable.h"
#include "dse/random.h"
#include "protocol/program_message.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::string said(const HeaderValue& value) {
  std::string line;
  append_json_value(value, line);
  return line;
}

HeaderValue read(const std::string& json) { return read_value(Json::parse(json), "a value"); }

// Equal also in the sign of a zero; one NaN is like another.
bool same(const HeaderValue& a, const HeaderValue& b) {
  const auto* one = std::get_if<double>(&a);
  const auto* other = std::get_if<double>(&b);
  if (one == nullptr || other == nullptr) return a == b;
  if (std::isnan(*one)) return std::isnan(*other);
  return std::bit_cast<std::uint64_t>(*one) == std::bit_cast<std::uint64_t>(*other);
}

std::string random_text(RandomStream& random, std::size_t size_max) {
  std::string text(random.below(size_max + 1), '\0');
  const bool printable = random.below(2) == 0;
  for (char& c : text) c = static_cast<char>(printable ? 32 + random.below(95) : random.below(256));
  return text;
}

HeaderValue random_value(RandomStream& random) {
  constexpr double kDoubles[] = {0.0,
                                 -0.0,
                                 1.0,
                                 -1.0,
                                 0.1,
                                 1e22,
                                 1e300,
                                 -1e-300,
                                 5e-324,
                                 9007199254740993.0,
                                 std::numeric_limits<double>::max(),
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN()};
  constexpr std::int64_t kIntegers[] = {
      0, 1, -1, INT64_MAX, INT64_MIN, 1LL << 53, 1 - (1LL << 53), (1LL << 53) - 1, -(1LL << 53)};
  switch (random.below(6)) {
    case 0:
      return random.below(2) == 0;
    case 1:
      return kIntegers[random.below(std::size(kIntegers))];
    case 2:
      return static_cast<std::int64_t>(random.next_u64() >> random.below(64));
    case 3:
      return kDoubles[random.below(std::size(kDoubles))];
    case 4:
      return std::bit_cast<double>(random.next_u64());
    default:
      return random_text(random, 300);
  }
}

}  // namespace

TEST_CASE("values: what they look like") {
  CHECK(said(true) == "true");
  CHECK(said(std::int64_t{7}) == "7");
  CHECK(said(std::int64_t{9007199254740991}) == "9007199254740991");
  CHECK(said(std::int64_t{9007199254740992}) == R"({"int64":"9007199254740992"})");
  CHECK(said(INT64_MIN) == R"({"int64":"-9223372036854775808"})");
  CHECK(said(0.5) == "0.5");
  CHECK(said(1.0) == R"({"double":1})");
  CHECK(said(1e300) == R"({"double":1e+300})");
  CHECK(said(std::nan("")) == R"({"double":"NaN"})");
  CHECK(said(-std::numeric_limits<double>::infinity()) == R"({"double":"-Infinity"})");
  CHECK(said(std::string("a \"b\" \n\xc3\xa4")) == "\"a \\\"b\\\" \\n\xc3\xa4\"");
  CHECK(said(std::string("\xff")) == R"({"text":"/w=="})");
}

TEST_CASE("values: what is read") {
  CHECK(read("1") == HeaderValue(std::int64_t{1}));
  CHECK(read("1.0") == HeaderValue(1.0));
  CHECK(read("1e2") == HeaderValue(100.0));
  CHECK(read(R"({"double":1})") == HeaderValue(1.0));
  CHECK(read(R"({"int64":5})") == HeaderValue(std::int64_t{5}));
  CHECK(read(R"({"text":""})") == HeaderValue(std::string()));
  CHECK(same(read("-0.0"), -0.0));
}

TEST_CASE("values: what is refused") {
  for (const std::string json :
       {"null", "[]", "{}", R"({"int64":"1","x":2})", R"({"int32":1})", R"({"int64":"1.0"})",
        R"({"int64":" 1"})", R"({"int64":"9223372036854775808"})", R"({"int64":1.5})", R"({"int64":""})",
        R"({"int64":true})", R"({"double":"nan"})", R"({"double":true})", R"({"double":"1"})",
        R"({"text":"/w="})", R"({"text":7})", "9223372036854775808", "18446744073709551615"}) {
    CAPTURE(json);
    CHECK_THROWS_AS(read(json), ProtocolError);
    CHECK_THROWS_WITH(read(json), ContainsSubstring("a value "));
  }
}

TEST_CASE("values: any value goes there and back") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomStream random(seed, "values", "test");
    for (int i = 0; i < 500; ++i) {
      const HeaderValue value = random_value(random);
      const std::string line = said(value);
      CAPTURE(seed, i, printable(line));
      CHECK(same(read(line), value));
      CHECK(is_utf8(line));
      CHECK(line.find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("messages: any message goes there and back") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    RandomStream random(seed, "messages", "test");
    MessageFields fields{.payload = Payload::copy_of(random_text(random, 500)),
                         .key = random_text(random, 200),
                         .id = random_text(random, 60),
                         .correlation_id = random_text(random, 200),
                         .app_id = random_text(random, 60)};
    fields.content_type = random_text(random, 100);
    if (random.below(2) == 0) fields.timestamp = static_cast<TimeNs>(random.next_u64() >> 1);
    for (std::uint64_t i = random.below(6); i > 0; --i) {
      std::string name = random_text(random, 40);
      if (!name.empty() && is_utf8(name)) fields.headers.set(std::move(name), random_value(random));
    }
    const MessageFields before = fields;
    const MessagePtr message = make_message(std::move(fields));
    CHECK(is_sayable(*message));
    std::string line;
    append_json_message(*message, line);
    CAPTURE(seed, printable(line));
    CHECK(is_utf8(line));
    CHECK(line.find('\n') == std::string::npos);
    const MessageFields after = read_whole_message(Json::parse(line));
    CHECK(std::ranges::equal(after.payload.bytes(), before.payload.bytes()));
    CHECK(after.key == before.key);
    CHECK(after.id == before.id);
    CHECK(after.correlation_id == before.correlation_id);
    CHECK(after.app_id == before.app_id);
    CHECK(after.content_type == before.content_type);
    CHECK(after.timestamp == before.timestamp);
    REQUIRE(after.headers.size() == before.headers.size());
    for (const auto& [name, value] : before.headers) {
      REQUIRE(after.headers.find(name) != nullptr);
      CHECK(same(*after.headers.find(name), value));
    }
  }
}

TEST_CASE("messages: a header whose name is not UTF-8 cannot be told") {
  CHECK_FALSE(is_sayable(*make_message({.headers = {{"\xff", true}}})));
}

TEST_CASE("messages: what is refused") {
  const std::string long_text(256, 'x');
  const std::pair<std::string, std::string> cases[] = {
      {"[]", "a message is []: expected an object"},
      {R"({"body":"x"})", "a message has the member \"body\", which is none of payload, key"},
      {R"({"id":"x"})", "a message has the member \"id\""},
      {R"({"payload":"x"})", "the payload of a message is \"x\": expected base64, with padding"},
      {R"({"payload":7})", "the payload of a message is 7"},
      {R"({"payload":{"text":""}})", "the payload of a message is {\"text\":\"\"}"},
      {R"({"key":7})", "the key of a message is 7: expected a text"},
      {R"({"key":")" + long_text + "\"}", "the key of a message has 256 bytes: the most is 255"},
      {R"({"correlation_id":")" + long_text + "\"}", "the correlation_id of a message has 256 bytes"},
      {R"({"content_type":null})", "the content_type of a message is null"},
      {R"({"headers":[]})", "the headers are []: expected an object"},
      {R"({"headers":{"":1}})", "a header's name has 0 bytes: expected 1 to 255"},
      {R"({"headers":{")" + long_text + R"(":1}})", "a header's name has 256 bytes"},
      {R"({"headers":{"label":[7]}})",
       "the header \"label\" is [7]: expected a text, a truth value, a number"},
      {R"({"headers":{"label":null}})", "the header \"label\" is null"}};
  for (const auto& [json, text] : cases) {
    CAPTURE(json);
    CHECK_THROWS_AS(read_message(Json::parse(json)), ProtocolError);
    CHECK_THROWS_WITH(read_message(Json::parse(json)), ContainsSubstring(text));
  }
}
