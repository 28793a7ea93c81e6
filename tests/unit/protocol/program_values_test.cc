// Values and messages as JSON, there and back.
#include "protocol/program_values.h"

#include <cmath>
#include <limits>
#include <string>

#include "core/printable.h"
#include "dse/random.h"
#include "protocol/program_message.h"
#include "support/catch.h"
#include "support/random_values.h"

using namespace dse;

namespace {

std::string said(const HeaderValue& value) {
  std::string line;
  append_json_value(value, line);
  return line;
}

HeaderValue read(const std::string& json) { return read_value(Json::parse(json), "a value"); }

std::string random_text(RandomStream& random, std::size_t size_max) {
  std::string text(random.below(size_max + 1), '\0');
  const bool readable = random.below(2) == 0;
  for (char& c : text) c = static_cast<char>(readable ? 32 + random.below(95) : random.below(256));
  return text;
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
  CHECK(said(NarrowInteger(std::int16_t{-5})) == R"({"int16":-5})");
  CHECK(said(HeaderFloat(0.1F)) == R"({"float":0.10000000149011612})");
  CHECK(said(HeaderFloat(-std::numeric_limits<float>::infinity())) == R"({"float":"-Infinity"})");
  CHECK(said(HeaderDecimal(2, 1234)) == R"({"decimal":"12.34"})");
  CHECK(said(HeaderTimestamp(1700000000)) == R"({"timestamp":1700000000})");
  CHECK(said(HeaderTimestamp(UINT64_MAX)) == R"({"timestamp":"18446744073709551615"})");
  CHECK(said(HeaderBytes("\xff")) == R"({"bytes":"/w=="})");
  CHECK(said(HeaderVoid()) == R"({"void":null})");
  CHECK(said(HeaderArray({std::int64_t{1}, std::string("a"), HeaderArray({})})) == R"([1,"a",[]])");
  CHECK(said(HeaderTable({{"a", std::int64_t{1}}, {"b", HeaderVoid()}})) ==
        R"({"table":{"a":1,"b":{"void":null}}})");
}

TEST_CASE("values: what is read") {
  CHECK(read("1") == HeaderValue(std::int64_t{1}));
  CHECK(read("1.0") == HeaderValue(1.0));
  CHECK(read("1e2") == HeaderValue(100.0));
  CHECK(read(R"({"double":1})") == HeaderValue(1.0));
  CHECK(read(R"({"int64":5})") == HeaderValue(std::int64_t{5}));
  CHECK(read(R"({"text":""})") == HeaderValue(std::string()));
  CHECK(same_value(read("-0.0"), -0.0));
  CHECK(read("[]") == HeaderValue(HeaderArray({})));
  CHECK(read(R"({"int32":1})") == HeaderValue(NarrowInteger(std::int32_t{1})));
  CHECK(read(R"({"uint32":"4294967295"})") == HeaderValue(NarrowInteger(UINT32_MAX)));
  CHECK(read(R"({"float":0.1})") == HeaderValue(HeaderFloat(0.1F)));
  CHECK(read(R"({"timestamp":"18446744073709551615"})") == HeaderValue(HeaderTimestamp(UINT64_MAX)));
  CHECK(read(R"({"table":{}})") == HeaderValue(HeaderTable({})));
}

TEST_CASE("values: what is refused") {
  for (const std::string json : {"null",
                                 "[null]",
                                 "{}",
                                 R"({"int64":"1","x":2})",
                                 R"({"int24":1})",
                                 R"({"int8":128})",
                                 R"({"uint16":-1})",
                                 R"({"int32":1.0})",
                                 R"({"float":1e39})",
                                 R"({"float":"0.5"})",
                                 R"({"decimal":12.34})",
                                 R"({"decimal":"-1"})",
                                 R"({"decimal":"4294967296"})",
                                 R"({"timestamp":-1})",
                                 R"({"timestamp":"x"})",
                                 R"({"timestamp":"18446744073709551616"})",
                                 R"({"bytes":"/w="})",
                                 R"({"bytes":[1]})",
                                 R"({"void":true})",
                                 R"({"table":[]})",
                                 R"({"array":[]})",
                                 R"({"int64":"1.0"})",
                                 R"({"int64":" 1"})",
                                 R"({"int64":"9223372036854775808"})",
                                 R"({"int64":1.5})",
                                 R"({"int64":""})",
                                 R"({"int64":true})",
                                 R"({"double":"nan"})",
                                 R"({"double":true})",
                                 R"({"double":"1"})",
                                 R"({"text":"/w="})",
                                 R"({"text":7})",
                                 "9223372036854775808",
                                 "18446744073709551615"}) {
    CAPTURE(json);
    CHECK_THROWS_AS(read(json), ProtocolError);
    CHECK_THROWS_WITH(read(json), ContainsSubstring("a value "));
    CHECK_THROWS_AS(read("[" + json + "]"), ProtocolError);
  }
}

TEST_CASE("values: any value goes there and back") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomStream random(seed, "values", "test");
    for (int i = 0; i < 500; ++i) {
      const HeaderValue value = random_value(random);
      const std::string line = said(value);
      CAPTURE(seed, i, printable(line));
      CHECK(same_value(read(line), value));
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
    if (random.below(2) == 0) {
      RandomValues readable;
      readable.readable = random.below(2) == 0;
      fields.more = random_properties(random, readable);
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
    CHECK(same_headers(after.headers, before.headers));
    CHECK(after.more == before.more);
  }
}

TEST_CASE("messages: a header whose name is not UTF-8 cannot be told") {
  CHECK_FALSE(is_sayable(*make_message({.headers = {{"\xff", true}}})));
  const HeaderValue table = HeaderTable({{"\xff", true}});
  CHECK_FALSE(is_sayable(*make_message({.headers = {{"a", HeaderArray({true, table})}}})));
  CHECK(is_sayable(*make_message({.headers = {{"a", HeaderArray({std::string("\xff")})}}})));
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
      {R"({"headers":{"label":{}}})",
       "the header \"label\" is {}: expected a text, a truth value, a number, a list"},
      {R"({"headers":{"a":{"table":{"":1}}}})", "a header's name has 0 bytes: expected 1 to 255"},
      {R"({"expiration":"5ms"})", "its expiration is \"5ms\": expected whole milliseconds"},
      {R"({"expiration":5})", "the expiration of a message is 5: expected a text"},
      {R"({"priority":256})", "the priority of a message is 256: expected an integer from 0 to 255"},
      {R"({"priority":"1"})", "the priority of a message is \"1\""},
      {R"({"delivery_mode":3})", "its delivery_mode is 3: expected 1 (transient)"},
      {R"({"reply_to":"amq.rabbitmq.reply-to"})", "which only a client may use that consumes from it"},
      {R"({"type":")" + long_text + "\"}", "the type of a message has 256 bytes"},
      {R"({"headers":{"label":null}})", "the header \"label\" is null"}};
  for (const auto& [json, text] : cases) {
    CAPTURE(json);
    CHECK_THROWS_AS(read_message(Json::parse(json)), ProtocolError);
    CHECK_THROWS_WITH(read_message(Json::parse(json)), ContainsSubstring(text));
  }
}

TEST_CASE("values: what is nested too deep is refused") {
  const auto nested = [](int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']');
  };
  CHECK(nesting_of(read(nested(kHeaderNestingMax))) == kHeaderNestingMax);
  CHECK_THROWS_WITH(read(nested(kHeaderNestingMax + 1)), ContainsSubstring("more than 32 lists and tables"));
}
