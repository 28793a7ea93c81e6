#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/names.h"
#include "core/printable.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/scenario/scenario_file.h"
#include "sim/scenario/user_reader.h"
#include "sim/users/private_file.h"
#include "sim/users/users_file.h"
#include "sim/users/users_text.h"

namespace dse {
namespace {

struct UserArguments {
  std::string name;
  std::string file;
  std::string password_file;
  bool no_password = false;
  bool replace = false;
  // Empty where the option is not given.
  std::string configure;
  std::string write;
  std::string read;
};

// The users and the text of the file; none when there is no file yet.
struct UsersBefore {
  std::vector<User> users = {};
  std::string text = {};

  const User* find(const std::string& name) const {
    const auto found =
        std::find_if(users.begin(), users.end(), [&](const User& user) { return user.name == name; });
    return found == users.end() ? nullptr : &*found;
  }
};

UsersBefore read_before(const std::string& path) {
  std::vector<User> users = read_users(path);
  return {.users = std::move(users), .text = read_scenario_file(path)};
}

void set_permission(const std::string& option, const std::string& pattern, std::string& permission) {
  if (pattern.empty()) return;
  check_permission(pattern, {.file = option});
  permission = pattern;
}

void set_password(const UserArguments& arguments, User& user) {
  if (arguments.no_password) user.password.reset();
  if (arguments.password_file.empty()) return;
  std::string password = read_new_password(arguments.password_file);
  user.password = PasswordHash::of(password);
  wipe(password);
}

int add_user(const UserArguments& arguments) {
  check_user_name(arguments.name, {.file = "NAME"});
  const FolderLock lock(arguments.file);
  const UsersBefore before =
      std::filesystem::exists(arguments.file) ? read_before(arguments.file) : UsersBefore();
  const User* known = before.find(arguments.name);
  if (known != nullptr && !arguments.replace) {
    throw InputError(
        {.file = arguments.file},
        fmt::format("there is a user {} already: --replace changes what is given, and leaves the rest",
                    quoted_text(arguments.name)));
  }
  if (known == nullptr && arguments.password_file.empty() && !arguments.no_password) {
    throw InputError(
        {.file = "--password-file"},
        "is missing: name a file that holds the password, or say --no-password for a user who logs in "
        "by a certificate");
  }
  User user = known != nullptr ? *known : User{.name = arguments.name};
  set_permission("--configure", arguments.configure, user.permissions.configure);
  set_permission("--write", arguments.write, user.permissions.write);
  set_permission("--read", arguments.read, user.permissions.read);
  set_password(arguments, user);
  write_private_file(arguments.file, with_user(before.text, user, arguments.file));
  return kExitOk;
}

int remove_user(const UserArguments& arguments) {
  const FolderLock lock(arguments.file);
  const UsersBefore before = read_before(arguments.file);
  if (before.find(arguments.name) == nullptr) {
    std::vector<std::string> names;
    for (const User& user : before.users) names.push_back(user.name);
    throw InputError(
        {.file = arguments.file},
        fmt::format("there is no user {}{}", quoted_text(arguments.name), suggestion(arguments.name, names)));
  }
  write_private_file(arguments.file, without_user(before.text, arguments.name, arguments.file));
  return kExitOk;
}

int list_users(const UserArguments& arguments) {
  for (const User& user : read_users(arguments.file)) {
    const Permissions& may = user.permissions;
    fmt::print("{}: configure {}, write {}, read {}{}\n", printable_word(user.name),
               quoted_text(may.configure), quoted_text(may.write), quoted_text(may.read),
               user.password ? "" : "; without a password");
    for (const TopicPermissions& topic : may.topics) {
      fmt::print("  topics of {}: write {}, read {}\n", printable_word(topic.exchange),
                 quoted_text(topic.write), quoted_text(topic.read));
    }
  }
  return kExitOk;
}

void add_file_option(ProgramCommand& command, UserArguments& arguments) {
  command.add_text("--users", arguments.file, "the users file").required();
}

void add_add(ProgramCommand& user) {
  auto arguments = std::make_shared<UserArguments>();
  ProgramCommand command =
      user.add_command("add", "Add a user to a users file, which is made if it is not there");
  command.add_argument("name", arguments->name, "the user's name");
  add_file_option(command, *arguments);
  command.add_text("--password-file", arguments->password_file,
                   "a file that holds the password as its only line");
  command.add_flag("--no-password", arguments->no_password, "no password fits: for login by a certificate")
      .excludes("--password-file");
  const char* none = "; without it, none";
  command.add_text("--configure", arguments->configure,
                   fmt::format("regular expression of what the user may declare and delete{}", none));
  command.add_text("--write", arguments->write,
                   fmt::format("of exchanges to publish to, and queues to bind{}", none));
  command.add_text("--read", arguments->read,
                   fmt::format("of queues to consume from, and exchanges to bind from{}", none));
  command.add_flag("--replace", arguments->replace,
                   "change a user who is there: what is given; the rest stays, topic permissions too");
  command.example("dse user add camera --users users.toml --password-file secret.txt --write ^images");
  command.on_run([arguments] { return add_user(*arguments); });
}

void add_remove(ProgramCommand& user) {
  auto arguments = std::make_shared<UserArguments>();
  ProgramCommand command = user.add_command("remove", "Remove a user from a users file");
  command.add_argument("name", arguments->name, "the user's name");
  add_file_option(command, *arguments);
  command.example("dse user remove camera --users users.toml");
  command.on_run([arguments] { return remove_user(*arguments); });
}

void add_list(ProgramCommand& user) {
  auto arguments = std::make_shared<UserArguments>();
  ProgramCommand command = user.add_command("list", "Print the users of a users file, and what each may do");
  add_file_option(command, *arguments);
  command.example("dse user list --users users.toml");
  command.on_run([arguments] { return list_users(*arguments); });
}

}  // namespace

void add_user_command(CommandParser& parser) {
  ProgramCommand user =
      parser.add_command("user", "Say who may log in where dse listens, and what each may do there");
  user.example("dse user list --users users.toml");
  add_add(user);
  add_remove(user);
  add_list(user);
}

}  // namespace dse
