#include "sim/definitions/virtual_hosts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

#include "core/names.h"
#include "core/printable.h"
#include "dse/error.h"

namespace dse {
namespace {

// Those that hold something alone, or all.
std::vector<std::string> named_vhosts(const Definitions& definitions, bool with_empty) {
  std::vector<std::string> names;
  std::unordered_set<std::string> seen;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && seen.insert(name).second) names.push_back(name);
  };
  if (with_empty) {
    for (const std::string& name : definitions.vhosts) add(name);
  }
  for (const ExchangeDefinition& exchange : definitions.exchanges) add(exchange.vhost);
  for (const QueueDefinition& queue : definitions.queues) add(queue.vhost);
  for (const BindingDefinition& binding : definitions.bindings) add(binding.vhost);
  return names;
}

}  // namespace

std::vector<std::string> vhosts_of(const Definitions& definitions) { return named_vhosts(definitions, true); }

std::string chosen_vhost(const Definitions& definitions, const std::optional<std::string>& wanted,
                         const std::string& file) {
  const std::vector<std::string> names = vhosts_of(definitions);
  const bool has_wanted = wanted && std::find(names.begin(), names.end(), *wanted) != names.end();
  if (wanted && !has_wanted && !names.empty()) {
    throw InputError({.file = file}, fmt::format("has no virtual host {}{}", quoted_text(*wanted),
                                                 printable(suggestion(*wanted, names))));
  }
  if (wanted) return *wanted;
  if (names.empty()) return "/";
  if (names.size() == 1) return names.front();
  if (std::find(names.begin(), names.end(), "/") != names.end()) {
    const std::vector<std::string> filled = named_vhosts(definitions, false);
    if (filled.empty() || std::find(filled.begin(), filled.end(), "/") != filled.end()) return "/";
    throw InputError({.file = file},
                     fmt::format("has nothing in its virtual host /: choose one with --vhost: {}",
                                 printable(fmt::format("{}", fmt::join(filled, ", ")))));
  }
  throw InputError({.file = file},
                   fmt::format("has several virtual hosts, and none is called /: choose one with --vhost: {}",
                               printable(fmt::format("{}", fmt::join(names, ", ")))));
}

}  // namespace dse
