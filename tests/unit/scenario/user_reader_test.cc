#include "sim/scenario/user_reader.h"

#include "dse/tables.h"
#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

const std::string kEcho = "[component.echo]\nkind = \"echo\"\nfrom = \"q\"\n";

Scenario read(const std::string& text) { return parse_scenario(text, "s.toml", built_in_tables()); }
std::string error_of(const std::string& text) {
  return error_text<InputError>([&] { read(text); });
}

}  // namespace

TEST_CASE("user: permissions, and none where nothing is said") {
  const Scenario scenario = read(
      "[user.a]\nconfigure = \"c\"\nwrite = \"w\"\nread = \"r\"\n"
      "[user.a.topics.t]\nwrite = \"x\"\n[user.\"b c\"]\n" +
      kEcho + "user = \"b c\"\ncount = 2\n");
  CHECK(scenario.users.at("a") == Permissions{"c", "w", "r", {{"t", "x", ""}}});
  CHECK(scenario.users.at("b c") == Permissions());
  REQUIRE(scenario.components.size() == 2);
  for (const ComponentConfig& component : scenario.components) CHECK(component.user == "b c");
}

TEST_CASE("user: what is wrong is told with its place") {
  CHECK(error_of("[user.a]\nread = \"a{2,1}\"\n" + kEcho)
            .starts_with("s.toml:2:8: user.a.read: \"a{2,1}\" is no"));
  CHECK(error_of("[user.a]\nread = 7\n" + kEcho).starts_with("s.toml:2:8: user.a.read: expected a string"));
  CHECK(error_of("[user.a]\npassword = \"x\"\n" + kEcho).find("user.a.password: unknown key") !=
        std::string::npos);
  CHECK(error_of("[user.a.topics.t]\nwrite = \"(\"\n" + kEcho)
            .starts_with("s.toml:2:9: user.a.topics.t.write: "));
  CHECK(error_of("[user.\"a\\nb\"]\n" + kEcho).find("\"a\\x0ab\" is no name of a user") != std::string::npos);
  CHECK(error_of("[user.bob]\n" + kEcho + "user = \"bobby\"\n") ==
        "s.toml:5:8: component.echo.user: the scenario has no user 'bobby'; did you mean 'bob'?");
  // A user that is wrong is not missing as well.
  CHECK(error_of("[user.bob]\nread = \"(\"\n" + kEcho + "user = \"bob\"\n").find("has no user") ==
        std::string::npos);
}
