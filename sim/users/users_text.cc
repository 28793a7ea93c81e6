#include "sim/users/users_text.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/printable.h"
#include "dse/error.h"
#include "sim/scenario/scenario_text.h"
#include "sim/users/users_file.h"

namespace dse {
namespace {

// Each with its line end.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
    lines.push_back(text.substr(at, end + 1 - at));
    at = end + 1;
  }
  return lines;
}

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}
bool is_header(std::string_view line) { return trimmed(line).starts_with('['); }
bool is_comment(std::string_view line) { return trimmed(line).starts_with('#'); }

// The user that a line begins a table of, [user.NAME] or [user.NAME.topics.X]; "" when it begins none.
std::string user_of_header(const std::string& line) {
  if (!is_header(line)) return "";
  try {
    const toml::table parsed = toml::parse(line);
    const toml::table* users = parsed["user"].as_table();
    return users == nullptr || users->empty() ? "" : std::string(users->begin()->first.str());
  } catch (const toml::parse_error&) {
    return "";  // the inside of a list that looks like one
  }
}

std::string key_lines(const Permissions& permissions) {
  return fmt::format("configure = {}\nwrite = {}\nread = {}\n", toml_string(permissions.configure),
                     toml_string(permissions.write), toml_string(permissions.read));
}

std::string user_text(const User& user) {
  const std::string name = toml_key(user.name);
  std::string text = fmt::format("[user.{}]\n", name);
  if (user.password) text += fmt::format("password = {}\n", toml_string(user.password->text()));
  text += key_lines(user.permissions);
  for (const TopicPermissions& topic : user.permissions.topics) {
    text += fmt::format("\n[user.{}.topics.{}]\nwrite = {}\nread = {}\n", name, toml_key(topic.exchange),
                        toml_string(topic.write), toml_string(topic.read));
  }
  return text;
}

std::vector<std::string> texts_of(const std::vector<User>& users) {
  std::vector<std::string> texts;
  for (const User& user : users) texts.push_back(user_text(user));
  return texts;
}

}  // namespace

std::string without_user(const std::string& text, const std::string& name, const std::string& path) {
  std::string left;
  std::string held_back;  // comments, which belong to the header below them
  bool within = false;
  for (const std::string& line : lines_of(text)) {
    if (is_comment(line)) {
      held_back += line;
      continue;
    }
    if (is_header(line)) within = user_of_header(line) == name;
    if (!within) left += held_back + line;
    held_back.clear();
  }
  left += held_back;
  std::vector<User> others = users_in(text, path);
  std::erase_if(others, [&](const User& user) { return user.name == name; });
  if (texts_of(others) == texts_of(users_in(left, path))) return left;
  throw InputError({.file = path},
                   fmt::format("the table of the user {} is not headed [user.{}]: change the file by "
                               "hand",
                               quoted_text(name), toml_key(name)));
}

std::string with_user(const std::string& text, const User& user, const std::string& path) {
  const std::vector<User> users = users_in(text, path);
  const bool is_there =
      std::any_of(users.begin(), users.end(), [&](const User& one) { return one.name == user.name; });
  std::string others = is_there ? without_user(text, user.name, path) : text;
  while (others.ends_with("\n\n")) others.pop_back();
  if (!others.empty()) others += others.ends_with('\n') ? "\n" : "\n\n";
  std::string made = others + user_text(user);
  users_in(made, path);  // throws when the file has the users in another form, such as an inline table
  return made;
}

}  // namespace dse
