#include "protocol/message_line.h"

#include <bit>
#include <cmath>
#include <limits>

#include "protocol/json_line.h"
#include "protocol/program_values.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;
using Catch::Matchers::StartsWith;

namespace {

MessageLine read(const std::string& line) {
  return read_message_line(parse_json_line(line, kVerbatimMember));
}

std::string refusal(const std::string& line) {
  return error_text<ProtocolError>([&] { read(line); });
}

std::string payload(const std::string& line) {
  const MessageLine message = read(line);
  const auto bytes = message.fields.payload.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string said(const MessageFields& fields, TimeNs time_ns = 5) {
  std::string line;
  append_message_line(time_ns, "door", *make_message(MessageFields(fields)), line);
  return line;
}

// The line of the message that has this header alone.
std::string said_header(HeaderValue value) { return said({.headers = {{"x", std::move(value)}}}); }

}  // namespace

TEST_CASE("a line has what the message has, and nothing else") {
  CHECK(said({}) == R"({"time":5,"import":"door"})");
  CHECK(said({.payload = Payload::copy_of("hello"),
              .key = "a.b",
              .headers = {{"label", std::int64_t{7}}},
              .id = "m-1",
              .correlation_id = "m-0",
              .app_id = "camera",
              .content_type = "text/plain",
              .timestamp = 17,
              .more = MoreProperties{.content_encoding = "gzip",
                                     .reply_to = "answers",
                                     .expiration = "5000",
                                     .type = "t",
                                     .user_id = "guest",
                                     .priority = std::uint8_t{9},
                                     .delivery_mode = std::uint8_t{1}}}) ==
        R"({"time":5,"import":"door","id":"m-1","key":"a.b","headers":{"label":7},"correlation_id":"m-0",)"
        R"("app_id":"camera","content_type":"text/plain","content_encoding":"gzip","reply_to":"answers",)"
        R"("expiration":"5000","type":"t","user_id":"guest","priority":9,"delivery_mode":1,)"
        R"("timestamp_ns":17,"text":"hello"})");
  CHECK(said({.payload = Payload::copy_of("\xff")}) == R"({"time":5,"import":"door","base64":"/w=="})");
  CHECK(said({.timestamp = INT64_MAX}, INT64_MAX) ==
        R"({"time":{"int64":"9223372036854775807"},"import":"door",)"
        R"("timestamp_ns":{"int64":"9223372036854775807"}})");
}

TEST_CASE("a payload is a text, base64 or JSON") {
  CHECK(payload("{}").empty());
  CHECK(payload(R"({"text":"\u00e4\u0000"})") == std::string("\xc3\xa4\0", 3));
  CHECK(payload(R"({"text":""})").empty());
  CHECK(payload(R"({"base64":"/wA="})") == std::string("\xff\0", 2));
  CHECK(payload(R"({"json":{"b" : [1.50, "x"], "a":null}})") == R"({"b":[1.50,"x"],"a":null})");
  CHECK(payload(R"({"json":"x"})") == "\"x\"");
  CHECK(refusal(R"({"text":"a","json":1})") == "has two payloads, `text` and `json`: leave out one of them");
  CHECK(refusal(R"({"base64":"hello"})") ==
        "base64 is \"hello\": expected base64, with padding; `text` is for a text");
  CHECK(refusal(R"({"text":5})") == "text is 5: expected a text");
  CHECK(refusal(R"({"payload":"aGk="})") ==
        "has the member \"payload\": name its form, `text`, `base64` or `json`");
}

TEST_CASE("times are nanoseconds or durations") {
  CHECK_FALSE(read("{}").time_ns);
  CHECK(read(R"({"time":0})").time_ns == 0);
  CHECK(read(R"({"time":9223372036854775807})").time_ns == INT64_MAX);
  CHECK(read(R"({"time":{"int64":"9007199254740993"}})").time_ns == 9007199254740993);
  CHECK(read(R"({"time":"1.5ms"})").time_ns == 1'500'000);
  for (const std::string time :
       {"-1", "1.5", "\"yesterday\"", "\"-1s\"", "null", "[1]", "true", "{\"double\":1}"})
    CHECK_THAT(refusal("{\"time\":" + time + "}"), StartsWith("the time of a message is "));
  CHECK_THAT(refusal(R"({"time":18446744073709551615})"),
             ContainsSubstring("expected an integer of 64 bits"));
  CHECK(
      refusal(R"({"time":-1})") ==
      "the time of a message is -1: expected whole nanoseconds, 0 or more, or a duration such as \"1.5ms\"");
}

TEST_CASE("a member that no message has is refused with the nearest") {
  CHECK(refusal(R"({"keys":"a"})") == "has the member \"keys\", which no message has; did you mean 'key'?");
  CHECK_THAT(refusal(R"({"correlation-id":"a"})"), ContainsSubstring("did you mean 'correlation_id'?"));
  CHECK_THAT(refusal(R"({"frobnicate":1})"),
             ContainsSubstring("which no message has; expected one of time, "));
  CHECK_THAT(refusal(R"({"headers":{"x":{"int7":1}}})"),
             ContainsSubstring("the header \"x\" has the tag \"int7\": expected one of int8"));
  CHECK_THAT(refusal(R"({"headers":{"x":{"a":1,"b":2}}})"), ContainsSubstring("a value that is tagged"));
  CHECK_THAT(refusal(R"({"headers":5})"), StartsWith("the headers are 5: expected an object"));
  CHECK_THAT(refusal("{\"key\":\"" + std::string(256, 'k') + "\"}"), ContainsSubstring("the most is 255"));
  CHECK_THAT(refusal(R"({"priority":256})"), ContainsSubstring("expected an integer from 0 to 255"));
  CHECK_THAT(refusal(R"({"expiration":"soon"})"), ContainsSubstring("expected whole milliseconds as text"));
}

TEST_CASE("a NaN keeps its bits") {
  const double odd = std::bit_cast<double>(0xfff8000000000005U);
  const float odd_float = std::bit_cast<float>(0xffc00001U);
  const std::string line = said_header(odd);
  CHECK_THAT(line, ContainsSubstring(R"({"double":"NaN:fff8000000000005"})"));
  CHECK(std::bit_cast<std::uint64_t>(std::get<double>(*read(line).fields.headers.find("x"))) ==
        0xfff8000000000005U);
  const std::string narrow = said_header(HeaderFloat(odd_float));
  CHECK_THAT(narrow, ContainsSubstring(R"({"float":"NaN:ffc00001"})"));
  CHECK(std::bit_cast<std::uint32_t>(std::get<HeaderFloat>(*read(narrow).fields.headers.find("x")).value()) ==
        0xffc00001U);
  CHECK_THAT(said_header(std::numeric_limits<double>::quiet_NaN()), ContainsSubstring(R"({"double":"NaN"})"));
  for (const std::string text : {"NaN:", "NaN:xyz", "NaN:0", "NaN:7ff0000000000000", "NaN:7ff80000000000000"})
    CHECK_THAT(refusal("{\"headers\":{\"x\":{\"double\":\"" + text + "\"}}}"),
               ContainsSubstring("a double is"));
  // Programs read JSON's three names alone.
  std::string program;
  append_json_value(odd, program);
  CHECK(program == R"({"double":"NaN"})");
}

TEST_CASE("a table with a name that is no text is a list") {
  const Headers headers = {{"\xff", std::int64_t{1}}, {"a", true}};
  const std::string line = said({.headers = headers});
  CHECK_THAT(line, ContainsSubstring(R"("headers":[["a",true],[{"text":"/w=="},1]])"));
  CHECK(read(line).fields.headers == headers);
  const Headers nested = {{"t", HeaderTable(headers)}};
  CHECK_THAT(said({.headers = nested}),
             ContainsSubstring(R"({"t":{"table":[["a",true],[{"text":"/w=="},1]]}})"));
  CHECK(read(said({.headers = nested})).fields.headers == nested);
  CHECK(read(R"({"headers":{"":1}})").fields.headers.find("") != nullptr);
  HeaderValue deepest = std::int64_t{1};
  for (int level = 0; level < kHeaderNestingMax; ++level) deepest = HeaderTable(Headers{{"\xff", deepest}});
  CHECK(*read(said_header(deepest)).fields.headers.find("x") == deepest);
  CHECK(refusal(R"({"headers":[["a",1],["a",2]]})") == "the headers has the header \"a\" twice");
  CHECK(refusal(R"({"headers":[["a"]]})") ==
        "the headers has [\"a\"]: expected a list of a name and a value");
}
