#include "sim/scenario/nesting.h"

#include <toml++/toml.h>

#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

std::string dotted(int dots) {
  std::string key;
  for (int i = 0; i < dots; ++i) key += "a.";
  return key + "a";
}

std::string error_of(const std::string& text) {
  return input_error([&] { check_nesting(text, "s.toml"); });
}

constexpr const char* kTooDeep = "a key with more than 100 dots";

}  // namespace

TEST_CASE("nesting: dots of comments, strings and numbers are none of keys") {
  const std::string dots(150, '.');
  CHECK(error_of("# " + dots + "\na = 1 # " + dots).empty());
  CHECK(error_of("key = \"" + dotted(121) + "\"\n").empty());
  CHECK(error_of("key = '" + dotted(121) + "'\n").empty());
  CHECK(error_of("key = \"a \\\" " + dots + "\"\n").empty());
  CHECK(error_of("key = \"\"\"\na \" " + dots + "\n\"\" " + dots + "\"\"\"\n").empty());
  CHECK(error_of("key = '''\n" + dots + "\\'''\n").empty());
  CHECK(error_of("\"" + dots + "\" = 1\n['" + dots + "'.b]\n").empty());
  std::string numbers = "numbers = [";
  for (int i = 0; i < 150; ++i) numbers += "1.5, ";
  CHECK(error_of(numbers + "]\n").empty());
  std::string lines;
  for (int i = 0; i < 150; ++i) lines += "a.b" + std::to_string(i) + " = 1\n";
  CHECK(error_of(lines).empty());
}

TEST_CASE("nesting: keys up to the bound are taken, and no further") {
  CHECK(error_of(dotted(100) + " = 1").empty());
  CHECK(error_of("[" + dotted(100) + "]").empty());
  CHECK_THAT(error_of(dotted(101) + " = 1"), ContainsSubstring(kTooDeep));
  CHECK_THAT(error_of("x = 1\nü." + dotted(101) + " = 1"), Catch::Matchers::StartsWith("s.toml:2:202: "));
  CHECK_THAT(error_of("[" + dotted(101) + "]"), ContainsSubstring(kTooDeep));
  CHECK_THAT(error_of("[[ " + dotted(101) + "]]"), ContainsSubstring(kTooDeep));
  CHECK_THAT(error_of("a . \"b\" . " + dotted(101) + " = 1"), ContainsSubstring(kTooDeep));
}

TEST_CASE("nesting: keys within inline tables and lists count with those around them") {
  const std::string half = dotted(60);
  CHECK(error_of(half + " = 1\n" + half + " = 1").empty());
  CHECK(error_of("x = { " + half + " = 1, " + half + " = 1 }").empty());
  CHECK_THAT(error_of(half + " = { " + half + " = 1 }"), ContainsSubstring(kTooDeep));
  CHECK_THAT(error_of(half + " = [\n1,\n{ " + half + " = 1 }]"), ContainsSubstring(kTooDeep));
  CHECK_THAT(error_of("x = { b = [], " + half + " = { " + half + " = 1 } }"), ContainsSubstring(kTooDeep));
}

TEST_CASE("nesting: no string hides a key from it") {
  const std::string deep = ", { " + dotted(101) + " = 1 }]";
  // Strings of quotes, which may seem to end earlier or later than they do for the parser.
  for (const std::string text : {R"("""" x """")", R"("""""")", R"(""""" x """"")", R"('''' x '''')", R"("")",
                                 R"('')", R"('\')", R"("\\")", R"("\"")", R"("""\"""")", R"(""" "" """)"}) {
    CAPTURE(text);
    CHECK_NOTHROW(toml::parse("x = [" + text + ", 1]"));
    CHECK_THAT(error_of("x = [" + text + deep), ContainsSubstring(kTooDeep));
  }
  // An unclosed string ends with its line, where the parser stops as well.
  CHECK_THAT(error_of("x = \"a\n" + dotted(101)), ContainsSubstring(kTooDeep));
  for (const std::string open : {"\"", "'", "\"\"\"", "'''", "\"\\", "\"\"\"\\", "#", "]", "}", "."})
    CHECK_NOTHROW(error_of(open));
}
