#include "sim/scenario/settings.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/names.h"
#include "dse/error.h"
#include "sim/scenario/nesting.h"

namespace dse {
namespace {

// No table of a scenario is nested this deeply, and each part of the key is one.
constexpr std::size_t kKeyPartsMax = 100;

// Splits at dots outside quotes, and removes the quotes, except one that is not closed.
std::vector<std::string> split_key(std::string_view key) {
  std::vector<std::string> parts(1);
  for (std::size_t at = 0; at < key.size(); ++at) {
    const char c = key[at];
    const std::size_t closing = c == '"' || c == '\'' ? key.find(c, at + 1) : std::string_view::npos;
    if (closing != std::string_view::npos) {
      parts.back() += key.substr(at + 1, closing - at - 1);
      at = closing;
    } else if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::vector<std::string> keys_of(const toml::table& table) {
  std::vector<std::string> keys;
  for (const auto& [name, value] : table) keys.emplace_back(name.str());
  return keys;
}

// The value as a one-key table, whose nodes name the setting as their source.
toml::table parse_value(const std::string& value, const std::string& source) {
  try {
    check_nesting(value, source);
  } catch (const InputError& error) {
    throw InputError({.file = source}, error.text());  // the setting has no line of its own
  }
  try {
    toml::table parsed = toml::parse("value = " + value, source);
    if (parsed.size() == 1) return parsed;
    throw InputError({.file = source}, "expected one value, found lines that set other keys as well");
  } catch (const toml::parse_error&) {
    std::string escaped;
    for (char c : value) {
      if (c == '\\' || c == '"') escaped += '\\';
      escaped += c;
    }
    try {
      return toml::parse("value = \"" + escaped + "\"", source);
    } catch (const toml::parse_error& error) {
      throw InputError({.file = source}, fmt::format("the value is no TOML value: {}", error.description()));
    }
  }
}

toml::node* element_at(toml::array& list, const std::string& part) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc() || end != part.data() + part.size() || index >= list.size()) return nullptr;
  return list.get(index);
}

toml::node* descend(toml::node& node, const std::vector<std::string>& parts, std::size_t depth,
                    const std::string& source) {
  const std::string& part = parts[depth];
  if (toml::array* list = node.as_array()) {
    if (toml::node* element = element_at(*list, part)) return element;
    throw InputError({.file = source}, fmt::format("there is no element '{}': there are {}, counted from 0",
                                                   part, list->size()));
  }
  toml::table* table = node.as_table();
  if (table == nullptr)
    throw InputError({.file = source}, fmt::format("'{}' is below a key that holds no table", part));
  if (toml::node* child = table->get(part)) return child;
  // [bus] and the like, and a resource's options, need not be in the file; a component must be. Within those,
  // a table such as `service` may be missing too; the reader checks whether it is allowed.
  const bool is_resource = depth <= 1 && parts.front() == "resource";
  if (is_resource || depth >= 2 ||
      (depth == 0 && part != "component" && part != "user" && part != "binding" && part != "drift" &&
       part != "fault" && part != "expect")) {
    return &table->insert(part, toml::table{}).first->second;
  }
  throw InputError({.file = source},
                   fmt::format("the scenario has no '{}'{}", part, suggestion(part, keys_of(*table))));
}

void apply_setting(toml::table& root, const std::string& setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError({.file = "--set " + setting}, "expected KEY=VALUE, such as component.lenet.batch=32");
  }
  const std::string key = setting.substr(0, equals);
  const std::string source = "--set " + key;
  const std::vector<std::string> parts = split_key(key);
  if (std::find(parts.begin(), parts.end(), "") != parts.end()) {
    throw InputError({.file = source},
                     "a part of the key is empty: expected a key such as component.lenet.batch");
  }
  if (parts.size() > kKeyPartsMax) {
    throw InputError({.file = "--set"},
                     fmt::format("a key of {} parts: no key of a scenario is that deep", parts.size()));
  }
  toml::node* at = &root;
  for (std::size_t depth = 0; depth + 1 < parts.size(); ++depth) at = descend(*at, parts, depth, source);

  toml::table parsed = parse_value(setting.substr(equals + 1), source);
  toml::node& value = *parsed.get("value");
  if (toml::array* list = at->as_array()) {
    if (element_at(*list, parts.back()) == nullptr) {
      throw InputError({.file = source}, fmt::format("there is no element '{}': there are {}, counted from 0",
                                                     parts.back(), list->size()));
    }
    std::size_t index = 0;
    std::from_chars(parts.back().data(), parts.back().data() + parts.back().size(), index);
    value.visit([&](auto& typed) {
      list->replace(list->cbegin() + static_cast<std::ptrdiff_t>(index), std::move(typed));
    });
    return;
  }
  toml::table* table = at->as_table();
  if (table == nullptr)
    throw InputError({.file = source}, fmt::format("'{}' is below a key that holds no table", parts.back()));
  value.visit([&](auto& typed) { table->insert_or_assign(parts.back(), std::move(typed)); });
}

}  // namespace

void apply_settings(toml::table& root, const std::vector<std::string>& settings) {
  for (const std::string& setting : settings) apply_setting(root, setting);
}

}  // namespace dse
