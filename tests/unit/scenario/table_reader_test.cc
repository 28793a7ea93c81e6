#include "sim/scenario/table_reader.h"

#include <toml++/toml.h>

#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

// Parses the text, passes a reader of it to `action`, and returns what the user is told.
template <typename Action>
std::string told(const std::string& text, const Action& action) {
  const toml::table table = toml::parse(text, std::string_view("a.toml"));
  TableReader reader(table, "component.lenet");
  return input_error([&] { action(reader); });
}

}  // namespace

TEST_CASE("each kind of value is read as it stands") {
  const toml::table table = toml::parse(R"(
    text = "lenet5"
    choice = "poisson"
    one = "a"
    several = ["a", "b"]
    integer = 32
    number = 0.5
    whole = 3
    duration = "50us"
    rate = "2000/s"
    pair = [28, 30]
    headers = { label = 7, sure = true, share = 0.5, model = "lenet" }
  )");
  TableReader reader(table, "");
  CHECK(reader.text("text") == "lenet5");
  CHECK(reader.text_or("absent", "fallback") == "fallback");
  CHECK_FALSE(reader.text_if_any("absent").has_value());
  CHECK(reader.choice_or("choice", {"regular", "poisson"}, 0) == 1);
  CHECK(reader.choice_or("absent", {"regular", "poisson"}, 0) == 0);
  CHECK(reader.texts("one") == std::vector<std::string>{"a"});
  CHECK(reader.texts("several") == std::vector<std::string>{"a", "b"});
  CHECK(reader.integer_or("integer", 1, 0, 32) == 32);
  CHECK(reader.integer_or("absent", 1, 5, 6) == 1);
  CHECK(reader.number_if_any("number") == 0.5);
  CHECK(reader.number_if_any("whole") == 3.0);
  CHECK(reader.duration_or("duration", 0) == 50'000);
  CHECK(reader.rate("rate").count == 2000);
  CHECK(reader.pair_if_any("pair") == std::pair<std::int64_t, std::int64_t>(28, 30));
  CHECK(reader.headers_if_any("headers") ==
        Headers{{"label", std::int64_t{7}}, {"sure", true}, {"share", 0.5}, {"model", std::string("lenet")}});
  CHECK_NOTHROW(reader.finish());
}

TEST_CASE("a key that nobody asked for is refused, with its place and the nearest name") {
  CHECK(told("a = 1\n  bach = 2", [](TableReader& reader) {
          reader.integer_or("a", 0, 0, 9);
          reader.integer_or("batch", 0, 0, 9);
          reader.finish();
        }) == "a.toml:2:10: component.lenet.bach: unknown key; did you mean 'batch'?");
  CHECK_THAT(told("zzzzzz = 1",
                  [](TableReader& reader) {
                    reader.text_or("from", "");
                    reader.text_or("to", "");
                    reader.finish();
                  }),
             ContainsSubstring("unknown key; expected one of from, to"));
}

TEST_CASE("a key that must be there and is not is named") {
  CHECK_THAT(told("a = 1", [](TableReader& reader) { reader.text("from"); }),
             ContainsSubstring("component.lenet.from: is missing"));
  CHECK_THAT(told("", [](TableReader& reader) { reader.rate("rate"); }),
             ContainsSubstring("rate: is missing"));
}

TEST_CASE("a value of the wrong type says what was expected and what was found") {
  CHECK(told("x = 1", [](TableReader& reader) { reader.text("x"); }) ==
        "a.toml:1:5: component.lenet.x: expected a string, found an integer");
  const auto check = [](const std::string& value, const std::string& expected, auto action) {
    CAPTURE(value);
    CHECK_THAT(told("x = " + value, action), ContainsSubstring(expected));
  };
  check("true", "expected an integer, found a boolean", [](TableReader& r) { r.integer_or("x", 0, 0, 9); });
  check("1.5", "expected an integer, found a floating-point number",
        [](TableReader& r) { r.integer_or("x", 0, 0, 9); });
  check("\"1\"", "expected a number, found a string", [](TableReader& r) { r.number_if_any("x"); });
  check("5", "expected a duration such as \"50us\", found an integer",
        [](TableReader& r) { r.duration_or("x", 0); });
  check("5", "expected a rate such as \"2000/s\", found an integer", [](TableReader& r) { r.rate("x"); });
  check("{}", "expected a string or a list of strings, found a table", [](TableReader& r) { r.texts("x"); });
  check("[1]", "expected a string, found an integer", [](TableReader& r) { r.texts("x"); });
  check("[1]", "expected a list of two integers, found a list", [](TableReader& r) { r.pair_if_any("x"); });
  check("[1, 2.0]", "expected a list of two integers", [](TableReader& r) { r.pair_if_any("x"); });
  check("[]", "expected a table, found a list", [](TableReader& r) { r.table_if_any("x"); });
  check("1", "expected tables, each headed [[component.lenet.x]], found an integer",
        [](TableReader& r) { r.tables("x"); });
  check("[1]", "expected tables, each headed [[component.lenet.x]], found an integer",
        [](TableReader& r) { r.tables("x"); });
  check("{ y = 1 }", "expected a table, found an integer", [](TableReader& r) { r.named_tables("x"); });
  check("7", "expected a table such as { label = 7 }", [](TableReader& r) { r.headers_if_any("x"); });
  check("2015-01-01", "found a date or time", [](TableReader& r) { r.text("x"); });
}

TEST_CASE("a value out of range, or not of its form, is told with what is expected") {
  const auto check = [](const std::string& value, const std::string& expected, auto action) {
    CAPTURE(value);
    CHECK_THAT(told("x = " + value, action), ContainsSubstring(expected));
  };
  check("10", "10 is out of range: expected 1 to 9", [](TableReader& r) { r.integer_if_any("x", 1, 9); });
  check("0", "0 is out of range: expected 1 to 9", [](TableReader& r) { r.integer_if_any("x", 1, 9); });
  check("\"5 parsec\"", "'5 parsec' is not a duration", [](TableReader& r) { r.duration_or("x", 0); });
  check("\"-1s\"", "'-1s' is not a duration", [](TableReader& r) { r.duration_or("x", 0); });
  check("\"0/s\"", "'0/s' is not a rate", [](TableReader& r) { r.rate("x"); });
  check("\"-1/s\"", "'-1/s' is not a rate", [](TableReader& r) { r.rate("x"); });
  check("[]", "the list is empty", [](TableReader& r) { r.texts("x"); });
  check("\"poison\"", "unknown value 'poison'; did you mean 'poisson'?; expected one of regular, poisson",
        [](TableReader& r) {
          r.choice_or("x", {"regular", "poisson"}, 0);
        });
  check("{ x-match = 1 }", "names that begin with x- are reserved",
        [](TableReader& r) { r.headers_if_any("x"); });
}

TEST_CASE("named tables come in the file's order") {
  const toml::table root = toml::parse("[t.z]\n[t.a]\n[t.m]\n");
  TableReader reader(root, "");
  std::vector<std::string> names;
  for (const auto& [name, table] : reader.named_tables("t")) names.push_back(name);
  CHECK(names == std::vector<std::string>{"z", "a", "m"});
}

TEST_CASE("what was set on the command line has no line, but names the setting") {
  const toml::table table = toml::parse("x = 1", std::string_view("--set component.lenet.x"));
  TableReader reader(table, "component.lenet");
  CHECK(input_error([&] { reader.text("x"); }) ==
        "--set component.lenet.x: expected a string, found an integer");
}
