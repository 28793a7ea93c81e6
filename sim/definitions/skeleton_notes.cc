#include "sim/definitions/skeleton_notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/counted.h"
#include "core/printable.h"

namespace dse {
namespace {

template <typename Definition>
bool is_in(const Definition& definition, const std::string& vhost) {
  return definition.vhost.empty() || definition.vhost == vhost;
}

std::string parameter_note(const ParameterDefinition& parameter) {
  if (parameter.component.empty()) {
    return fmt::format("not imported: the global parameter {}, which has no form in a scenario",
                       quoted_text(parameter.name));
  }
  return fmt::format("not imported: the parameter {} of {}, which has no form in a scenario",
                     quoted_text(parameter.name), quoted_text(parameter.component));
}

void add_use(const PolicySet::Use& use, std::string_view what, std::vector<std::string>& notes) {
  const std::string name = quoted_text(use.policy->name);
  if (use.queues + use.exchanges == 0) {
    notes.push_back(fmt::format("not imported: the {} {}, which counts for nothing here", what, name));
    return;
  }
  notes.push_back(fmt::format("changed: the {} {} is in the options of {} and {}", what, name,
                              counted(use.queues, "queue"), counted(use.exchanges, "exchange")));
  std::vector<std::string> keys;
  for (const auto& [key, value] : use.policy->definition) {
    if (!is_known_policy_key(key)) keys.push_back(quoted_text(key));
  }
  if (keys.empty()) return;
  notes.push_back(fmt::format("not imported: {} of the {} {}, which {} no form in a scenario",
                              fmt::join(keys, ", "), what, name, keys.size() == 1 ? "has" : "have"));
}

}  // namespace

std::vector<std::string> elsewhere_notes(const Definitions& definitions,
                                         const std::vector<std::string>& vhosts, const std::string& vhost) {
  std::vector<std::string> notes;
  for (const std::string& key : definitions.unknown_keys)
    notes.push_back(fmt::format("not imported: the key {}, which is not known here", quoted_text(key)));
  for (const std::string& other : vhosts) {
    if (other == vhost) continue;
    notes.push_back(fmt::format("not imported: the virtual host {}; --vhost chooses it", quoted_text(other)));
  }
  for (const ParameterDefinition& parameter : definitions.parameters) {
    if (is_in(parameter, vhost)) notes.push_back(parameter_note(parameter));
  }
  return notes;
}

std::vector<std::string> policy_notes(const PolicySet& policies, std::string_view what) {
  std::vector<std::string> notes;
  for (const PolicySet::Unread& unread : policies.unread()) {
    notes.push_back(fmt::format("not applied: the {} {}: its pattern is not understood here: {}", what,
                                quoted_text(unread.name), unread.reason));
  }
  for (const PolicySet::Use& use : policies.uses()) add_use(use, what, notes);
  return notes;
}

std::vector<std::string> people_notes(const Definitions& definitions, const std::string& vhost) {
  std::vector<std::string> notes;
  for (const UserDefinition& user : definitions.users)
    notes.push_back(fmt::format("the user {}, tags {}", quoted_text(user.name), quoted_text(user.tags)));
  for (const PermissionDefinition& one : definitions.permissions) {
    if (!is_in(one, vhost)) continue;
    notes.push_back(fmt::format("permissions of {}: configure {}, write {}, read {}", quoted_text(one.user),
                                quoted_text(one.configure), quoted_text(one.write), quoted_text(one.read)));
  }
  for (const PermissionDefinition& one : definitions.topic_permissions) {
    if (!is_in(one, vhost)) continue;
    notes.push_back(fmt::format("topic permissions of {} on the exchange {}: write {}, read {}",
                                quoted_text(one.user), quoted_text(one.exchange), quoted_text(one.write),
                                quoted_text(one.read)));
  }
  return notes;
}

}  // namespace dse
