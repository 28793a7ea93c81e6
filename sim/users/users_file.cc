#include "sim/users/users_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "core/printable.h"
#include "dse/error.h"
#include "sim/scenario/gathered_errors.h"
#include "sim/scenario/nesting.h"
#include "sim/scenario/scenario_file.h"
#include "sim/scenario/user_reader.h"

namespace dse {
namespace {

std::optional<PasswordHash> read_password(TableReader& table) {
  const std::optional<std::string> text = table.text_if_any("password");
  if (!text) return std::nullopt;
  try {
    return PasswordHash::parse(*text);
  } catch (const std::invalid_argument& wrong) {
    throw InputError(table.place("password"), fmt::format("is no hash of a password: {}", wrong.what()));
  }
}

// A table of a users file: those keys of a scenario's user, and the password.
const std::vector<FormatKey>& user_keys() {
  static const std::vector<FormatKey> keys = [] {
    std::vector<FormatKey> all = format_table("user").keys;
    all.push_back({.info = {.name = "password"}});
    return all;
  }();
  return keys;
}

User read_one(const std::string& name, const toml::table& node) {
  TableReader table(node, "user." + name, user_keys());
  check_user_name(name, table.place());
  User user{.name = name, .password = read_password(table), .permissions = read_permissions(table)};
  table.finish();
  return user;
}

void require_own(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;  // reading says what is wrong
  if (status.st_uid != geteuid() || (status.st_mode & 077) == 0) return;
  throw InputError(
      {.file = path},
      fmt::format("others may read or change it (mode {:04o}), and it holds the hashes of passwords: "
                  "chmod 600 it",
                  status.st_mode & 07777));
}

}  // namespace

std::vector<User> users_in(const std::string& text, const std::string& path) {
  check_nesting(text, path);
  toml::table file;
  try {
    file = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw InputError({.file = path,
                      .line = static_cast<int>(error.source().begin.line),
                      .column = static_cast<int>(error.source().begin.column)},
                     fmt::format("not a TOML file: {}", error.description()));
  }
  std::vector<User> users;
  GatheredErrors errors;
  TableReader root(file, "");
  errors.attempt([&] {
    for (const auto& [name, node] : root.named_tables("user")) {
      errors.attempt([&, &name = name, &node = node] { users.push_back(read_one(name, *node)); });
    }
  });
  errors.attempt([&] { root.finish(); });
  errors.finish();
  return users;
}

std::vector<User> read_users(const std::string& path) {
  require_own(path);
  return users_in(read_scenario_file(path), path);
}

}  // namespace dse
