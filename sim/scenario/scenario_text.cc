#include "sim/scenario/scenario_text.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

// A string, number, boolean or date. Strings are written on one line in double quotes: toml++ 3.3 writes a
// text that begins with a line break, or holds ''', in a way that reads back as another one.
std::string scalar_text(const toml::node& value) {
  std::ostringstream stream;
  stream << toml::toml_formatter(value, toml::toml_formatter::default_flags &
                                            ~toml::format_flags::allow_literal_strings &
                                            ~toml::format_flags::allow_multi_line_strings);
  return stream.str();
}

std::string inline_text(const toml::node& value) {
  std::string text;
  if (const toml::table* table = value.as_table()) {
    for (const auto& [key, inner] : *table)
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", toml_key(key.str()), inline_text(inner));
    return text.empty() ? "{}" : "{ " + text + " }";
  }
  if (const toml::array* list = value.as_array()) {
    for (const toml::node& inner : *list) text += (text.empty() ? "" : ", ") + inline_text(inner);
    return "[" + text + "]";
  }
  return scalar_text(value);
}

// Whether it is a list of tables that have headers of their own.
bool is_headed_list(const toml::node& value) {
  const toml::array* list = value.as_array();
  return list != nullptr && list->is_array_of_tables() && !list->get(0)->as_table()->is_inline();
}
bool is_headed(const toml::node& value) {
  return is_headed_list(value) || (value.is_table() && !value.as_table()->is_inline());
}

// The text that belongs under a header that is already written, then the tables within.
std::string body_text(const toml::table& table, const std::string& path) {
  std::string text;
  for (const auto& [key, value] : table) {
    if (!is_headed(value)) text += fmt::format("{} = {}\n", toml_key(key.str()), inline_text(value));
  }
  for (const auto& [key, value] : table) {
    const std::string inner = (path.empty() ? "" : path + ".") + toml_key(key.str());
    if (is_headed_list(value)) {
      for (const toml::node& element : *value.as_array())
        text += fmt::format("\n[[{}]]\n{}", inner, body_text(*element.as_table(), inner));
    } else if (is_headed(value)) {
      const toml::table& child = *value.as_table();
      const bool only_tables =
          !child.empty() &&
          std::all_of(child.begin(), child.end(), [](const auto& entry) { return is_headed(entry.second); });
      text +=
          only_tables ? body_text(child, inner) : fmt::format("\n[{}]\n{}", inner, body_text(child, inner));
    }
  }
  return text;
}

// The path of the same file from another folder. Only where no symbolic links are on the way may `..` be
// resolved in the text.
std::string moved_path(const fs::path& data, const fs::path& from, const fs::path& to) {
  if (data.is_absolute()) return data.string();
  fs::path folder = fs::weakly_canonical(from.empty() ? "." : from);
  auto part = data.begin();
  for (; part != data.end() && (*part == ".." || *part == "."); ++part) {
    if (*part == "..") folder = folder.parent_path();
  }
  for (; part != data.end(); ++part) folder /= *part;
  return folder.lexically_relative(fs::weakly_canonical(to.empty() ? "." : to)).string();
}

// The learner of a model, if it is a program.
void move_program(toml::table* program, const Move& move) {
  if (program == nullptr) return;
  const std::string folder = (*program)["folder"].value_or(std::string("."));
  program->insert_or_assign("folder", moved_path(folder, move.from, move.to));
}

// Those of [data.NAME].
void move_paths_of_data(toml::table& root, const Move& move) {
  toml::table* data = root.get_as<toml::table>("data");
  if (data == nullptr) return;
  for (auto&& [name, one] : *data) {
    for (const char* key : {"file", "images", "labels"}) {
      toml::table* table = one.as_table();
      if (table == nullptr) continue;
      if (toml::value<std::string>* path = table->get_as<std::string>(key))
        *path = moved_path(path->get(), move.from, move.to);
    }
  }
}

}  // namespace

std::string toml_string(std::string_view text) { return scalar_text(toml::value<std::string>(text)); }

// toml++ 3.3 writes keys with a quote, a tab or a line break bare, and then cannot read them.
std::string toml_key(std::string_view key) { return is_bare_key(key) ? std::string(key) : toml_string(key); }

bool is_bare_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string scenario_text(const toml::table& root) {
  toml::table others = root;
  others.erase("component");
  std::string text = body_text(others, "");
  TableReader reader(root, "");
  for (const auto& [name, component] : reader.named_tables("component")) {
    const std::string header = "component." + toml_key(name);
    text += fmt::format("\n[{}]\n{}", header, body_text(*component, header));
  }
  return text.starts_with('\n') ? text.substr(1) : text;
}

void move_data_paths(toml::table& root, const KindTable& kinds, const Move& move) {
  move_paths_of_data(root, move);
  toml::table* components = root.get_as<toml::table>("component");
  if (components == nullptr) return;
  for (auto&& [name, component] : *components) {
    if (!component.is_table()) continue;
    toml::table& table = *component.as_table();
    const Kind* kind = kinds.find(table["kind"].value_or(std::string()));
    if (kind == nullptr) continue;
    for (const KeyInfo& key : kind->keys) {
      // What was the scenario's folder unsaid must be said elsewhere.
      if (key.type == KeyType::kFolder && !table.contains(key.name)) table.insert(key.name, ".");
      if (key.type == KeyType::kLearner) move_program(table.get_as<toml::table>(key.name), move);
      if (key.type != KeyType::kFile && key.type != KeyType::kFolder) continue;
      // A key with a dot is in a table of its own.
      if (toml::value<std::string>* value = table.at_path(key.name).as_string())
        *value = moved_path(value->get(), move.from, move.to);
    }
  }
}

}  // namespace dse
