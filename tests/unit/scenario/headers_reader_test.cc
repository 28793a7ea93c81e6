// The headers of a binding in TOML: a form for each type of AMQP.
#include "sim/scenario/headers_reader.h"

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "core/printable.h"
#include "protocol/base64.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/random_values.h"

using namespace dse;

namespace {

Headers read(const std::string& text) {
  const toml::table root = toml::parse("headers = { " + text + " }", std::string_view("a.toml"));
  return read_headers(*root["headers"].as_table(), "binding.0.headers");
}

HeaderValue value(const std::string& text) { return *read("y = " + text).find("y"); }

std::string told(const std::string& text) {
  return input_error([&] { read("y = " + text); });
}

std::string base64(const std::string& bytes) {
  std::string text;
  append_base64(std::as_bytes(std::span(bytes)), text);
  return "\"" + text + "\"";
}

// The value as a scenario would say it.
std::string toml_of(const HeaderValue& value) {
  const std::string type(type_name(value));
  if (const auto* text = std::get_if<std::string>(&value)) return "{ text = " + base64(*text) + " }";
  if (const auto* bytes = std::get_if<HeaderBytes>(&value))
    return "{ bytes = " + base64(bytes->bytes()) + " }";
  if (const auto* real = std::get_if<double>(&value)) {
    std::ostringstream text;
    text << toml::value<double>(*real);
    return text.str();
  }
  if (const auto* number = std::get_if<HeaderFloat>(&value)) {
    std::ostringstream text;
    text << toml::value<double>(static_cast<double>(number->value()));
    return "{ float = " + text.str() + " }";
  }
  if (std::holds_alternative<NarrowInteger>(value)) return "{ " + type + " = " + to_text(value) + " }";
  if (std::holds_alternative<HeaderDecimal>(value)) return "{ decimal = \"" + to_text(value) + "\" }";
  if (std::holds_alternative<HeaderTimestamp>(value)) return "{ timestamp = \"" + to_text(value) + "\" }";
  if (std::holds_alternative<HeaderVoid>(value)) return "{ void = true }";
  std::string text;
  if (const auto* array = std::get_if<HeaderArray>(&value)) {
    for (const HeaderValue& each : array->values()) text += (text.empty() ? "" : ", ") + toml_of(each);
    return "[" + text + "]";
  }
  if (const auto* table = std::get_if<HeaderTable>(&value)) {
    for (const auto& [name, each] : table->entries()) {
      std::ostringstream key;
      key << toml::toml_formatter(
          toml::value<std::string>(name),
          toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings);
      text += (text.empty() ? "" : ", ") + key.str() + " = " + toml_of(each);
    }
    return "{ table = { " + text + " } }";
  }
  return to_text(value);
}

}  // namespace

TEST_CASE("headers in TOML: each type has a form") {
  CHECK(value("true") == HeaderValue(true));
  CHECK(value("7") == HeaderValue(std::int64_t{7}));
  CHECK(value("7.0") == HeaderValue(7.0));
  CHECK(value("\"7\"") == HeaderValue(std::string("7")));
  CHECK(value("{ int8 = -5 }") == HeaderValue(NarrowInteger(std::int8_t{-5})));
  CHECK(value("{ uint8 = 5 }") == HeaderValue(NarrowInteger(std::uint8_t{5})));
  CHECK(value("{ int16 = 5 }") == HeaderValue(NarrowInteger(std::int16_t{5})));
  CHECK(value("{ uint16 = 5 }") == HeaderValue(NarrowInteger(std::uint16_t{5})));
  CHECK(value("{ int32 = 5 }") == HeaderValue(NarrowInteger(std::int32_t{5})));
  CHECK(value("{ uint32 = 5 }") == HeaderValue(NarrowInteger(std::uint32_t{5})));
  CHECK(value("{ float = 0.1 }") == HeaderValue(HeaderFloat(0.1F)));
  CHECK(value("{ float = 2 }") == HeaderValue(HeaderFloat(2.0F)));
  CHECK(value("{ decimal = \"12.34\" }") == HeaderValue(HeaderDecimal(2, 1234)));
  CHECK(value("{ timestamp = 1700000000 }") == HeaderValue(HeaderTimestamp(1700000000)));
  CHECK(value("{ bytes = \"/w==\" }") == HeaderValue(HeaderBytes("\xff")));
  CHECK(value("{ text = \"/w==\" }") == HeaderValue(std::string("\xff")));
  CHECK(value("{ void = true }") == HeaderValue(HeaderVoid()));
  CHECK(value("[1, \"a\", [], { void = true }]") ==
        HeaderValue(HeaderArray({std::int64_t{1}, std::string("a"), HeaderArray({}), HeaderVoid()})));
  CHECK(value("{ table = { a = 1, int8 = [true] } }") ==
        HeaderValue(HeaderTable({{"a", std::int64_t{1}}, {"int8", HeaderArray({true})}})));
}

TEST_CASE("headers in TOML: any value that a broker takes can be said") {
  RandomStream random(1, "toml", "values");
  for (int i = 0; i < 2000; ++i) {
    const HeaderValue any = random_value(random, {.finite = true});
    const std::string text = toml_of(any);
    CAPTURE(i, printable(text));
    REQUIRE(same_value(value(text), any));
  }
}

TEST_CASE("headers in TOML: what is wrong is told where it is") {
  const auto check = [](const std::string& text, const std::string& expected) {
    CAPTURE(text);
    CHECK_THAT(told(text), Catch::Matchers::StartsWith("a.toml:1:") && ContainsSubstring(expected));
  };
  check("2015-01-01",
        "binding.0.headers.y: expected a boolean, an integer, a number, a string, a list, or a "
        "table such as { int16 = 5 }");
  check("{}", "a table such as { int16 = 5 }");
  check("{ int8 = 1, int16 = 1 }", "a table such as { int16 = 5 }");
  check("{ int24 = 1 }", "binding.0.headers.y.int24: unknown type: expected int8,");
  check("{ int8 = 128 }", "binding.0.headers.y.int8: 128 does not fit");
  check("{ uint32 = -1 }", "-1 does not fit");
  check("{ int8 = 1.0 }", "expected an integer");
  check("{ float = 1e39 }", "does not fit into 32 bits");
  check("{ float = nan }", "nan is not a header's value: expected a finite number");
  check("{ float = \"1\" }", "expected a number");
  check("[inf]", "binding.0.headers.y[0]: inf is not a header's value");
  check("{ decimal = 12.34 }", "expected a decimal as text, such as \"12.34\"");
  check("{ decimal = \"-1\" }", "expected a decimal as text");
  check("{ timestamp = -1 }", "expected seconds since 1970");
  check("{ timestamp = 2015-01-01 }", "expected seconds since 1970");
  check("{ bytes = \"/w=\" }", "binding.0.headers.y.bytes: is not base64 with its padding");
  check("{ bytes = 7 }", "expected bytes in base64");
  check("{ void = false }", "expected void = true");
  check("{ table = 7 }", "expected a table");
  check("{ table = { \"\" = 1 } }", "a name of 0 bytes is not a header's");
  check("[[{ table = { a = { int8 = 300 } } }]]", "binding.0.headers.y[0][0].table.a.int8: 300 does not fit");
  std::string deep = "1";
  for (int level = 0; level <= kHeaderNestingMax; ++level) deep = "[" + deep + "]";
  check(deep, "more than 32 lists and tables are inside each other");
}
