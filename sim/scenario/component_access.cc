#include "sim/scenario/component_access.h"

#include <fmt/format.h>

#include <set>

#include "message/headers_exchange.h"

namespace dse {

ComponentAccess::ComponentAccess(const Scenario& scenario, const ComponentConfig& component)
    : scenario_(scenario), rules_(scenario.users.at(component.user), {.user = component.user}) {}

ExchangeType ComponentAccess::type_of(const std::string& exchange) const {
  const auto found = scenario_.exchanges.find(exchange);
  return found == scenario_.exchanges.end() ? ExchangeType::kTopic : found->second.type;
}

AccessRefusal ComponentAccess::declare(const std::string& resource) const {
  return refuse_exchange_declare(rules_, resource);
}

// The queue with the exchange of its name, to which that of a resource is bound.
AccessRefusal ComponentAccess::assert_queue(const std::string& name) const {
  if (AccessRefusal refusal = declare(name)) return refusal;
  const auto resource = scenario_.resources.find(name);
  std::optional<std::string> dead_letters_to;
  if (resource != scenario_.resources.end() && resource->second.queue.exclusive &&
      resource->second.queue.dead_letter)
    dead_letters_to = resource->second.queue.dead_letter->exchange;
  if (AccessRefusal refusal = refuse_queue_declare(rules_, name, dead_letters_to)) return refusal;
  if (scenario_.exchanges.contains(name)) return std::nullopt;
  return refuse_bind(rules_, {.source = name, .destination = name, .from_topic = true, .key = "#"});
}

AccessRefusal ComponentAccess::bind(const BindingSpec& binding) const {
  const bool to_exchange = binding.target == BindingTarget::kExchange;
  if (AccessRefusal refusal = declare(binding.from)) return refusal;
  if (AccessRefusal refusal = to_exchange ? declare(binding.to) : assert_queue(binding.to)) return refusal;
  AccessedBinding last{.source = binding.from,
                       .destination = binding.to,
                       .to_exchange = to_exchange,
                       .from_topic = is_topic(binding.from),
                       .key = binding.key};
  if (!has_headers_exchange(binding, type_of(binding.from))) return refuse_bind(rules_, last);
  const std::string between = headers_exchange(binding);
  if (AccessRefusal refusal = declare(between)) return refusal;
  const AccessedBinding first{.source = binding.from,
                              .destination = between,
                              .to_exchange = true,
                              .from_topic = last.from_topic,
                              .key = binding.key};
  if (AccessRefusal refusal = refuse_bind(rules_, first)) return refusal;
  last.source = between;
  last.from_topic = false;
  return refuse_bind(rules_, last);
}

AccessRefusal ComponentAccess::write(const std::string& resource) const {
  if (AccessRefusal refusal = declare(resource)) return refusal;
  return refuse_exchange_write(rules_, resource);
}

AccessRefusal ComponentAccess::publish(const std::string& resource, const Message& message) const {
  if (AccessRefusal refusal = refuse_exchange_write(rules_, resource)) return refusal;
  AccessRefusal refusal;
  if (is_topic(resource)) refusal = refuse_topic_write(rules_, resource, message.key());
  return refusal ? refusal : refuse_user_id(rules_, message.user_id());
}

AccessRefusal ComponentAccess::stream(const std::string& resource) const {
  if (AccessRefusal refusal = assert_queue(resource)) return refusal;
  return refuse_queue_read(rules_, resource);
}

std::vector<std::string> access_warnings(const Scenario& scenario) {
  std::vector<std::string> warnings;
  std::set<std::string> used;
  for (const ComponentConfig& component : scenario.components) {
    if (component.user.empty()) continue;
    used.insert(component.user);
    const ComponentAccess access(scenario, component);
    const auto check = [&](std::string_view action, const std::string& resource,
                           const AccessRefusal& refusal) {
      if (!refusal) return;
      warnings.push_back(
          fmt::format("component '{}' may not {} '{}' as the user '{}', and the run ends where it "
                      "does: {}",
                      component.name, action, resource, component.user, *refusal));
    };
    if (const auto read = resource_read(component)) check("stream", *read, access.stream(*read));
    for (const std::string& written : resources_written(component))
      check("write", written, access.write(written));
  }
  for (const auto& [name, permissions] : scenario.users) {
    if (used.contains(name)) continue;
    warnings.push_back(
        fmt::format("no component is the user '{}': `user = \"{}\"` would make it one", name, name));
  }
  return warnings;
}

}  // namespace dse
