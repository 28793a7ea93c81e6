#include "protocol/json_line.h"

#include <string>

#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;
using Catch::Matchers::StartsWith;

namespace {

std::string verbatim(const std::string& value) {
  return parse_json_line("{\"json\":" + value + ",\"a\":1}", "json").at("json").get<std::string>();
}

// The column and the text of what is wrong with a line; "" if nothing is.
std::string fault(const std::string& line) {
  try {
    parse_json_line(line, "json");
  } catch (const LineFault& fault) {
    return std::to_string(fault.column()) + ": " + fault.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a line is the object that the library reads") {
  for (const std::string line :
       {R"({})", R"({"a":1,"b":[true,false,null,[],{}],"c":{"d":"x","e":{"f":-1.5e3}}})",
        R"({"z":[[[1],2],{"k":[{"l":3}]}],"a":18446744073709551615,"m":-9223372036854775808})"}) {
    CHECK(parse_json_line(line, "") == Json::parse(line));
  }
}

TEST_CASE("what is verbatim keeps its order, its numbers and its doubles, and loses its blanks") {
  CHECK(verbatim("{ \"b\" : [ 1 , 2.50, 1e5, -0.0 ], \"a\": { }, \"a\": [ ] }") ==
        R"({"b":[1,2.50,1e5,-0.0],"a":{},"a":[]})");
  CHECK(verbatim("123456789012345678901234567890") == "123456789012345678901234567890");
  CHECK(verbatim("18446744073709551615") == "18446744073709551615");
  CHECK(verbatim("-7") == "-7");
  CHECK(verbatim("null") == "null");
  CHECK(verbatim("true") == "true");
  CHECK(verbatim("[false,[[]],{\"x\":{\"y\":[{}]}}]") == "[false,[[]],{\"x\":{\"y\":[{}]}}]");
  CHECK(verbatim(R"("\u00e4\/\n\"\u0000")") == "\"\xc3\xa4/\\n\\\"\\u0000\"");
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  CHECK(verbatim(deep) == deep);
  // Only the member of the object itself is.
  CHECK(parse_json_line(R"({"a":{"json":[1]},"json":[1]})", "json") ==
        Json({{"a", {{"json", {1}}}}, {"json", "[1]"}}));
}

TEST_CASE("what is no object on one line is refused with its column") {
  CHECK(fault("{\"a\":1}").empty());
  CHECK_THAT(fault("[1]"), StartsWith("0: begins a list; each object is on a line of its own"));
  CHECK_THAT(fault("17"), StartsWith("0: is no object of JSON: expected one on each line"));
  CHECK(fault("{\"a\":1,}") == "8: is not JSON: unexpected '}'; expected string literal");
  CHECK_THAT(fault("{\"a\":NaN}"), StartsWith("6: NaN is no number of JSON; write null"));
  CHECK_THAT(fault("{\"a\":"), StartsWith("6: has no end of its object"));
  CHECK_THAT(fault("{} {}"), StartsWith("4: something follows the object"));
  CHECK(fault("{\"a\":1e999}") == "0: has a number that is beyond the range of a double");
  CHECK(fault("{\"a\":1,\"b\":2,\"a\":3}") == "0: has \"a\" twice in one object");
  CHECK(fault("{\"h\":{\"x\":1,\"x\":1}}") == "0: has \"x\" twice in one object");
  CHECK(fault("{\"a\":99999999999999999999}") ==
        "0: has the integer \"99999999999999999999\", which needs more than 64 bits: write it as a double "
        "(with "
        "a point), or as a text");
  CHECK(fault("{\"a\":1e20}").empty());
  CHECK(fault("{\"a\":" + std::string(111, '[') + std::string(111, ']') + "}").empty());
  CHECK(fault("{\"a\":" + std::string(112, '[') + std::string(112, ']') + "}") ==
        "0: is nested more than 112 deep, as no message is");
  CHECK_THAT(fault("{\"a\":" + std::string(1'000'000, '[')), StartsWith("0: is nested more than 112 deep"));
}
