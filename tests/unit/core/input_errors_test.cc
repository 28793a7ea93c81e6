// Several wrong things in one input.
#include "dse/error.h"
#include "support/catch.h"

using namespace dse;

TEST_CASE("input errors: one alone is thrown as itself, several together, none not at all") {
  CHECK_NOTHROW(throw_if_any({}));
  const InputError first({.file = "a.toml", .line = 3, .column = 1}, "is wrong");
  const InputError second({.file = "a.toml", .line = 9, .column = 1}, "is wrong too");
  try {
    throw_if_any({first});
    FAIL("nothing was thrown");
  } catch (const InputErrors&) {
    FAIL("one is not several");
  } catch (const InputError& error) {
    CHECK(errors_in(error).size() == 1);
  }
  try {
    throw_if_any({first, second});
    FAIL("nothing was thrown");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()) == "a.toml:3:1: is wrong");
    REQUIRE(errors_in(error).size() == 2);
    CHECK(std::string(errors_in(error)[1].what()) == "a.toml:9:1: is wrong too");
  }
}

TEST_CASE("an input error stays in its line, whatever it is about") {
  CHECK(std::string(InputError({.file = "a\nb"}, "has '\x1b[2J' \xff \u202e \\").what()) ==
        "a\\x0ab: has '\\x1b[2J' \\xff \\u202e \\");
}
