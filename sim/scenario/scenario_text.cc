#include "sim/scenario/scenario_text.h"

#include <sstream>
#include <utility>

#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

std::string text_of(const toml::table& table) {
  std::ostringstream stream;
  stream << toml::toml_formatter(table,
                                 toml::toml_formatter::default_flags & ~toml::format_flags::indentation);
  return stream.str() + "\n";
}

}  // namespace

std::string scenario_text(const toml::table& root) {
  toml::table plain;
  toml::table tables;
  for (const auto& [name, value] : root) {
    if (name.str() == "component") continue;
    const bool is_table = value.is_table() || value.is_array_of_tables();
    value.visit([&, &key = name](const auto& typed) { (is_table ? tables : plain).insert(key, typed); });
  }
  std::string text = plain.empty() ? "" : text_of(plain) + "\n";
  if (!tables.empty()) text += text_of(tables) + "\n";
  TableReader reader(root, "");
  for (const auto& [name, component] : reader.named_tables("component")) {
    toml::table named;
    named.insert(name, *component);
    toml::table section;
    section.insert("component", std::move(named));
    text += text_of(section) + "\n";
  }
  return text;
}

void move_data_paths(toml::table& root, const std::filesystem::path& from, const std::filesystem::path& to) {
  toml::table* components = root.get_as<toml::table>("component");
  if (components == nullptr) return;
  for (auto&& [name, component] : *components) {
    if (!component.is_table()) continue;
    for (const char* key : {"images", "labels", "truth", "initial"}) {
      toml::value<std::string>* value = component.as_table()->get_as<std::string>(key);
      if (value == nullptr) continue;
      // By the text of the paths, as the reader takes them, whatever links are on the way.
      const std::filesystem::path path = std::filesystem::absolute(from / value->get()).lexically_normal();
      *value = path.lexically_relative(std::filesystem::absolute(to).lexically_normal()).string();
    }
  }
}

}  // namespace dse
