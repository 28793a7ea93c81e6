#include "access/name_pattern.h"

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
