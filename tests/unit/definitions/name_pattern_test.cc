#include "sim/definitions/name_pattern.h"

#include <random>
#include <regex>
#include <stdexcept>

#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

bool matches(const std::string& pattern, const std::string& name) {
  return NamePattern(pattern).matches(name);
}
std::string refusal(const std::string& pattern) {
  return error_text<std::invalid_argument>([&] { NamePattern{pattern}; });
}

}  // namespace

TEST_CASE("name pattern: what policies are written with") {
  CHECK(matches(".*", ""));
  CHECK(matches("", "anything"));
  CHECK(matches("^ha\\.", "ha.orders"));
  CHECK_FALSE(matches("^ha\\.", "a ha.orders"));
  CHECK_FALSE(matches("^ha\\.", "haXorders"));
  CHECK(matches("dead$", "orders.dead"));
  CHECK_FALSE(matches("dead$", "dead.orders"));
  CHECK(matches("^(?!amq\\.).*", "orders"));
  CHECK_FALSE(matches("^(?!amq\\.).*", "amq.gen-1"));
  CHECK(matches("^(?=a).b", "ab"));
  CHECK(matches("^(a|b)+\\.q[0-9]{2,3}$", "abba.q17"));
  CHECK_FALSE(matches("^(a|b)+\\.q[0-9]{2,3}$", "abba.q1"));
  CHECK_FALSE(matches("^(a|b)+\\.q[0-9]{2,3}$", "abba.q1234"));
  CHECK(matches("^[^.]+$", "one"));
  CHECK_FALSE(matches("^[^.]+$", "one.two"));
  CHECK(matches("^[\\w-]+\\d$", "a-b_7"));
  CHECK(matches("(?i)^ORDERS", "orders"));
  CHECK(matches("^(?:x|)y$", "y"));
  CHECK(matches("\\bcat\\b", "a cat."));
  CHECK_FALSE(matches("\\bcat\\b", "concat"));
  CHECK(matches("^a{,2}$", "a{,2}"));  // no repetition: it has no first number
  CHECK(matches("^[]a]$", "]"));
  CHECK(matches("^[a-]+$", "a-"));
  CHECK(matches("^[[:alpha:]_]+$", "ab_"));
  CHECK(matches("^(?<name>a)\\x2e$", "a."));
  CHECK(matches("^\xd0\xb7", "\xd0\xb7\xd0\xb0"));
  CHECK(matches("^a.*?b$", "axxb"));
}

TEST_CASE("name pattern: what is no regular expression is refused with the reason and the place") {
  CHECK(refusal("(a") == "missing closing parenthesis, at byte 3");
  CHECK(refusal("[a").ends_with(", at byte 3"));
  CHECK(refusal("*a").ends_with(", at byte 1"));
  CHECK(refusal("a{3,2}").starts_with("numbers out of order in {} quantifier"));
  CHECK(refusal("a\\").ends_with(", at byte 3"));
  CHECK_FALSE(refusal("((a{1000}){1000}){1000}").empty());
  CHECK(refusal(std::string(5000, 'a')) == "it is longer than 4096 bytes");
  CHECK_FALSE(refusal(std::string(2000, '(') + std::string(2000, ')')).empty());
}

TEST_CASE("name pattern: no pattern takes long") {
  const std::string name(255, 'a');
  CHECK_FALSE(matches("^(a+)+$", name + "b"));
  CHECK_FALSE(matches("^(a|aa)+$", name + "b"));
  CHECK(matches("^(a?){20}a{200}", name));
}

TEST_CASE("name pattern: as the standard library's, on random patterns") {
  const auto seed = GENERATE(1U, 2U, 3U);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto draw = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  const std::vector<std::string> atoms = {"a",     "b",    ".",      "[ab]",   "[^a]",  "\\.",
                                          "(a|b)", "(ab)", "(?:b|)", "(?!ab)", "(?=b)", "\\b"};
  const std::vector<std::string> repetitions = {"", "", "", "*", "+", "?", "{2}", "{1,2}", "*?"};
  for (int round = 0; round < 1000; ++round) {
    std::string pattern = draw(3) == 0 ? "^" : "";
    for (std::size_t parts = 1 + draw(4); parts > 0; --parts) {
      const std::string& atom = atoms[draw(atoms.size())];
      const bool has_width = !atom.starts_with("(?!") && !atom.starts_with("(?=") && atom != "\\b";
      pattern += atom + (has_width ? repetitions[draw(repetitions.size())] : "");
    }
    if (draw(3) == 0) pattern += "$";
    if (draw(6) == 0) pattern += "|b.";
    std::string name;
    for (std::size_t length = draw(8); length > 0; --length) name += "ab."[draw(3)];
    INFO(pattern << " in " << name);
    CHECK(matches(pattern, name) == std::regex_search(name, std::regex(pattern)));
  }
}
