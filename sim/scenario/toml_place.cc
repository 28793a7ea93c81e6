#include "sim/scenario/toml_place.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <utility>

namespace dse {
namespace {

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a floating-point number";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

}  // namespace

InputPlace place_of(const toml::node& node, std::string key) {
  const toml::source_region& source = node.source();
  const std::string file = source.path == nullptr ? "" : *source.path;
  // A setting from the command line has no line of its own.
  if (file.starts_with("--set"))
    return {.file = file, .key = file.ends_with(" " + key) ? "" : std::move(key)};
  return {.file = file,
          .line = static_cast<int>(source.begin.line),
          .column = static_cast<int>(source.begin.column),
          .key = std::move(key)};
}

InputError wrong_type(const toml::node& node, std::string key, std::string_view expected) {
  return InputError(place_of(node, std::move(key)),
                    fmt::format("expected {}, found {}", expected, type_name(node)));
}

}  // namespace dse
