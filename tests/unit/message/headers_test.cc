#include "dse/headers.h"

#include <cmath>
#include <limits>

#include "support/catch.h"

using namespace dse;

namespace {

std::uint64_t digest_of(const HeaderValue& value) {
  Hasher hasher;
  add_to_hash(hasher, value);
  return hasher.digest();
}

}  // namespace

TEST_CASE("headers are kept in name order, whatever the order they were set in") {
  Headers headers;
  headers.set("model", std::string("lenet"));
  headers.set("confidence", 0.5);
  headers.set("label", std::int64_t{7});
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) names.push_back(name);
  CHECK(names == std::vector<std::string>{"confidence", "label", "model"});
  CHECK(headers == Headers{{"label", std::int64_t{7}}, {"model", std::string("lenet")}, {"confidence", 0.5}});
}

TEST_CASE("setting a header again replaces its value") {
  Headers headers{{"label", std::int64_t{7}}};
  headers.set("label", std::string("seven"));
  REQUIRE(headers.size() == 1);
  CHECK(*headers.find("label") == HeaderValue(std::string("seven")));
}

TEST_CASE("values are equal only when their types are") {
  const std::vector<HeaderValue> all_different = {std::int64_t{1}, 1.0, std::string("1"), true,
                                                  std::int64_t{0}, 0.0, std::string("0"), false,
                                                  std::string()};
  for (std::size_t a = 0; a < all_different.size(); ++a) {
    for (std::size_t b = 0; b < all_different.size(); ++b) {
      CAPTURE(a, b);
      CHECK((all_different[a] == all_different[b]) == (a == b));
      CHECK((digest_of(all_different[a]) == digest_of(all_different[b])) == (a == b));
    }
  }
}

TEST_CASE("a binding's number matches what is worth the same, exactly") {
  const auto both = [](const HeaderValue& a, const HeaderValue& b) {
    CHECK(matches(a, b) == matches(b, a));
    return matches(a, b);
  };
  const double two_to_53 = 9007199254740992.0;
  CHECK(both(std::int64_t{7}, 7.0));
  CHECK(both(0.0, -0.0));
  CHECK(both(std::int64_t{0}, -0.0));
  CHECK(both(0.5, 0.5));
  CHECK_FALSE(both(std::int64_t{0}, 0.5));
  CHECK(both(std::int64_t{9007199254740992}, two_to_53));
  CHECK_FALSE(both(std::int64_t{9007199254740993}, two_to_53));
  CHECK(both(INT64_MIN, -9223372036854775808.0));
  CHECK_FALSE(both(INT64_MAX, 9223372036854775808.0));
  CHECK(both(1e300, 1e300));
  CHECK_FALSE(both(std::nan(""), std::nan("")));
}

TEST_CASE("a binding's text or truth matches its equal alone") {
  CHECK(matches(std::string("1"), std::string("1")));
  CHECK(matches(true, true));
  CHECK_FALSE(matches(std::string("1"), std::int64_t{1}));
  CHECK_FALSE(matches(true, std::int64_t{1}));
  CHECK_FALSE(matches(true, std::string("true")));
  CHECK_FALSE(matches(false, 0.0));
}

TEST_CASE("a header is found by its name, and as an integer only when it is one") {
  const Headers headers{{"label", std::int64_t{7}}, {"name", std::string("7")}};
  REQUIRE(headers.find_integer("label") != nullptr);
  CHECK(*headers.find_integer("label") == 7);
  CHECK(headers.find_integer("name") == nullptr);
  CHECK(headers.find("lab") == nullptr);
  CHECK(Headers().find("label") == nullptr);
  CHECK(Headers().empty());
}

TEST_CASE("values are written plainly") {
  CHECK(to_text(true) == "true");
  CHECK(to_text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(to_text(0.5) == "0.5");
  CHECK(to_text(std::string("text")) == "text");
}
