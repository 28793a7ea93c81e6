#include "sim/users/users_text.h"

#include "access/access_rules.h"
#include "sim/users/users_file.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

const std::string kHash = PasswordHash::of("secret", {.log_n = 4, .r = 1, .p = 1}).text();

std::string error_of(const std::string& text) {
  return error_text<InputError>([&] { users_in(text, "users.toml"); });
}
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (const User& user : users_in(text, "users.toml")) names.push_back(user.name);
  return names;
}

}  // namespace

TEST_CASE("users file: a user's password and permissions are read") {
  const std::vector<User> users =
      users_in("[user.camera]\npassword = \"" + kHash +
                   "\"\nconfigure = \"a\"\nwrite = \"b\"\nread = \"c\"\n"
                   "[user.camera.topics.\"x y\"]\nwrite = \"w\"\n[user.\"b.c\"]\n",
               "users.toml");
  REQUIRE(users.size() == 2);
  CHECK(users[0].name == "camera");
  CHECK(users[0].password->fits("secret"));
  CHECK(users[0].permissions == Permissions{"a", "b", "c", {{"x y", "w", ""}}});
  CHECK(users[1].name == "b.c");
  CHECK_FALSE(users[1].password.has_value());
  CHECK(users[1].permissions == Permissions());
}

TEST_CASE("users file: what is wrong is told with its place") {
  CHECK(error_of("[user.a]\nwrote = \"x\"\n") ==
        "users.toml:2:9: user.a.wrote: unknown key; did you mean 'write'?");
  CHECK(error_of("[user.a]\nwrite = \"a(\"\n") ==
        "users.toml:2:9: user.a.write: \"a(\" is no regular expression that RabbitMQ has for permissions: "
        "missing closing parenthesis, at byte 3");
  CHECK(error_of("[user.a]\npassword = \"secret\"\n")
            .starts_with("users.toml:2:12: user.a.password: is no hash"));
  CHECK(error_of("[user.a.topics.x]\nread = \"[\"\n").starts_with("users.toml:2:8: user.a.topics.x.read: "));
  CHECK(error_of("[user.a.topics.x]\nconfigure = \"x\"\n").find("unknown key") != std::string::npos);
  CHECK(error_of("[user.\"\"]\n").find("is no name of a user") != std::string::npos);
  CHECK(error_of("[users.a]\n").find("did you mean 'user'?") != std::string::npos);
  CHECK(error_of("user = 3\n") == "users.toml:1:8: user: expected a table, found an integer");
  CHECK(error_of("[user.a\n").find("not a TOML file") != std::string::npos);
}

TEST_CASE("users file: a user is added and removed, and the rest stays as it is") {
  const std::string before =
      "# ours\n\n# the camera at the gate\n[user.camera]\nwrite = '^images'  # only\n\n[user.\"b.c\"]\n# "
      "all\nread = "
      "\".*\"\n\n[user.camera.topics.images]\nwrite = \"^gate\"\n# the end\n";
  const User added{.name = "x y", .permissions = {.write = "a\"b\\d", .topics = {{"t", "k", ""}}}};
  const std::string more = with_user(before, added, "users.toml");
  CHECK(more.starts_with(before));
  CHECK(names_in(more) == std::vector<std::string>{"camera", "b.c", "x y"});
  CHECK(users_in(more, "u").back().permissions == added.permissions);
  CHECK(without_user(before, "camera", "u") ==
        "# ours\n\n[user.\"b.c\"]\n# all\nread = \".*\"\n\n# the end\n");
  CHECK(without_user(before, "b.c", "u").find("b.c") == std::string::npos);
  const std::string changed = with_user(before, {.name = "b.c", .permissions = {.read = "r"}}, "u");
  CHECK(users_in(changed, "u").back().permissions == Permissions{.read = "r"});
  CHECK(
      changed.starts_with("# ours\n\n# the camera at the gate\n[user.camera]\nwrite = '^images'  # only\n"));
  CHECK(names_in(with_user("", added, "u")) == std::vector<std::string>{"x y"});
  CHECK(names_in(with_user("[user.a]", added, "u")) == std::vector<std::string>{"a", "x y"});
}

TEST_CASE("users file: what cannot be taken out by its header is left to people") {
  for (const std::string text :
       {"user = { a = { write = \"x\" } }\n", "[user]\na.write = \"x\"\n", "[user.b]\n[user]\na = { }\n"}) {
    CAPTURE(text);
    CHECK(error_text<InputError>([&] { without_user(text, "a", "u"); }).find("by hand") != std::string::npos);
  }
}
