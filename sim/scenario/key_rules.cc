#include "sim/scenario/key_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/scenario/binding_check.h"
#include "sim/scenario/run_files.h"

namespace dse {

void check_name(const std::string& name, const InputPlace& place, bool dots_allowed) {
  const auto allowed = [dots_allowed](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || (dots_allowed && c == '.');
  };
  constexpr std::size_t kLongestName = 200;
  if (name.empty() || name.size() > kLongestName || !std::all_of(name.begin(), name.end(), allowed)) {
    throw InputError(place, fmt::format("'{}' is not a name: expected 1 to {} letters, digits, - and _{}",
                                        name, kLongestName, dots_allowed ? " and ." : ""));
  }
}

void check_resource_name(const std::string& name, const InputPlace& place) {
  check_name(name, place, true);
  if (name.starts_with("amq.")) {
    throw InputError(place, fmt::format("'{}' is not a name for a resource: a broker keeps those that begin "
                                        "with amq. for itself; choose another",
                                        name));
  }
}

bool is_resource_name_of_scenarios(const std::string& name) {
  try {
    check_resource_name(name, {});
  } catch (const InputError&) {
    return false;
  }
  return true;
}

void check_component_name(const std::string& name, const InputPlace& place) {
  check_name(name, place, false);
  check_not_taken(name, place);
}

void check_ports(const Component& component, const InputPlace& place) {
  const Ports ports = component.ports();
  if (ports.reads) check_resource_name(*ports.reads, place);
  for (const std::string& written : ports.writes) check_resource_name(written, place);
  if (ports.to_outside && !ports.reads)
    throw InputError(place, "has a way out, and reads no resource whose messages could take it");
}

std::string routing_key(TableReader& table, std::string_view key) {
  std::string text = table.text(key);
  check_routing_key(text, table.place(key));
  return text;
}

std::string binding_key(TableReader& table) { return table.has("key") ? routing_key(table, "key") : "#"; }

std::string name_on_broker(TableReader& table, std::string_view key) {
  constexpr std::size_t kBytesMax = 255;
  std::string name = table.text(key);
  if (name.empty() || name.size() > kBytesMax || has_control_characters(name)) {
    throw InputError(table.place(key), fmt::format("is not a name on a broker: expected 1 to {} bytes and no "
                                                   "control characters",
                                                   kBytesMax));
  }
  return name;
}

bool ends_when_refusing(TableReader& table) {
  // Imports have it as well, and are no [component.NAME].
  return table.choice_or("on_refused", format_table("component").find("on_refused")->info.choices, 0) == 1;
}

std::string file_name(TableReader& table, std::string_view key) {
  std::string path = table.text(key);
  if (path.empty()) throw InputError(table.place(key), "is empty: expected the path of a file");
  if (path.find('\0') != std::string::npos)
    throw InputError(table.place(key), "holds a NUL, which no path has");
  return path;
}

std::string resource_of(TableReader& table, std::string_view key) {
  std::string name = table.text(key);
  check_resource_name(name, table.place(key));
  return name;
}

}  // namespace dse
