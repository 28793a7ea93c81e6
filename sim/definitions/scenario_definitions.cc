#include "sim/definitions/scenario_definitions.h"

#include <fmt/format.h>

#include <set>
#include <unordered_set>
#include <utility>

#include "amqp/topology.h"
#include "core/printable.h"
#include "dse/hash.h"
#include "sim/scenario/topology.h"

namespace dse {
namespace {

// Why definitions cannot hold the value; "" if they can. They are JSON, which RabbitMQ reads as 64-bit
// integers, doubles, texts, booleans, lists and tables.
std::string why_not(const HeaderValue& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return is_utf8(*text) ? "" : "a text that is not UTF-8";
  if (const auto* array = std::get_if<HeaderArray>(&value)) {
    for (const HeaderValue& one : array->values()) {
      if (std::string reason = why_not(one); !reason.empty()) return reason;
    }
    return "";
  }
  if (const auto* table = std::get_if<HeaderTable>(&value)) {
    for (const auto& [name, one] : table->entries()) {
      if (!is_utf8(name)) return "a name that is not UTF-8";
      if (std::string reason = why_not(one); !reason.empty()) return reason;
    }
    return "";
  }
  const bool is_plain = std::holds_alternative<bool>(value) || std::holds_alternative<std::int64_t>(value) ||
                        std::holds_alternative<double>(value);
  return is_plain ? "" : fmt::format("a value of type {}", type_name(value));
}

class DefinitionsMaker {
 public:
  DefinitionsMaker(const Scenario& scenario, const std::string& vhost) : scenario_(scenario), vhost_(vhost) {}

  ScenarioDefinitions make() {
    result_.definitions.vhosts = {vhost_};
    const std::set<std::string> queues = queues_of(scenario_);
    for (const std::string& name : resource_names(scenario_)) {
      const auto declared = scenario_.exchanges.find(name);
      add_exchange(name, declared != scenario_.exchanges.end()
                             ? declared->second
                             : ExchangeOptions{.alternate = alternate_of(scenario_, name)});
      if (queues.contains(name)) add_queue(name, declared == scenario_.exchanges.end());
    }
    for (const BindingSpec& binding : scenario_.bindings) add_binding(binding);
    for (const auto& [name, permissions] : scenario_.users) add_user(name, permissions);
    return std::move(result_);
  }

 private:
  template <typename... Arguments>
  void note(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    result_.notes.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  void add_exchange(const std::string& name, const ExchangeOptions& options) {
    if (!exchanges_.insert(name).second) return;
    result_.definitions.exchanges.push_back({.name = name,
                                             .vhost = vhost_,
                                             .type = std::string(name_of(options.type)),
                                             .arguments = arguments_of(options)});
  }

  // RabbitMQ imports permissions only of users that are there. They cannot be exported, because a user of
  // definitions has the password that they say, or none.
  void add_user(const std::string& name, const Permissions& permissions) {
    note(
        "not exported: the user {}, whose permissions are: make it before you import them, with "
        "`rabbitmqctl add_user`, so that it has a password",
        quoted_text(name));
    result_.definitions.permissions.push_back({.user = name,
                                               .vhost = vhost_,
                                               .configure = permissions.configure,
                                               .write = permissions.write,
                                               .read = permissions.read});
    for (const TopicPermissions& topic : permissions.topics) {
      result_.definitions.topic_permissions.push_back({.user = name,
                                                       .vhost = vhost_,
                                                       .exchange = topic.exchange,
                                                       .write = topic.write,
                                                       .read = topic.read});
    }
  }

  void add_queue(const std::string& name, bool is_pair) {
    const auto found = scenario_.resources.find(name);
    const QueueOptions options = found == scenario_.resources.end() ? QueueOptions() : found->second.queue;
    if (options.exclusive) {
      note("not exported: the queue '{}' and its bindings: it is exclusive, so its reader must make it",
           name);
      exclusive_.insert(name);
      return;
    }
    result_.definitions.queues.push_back({.name = name,
                                          .vhost = vhost_,
                                          .auto_delete = options.auto_delete,
                                          .arguments = arguments_of(options)});
    if (is_pair) add_route({.source = name, .destination = name, .key = "#"}, false);
  }

  void add_route(const AmqpRoute& route, bool to_exchange) {
    BindingDefinition binding{.source = route.source,
                              .vhost = vhost_,
                              .destination = route.destination,
                              .to_exchange = to_exchange,
                              .routing_key = route.key,
                              .arguments = route.arguments};
    // As a broker, which knows a binding by all of this.
    Hasher hasher;
    for (const std::string* text : {&binding.source, &binding.destination, &binding.routing_key})
      hasher.add(std::string_view(*text));
    hasher.add_u64(std::uint64_t{to_exchange});
    for (const auto& [name, value] : binding.arguments) {
      hasher.add(std::string_view(name));
      add_to_hash(hasher, value);
    }
    if (bindings_.insert(hasher.digest()).second) result_.definitions.bindings.push_back(std::move(binding));
  }

  void add_binding(const BindingSpec& binding) {
    const bool to_exchange = binding.target == BindingTarget::kExchange;
    if (!to_exchange && exclusive_.contains(binding.to)) return;
    for (const auto& [name, value] : binding.headers) {
      const std::string reason = is_utf8(name) ? why_not(value) : "a name that is not UTF-8";
      if (reason.empty()) continue;
      note("not exported: the binding {}: its header {} has {}, which definitions cannot say",
           binding_text(binding), quoted_text(name), reason);
      return;
    }
    const auto from = scenario_.exchanges.find(binding.from);
    const BrokerBinding there =
        broker_binding(binding, from == scenario_.exchanges.end() ? ExchangeType::kTopic : from->second.type);
    if (there.to_headers_exchange) {
      add_exchange(there.last.source, {.type = ExchangeType::kHeaders});
      add_route(*there.to_headers_exchange, true);
    }
    add_route(there.last, to_exchange);
  }

  const Scenario& scenario_;
  const std::string& vhost_;
  std::unordered_set<std::string> exchanges_;
  std::unordered_set<std::string> exclusive_;
  std::unordered_set<std::uint64_t> bindings_;
  ScenarioDefinitions result_;
};

}  // namespace

ScenarioDefinitions definitions_of(const Scenario& scenario, const std::string& vhost) {
  return DefinitionsMaker(scenario, vhost).make();
}

}  // namespace dse
