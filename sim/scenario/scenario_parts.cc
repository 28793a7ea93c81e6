#include "sim/scenario/scenario_parts.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <charconv>
#include <cstddef>
#include <optional>

#include "sim/scenario/scenario_text.h"

namespace dse {
namespace {

std::optional<std::size_t> index_of(const std::string& part) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
  return index;
}

bool remove_below(toml::node& node, const TablePath& path, std::size_t depth) {
  if (depth >= path.size()) return false;
  const std::string& part = path[depth];
  toml::node* next = child_of(node, part);
  if (next == nullptr) return false;
  if (depth + 1 < path.size()) {
    if (!remove_below(*next, path, depth + 1)) return false;
    const bool is_empty =
        (next->is_table() && next->as_table()->empty()) || (next->is_array() && next->as_array()->empty());
    if (!is_empty) return true;
  }
  if (toml::table* table = node.as_table()) {
    table->erase(part);
  } else {
    node.as_array()->erase(node.as_array()->cbegin() + static_cast<std::ptrdiff_t>(*index_of(part)));
  }
  return true;
}

TablePath split(const std::string& key) {
  TablePath parts(1);
  for (const char c : key) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

void collect_keys(const toml::node& node, const TablePath& path, std::vector<TablePath>& keys) {
  const auto visit = [&](const std::string& part, const toml::node& value) {
    TablePath inner = path;
    inner.push_back(part);
    keys.push_back(inner);
    collect_keys(value, inner, keys);
  };
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) visit(std::string(key.str()), value);
  } else if (const toml::array* list = node.as_array(); list != nullptr && list->size() == 1) {
    TablePath inner = path;
    inner.emplace_back("0");
    collect_keys(*list->get(0), inner, keys);
  } else if (list != nullptr) {
    for (std::size_t i = list->size(); i-- > 0;) visit(fmt::format("{}", i), *list->get(i));
  }
}

}  // namespace

toml::node* child_of(toml::node& node, const std::string& part) {
  if (toml::table* table = node.as_table()) return table->get(part);
  const std::optional<std::size_t> index = index_of(part);
  return node.is_array() && index ? node.as_array()->get(*index) : nullptr;
}

bool remove_part(toml::table& root, const TablePath& path) { return remove_below(root, path, 0); }

TablePath part_of_key(const toml::table& root, const std::string& key) {
  TablePath part = split(key);
  const std::size_t depth = part.front() == "gateway" ? 3 : 2;
  if (part.size() > depth) part.resize(depth);
  const toml::table* resources = root.get_as<toml::table>("resource");
  if (part.front() != "resource" || resources == nullptr) return part;
  for (const auto& [name, options] : *resources) {
    const std::string whole = fmt::format("resource.{}", name.str());
    if (key == whole || key.starts_with(whole + ".")) part = {"resource", std::string(name.str())};
  }
  return part;
}

std::vector<TablePath> parts_of(const toml::table& root) {
  std::vector<TablePath> parts;
  const auto add_each = [&parts](const TablePath& path, const toml::array& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      parts.push_back(path);
      parts.back().push_back(fmt::format("{}", i));
    }
  };
  for (const auto& [key, value] : root) {
    const std::string name(key.str());
    if (value.is_array_of_tables()) {
      add_each({name}, *value.as_array());
    } else if (value.is_table() && name == "gateway") {
      for (const auto& [way, list] : *value.as_table()) {
        if (list.is_array()) add_each({name, std::string(way.str())}, *list.as_array());
      }
    } else if (value.is_table() && (name == "component" || name == "resource" || name == "user")) {
      for (const auto& [child_name, child_value] : *value.as_table())
        parts.push_back({name, std::string(child_name.str())});
    } else if (value.is_table()) {
      parts.push_back({name});
    }
  }
  return parts;
}

std::vector<TablePath> keys_of(const toml::table& root) {
  std::vector<TablePath> keys;
  collect_keys(root, {}, keys);
  return keys;
}

}  // namespace dse
