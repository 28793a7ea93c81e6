// A scenario's text reads back as the table that it was made from, whatever its keys and values hold.
#include "sim/scenario/scenario_text.h"

#include <toml++/toml.h>

#include <array>
#include <random>
#include <string>

#include "support/catch.h"

using namespace dse;

namespace {

class Tables {
 public:
  explicit Tables(std::uint64_t seed) : numbers_(seed) {}

  toml::table table(int depth) {
    toml::table result;
    for (std::uint64_t count = below(4) + 1; count > 0; --count) insert(result, text(), depth);
    result.is_inline(below(4) == 0);
    return result;
  }

 private:
  std::uint64_t below(std::uint64_t end) { return numbers_() % end; }

  // Made of characters that are special to TOML, to the library that writes it, or to the eye.
  std::string text() {
    static const std::array<std::string, 24> parts = {"a",
                                                      "b",
                                                      "-",
                                                      "_",
                                                      ".",
                                                      "'",
                                                      "\"",
                                                      "'''",
                                                      "\"\"\"",
                                                      "\n",
                                                      "\r\n",
                                                      "\t",
                                                      "\\",
                                                      "#",
                                                      "=",
                                                      "[",
                                                      "]",
                                                      " ",
                                                      std::string(1, '\0'),
                                                      "\x1b",
                                                      "\x7f",
                                                      "ü",
                                                      "\xc2\x85",
                                                      "\xe2\x80\xa8"};
    std::string result;
    for (std::uint64_t count = below(5); count > 0; --count) result += parts.at(below(parts.size()));
    return result;
  }

  void insert(toml::table& into, const std::string& key, int depth) {
    switch (below(depth > 0 ? 9 : 6)) {
      case 0:
        into.insert_or_assign(key, static_cast<std::int64_t>(numbers_()));
        break;
      case 1:
        into.insert_or_assign(key,
                              static_cast<double>(below(1'000'000)) / 7 * (below(2) == 0 ? 1e-300 : -1e200));
        break;
      case 2:
        into.insert_or_assign(key, below(2) == 0);
        break;
      case 3:
        into.insert_or_assign(key, toml::date(1979, 5, 27));
        break;
      case 6:
        into.insert_or_assign(key, table(depth - 1));
        break;
      case 7:
        into.insert_or_assign(key, tables(depth - 1));
        break;
      case 8:
        into.insert_or_assign(key, values(depth - 1));
        break;
      default:
        into.insert_or_assign(key, text());
    }
  }

  toml::array tables(int depth) {
    toml::array result;
    for (std::uint64_t count = below(3); count > 0; --count) result.push_back(table(depth));
    return result;
  }

  toml::array values(int depth) {
    toml::array result;
    for (std::uint64_t count = below(4); count > 0; --count) {
      toml::table one;
      insert(one, "value", depth);
      one.begin()->second.visit([&result](auto& value) { result.push_back(value); });
    }
    return result;
  }

  std::mt19937_64 numbers_;
};

}  // namespace

TEST_CASE("text of a scenario: any table reads back as it was") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Tables tables(seed);
    toml::table root = tables.table(4);
    root.is_inline(false);
    toml::table components;
    for (const std::string name : {"b", "it's", "a\nb", ""}) components.insert(name, tables.table(2));
    components.is_inline(seed % 2 == 0);
    root.insert_or_assign("component", components);
    const std::string text = scenario_text(root);
    CAPTURE(seed, text);
    toml::table again;
    REQUIRE_NOTHROW(again = toml::parse(text));
    REQUIRE((again == root));
    REQUIRE(scenario_text(again) == text);
  }
}

TEST_CASE("text of a scenario: a table for components within one line reads back") {
  const std::string inline_components =
      "component = { b = { kind = \"watch\", from = \"x\" }, a = { kind = \"echo\", from = \"x\" } }\n";
  const toml::table root = toml::parse(inline_components);
  const std::string text = scenario_text(root);
  CHECK((toml::parse(text) == root));
  CHECK(text.find("[component.b]") < text.find("[component.a]"));
}
