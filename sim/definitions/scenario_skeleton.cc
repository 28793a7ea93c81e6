#include "sim/definitions/scenario_skeleton.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "amqp/topology.h"
#include "core/printable.h"
#include "dse/error.h"
#include "sim/definitions/allowed_names.h"
#include "sim/definitions/binding_arguments.h"
#include "sim/definitions/exchange_types.h"
#include "sim/definitions/placeholder_readers.h"
#include "sim/definitions/policies.h"
#include "sim/definitions/queue_arguments.h"
#include "sim/definitions/repeated_definitions.h"
#include "sim/definitions/skeleton_notes.h"
#include "sim/definitions/virtual_hosts.h"
#include "sim/scenario/binding_check.h"

namespace dse {
namespace {

std::string binding_name(const BindingDefinition& binding) {
  return fmt::format("binding {} -> {} {} (key {})", quoted_text(binding.source),
                     binding.to_exchange ? "exchange" : "queue", quoted_text(binding.destination),
                     quoted_text(binding.routing_key));
}

class SkeletonMaker {
 public:
  SkeletonMaker(const Definitions& definitions, const std::optional<std::string>& vhost,
                const std::string& file)
      : all_(definitions),
        vhosts_(vhosts_of(definitions)),
        vhost_(chosen_vhost(definitions, vhost, file)),
        policies_(without_replaced(here(definitions.policies))),
        operators_(without_replaced(here(definitions.operator_policies))),
        policy_set_(policies_),
        operator_set_(operators_) {}

  ScenarioSkeleton make() {
    result_.vhost = vhost_;
    result_.version = all_.version;
    for (const std::string& one : elsewhere_notes(all_, vhosts_, vhost_)) note("{}", one);
    for (const std::string& one : repetition_notes(all_, vhost_)) note("{}", one);
    find_exchanges();
    find_queues();
    find_bindings();
    find_companions();
    reserve_names();
    name_all();
    for (const QueueDefinition* queue : queue_order_) add_queue(*queue);
    // By number, because dead letters and alternates may add further ones.
    for (std::size_t i = 0; i < exchange_order_.size(); ++i) add_exchange(exchange_order_[i]);
    for (const BindingDefinition* binding : bindings_) add_binding(*binding);
    complete_queues();
    add_readers();
    for (const std::string& one : policy_notes(policy_set_, "policy")) note("{}", one);
    for (const std::string& one : policy_notes(operator_set_, "operator policy")) note("{}", one);
    result_.people = people_notes(all_, vhost_);
    return std::move(result_);
  }

 private:
  struct Exchange {
    ExchangeType type = ExchangeType::kTopic;
    const ExchangeDefinition* definition = nullptr;  // nullptr: not among the definitions
    bool is_pair = false;                            // with the queue of the same name
    bool into_exchange = false;                      // a binding of another exchange leads into it
    std::string name = {};                           // in the scenario
  };
  struct Queue {
    const QueueDefinition* definition;
    QueueType type;
    std::string name = {};  // in the scenario
  };

  template <typename Entry>
  bool is_here(const Entry& entry) const {
    return entry.vhost.empty() || entry.vhost == vhost_;
  }
  template <typename Entry>
  std::vector<Entry> here(const std::vector<Entry>& entries) const {
    std::vector<Entry> found;
    for (const Entry& entry : entries) {
      if (is_here(entry)) found.push_back(entry);
    }
    return found;
  }

  template <typename... Arguments>
  void note(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    result_.notes.push_back(one_line(fmt::format(format, std::forward<Arguments>(arguments)...)));
  }

  void find_exchanges() {
    for (const ExchangeDefinition& exchange : all_.exchanges) {
      if (!is_here(exchange) || exchange.name.empty()) continue;
      const std::optional<ExchangeType> type = type_called(exchange.type);
      if (!type) {
        note("not imported: the exchange {}: a scenario has no exchanges of type {}",
             quoted_text(exchange.name), quoted_text(exchange.type));
        unknown_exchanges_.insert(exchange.name);
      } else if (exchanges_.try_emplace(exchange.name, Exchange{.type = *type, .definition = &exchange})
                     .second) {
        exchange_order_.push_back(exchange.name);
      }
    }
  }

  void find_queues() {
    for (const QueueDefinition& queue : all_.queues) {
      if (!is_here(queue)) continue;
      const std::string type = queue_type_of(queue);
      if (type != "classic" && type != "quorum") {
        note("not imported: the queue {}: a scenario has no queues of type {}", quoted_text(queue.name),
             quoted_text(type));
      } else if (queues_
                     .try_emplace(queue.name,
                                  Queue{.definition = &queue,
                                        .type = type == "quorum" ? QueueType::kQuorum : QueueType::kClassic})
                     .second) {
        queue_order_.push_back(&queue);
      }
    }
  }

  // Keeps the bindings whose two ends are there, and finds the pairs.
  void find_bindings() {
    for (const BindingDefinition& binding : all_.bindings) {
      if (!is_here(binding) || binding.source.empty()) continue;  // the default exchange has its own
      if (!has_exchange(binding.source)) {
        note("not imported: the {}: its exchange is not imported", binding_name(binding));
        continue;
      }
      if (binding.to_exchange ? !has_exchange(binding.destination) : !queues_.contains(binding.destination)) {
        note("not imported: the {}: what it leads to is not imported", binding_name(binding));
        continue;
      }
      Exchange& source = exchanges_.at(binding.source);
      if (binding.to_exchange) {
        exchanges_.at(binding.destination).into_exchange = true;
      } else if (binding.source == binding.destination && binding.routing_key == "#" &&
                 source.type == ExchangeType::kTopic) {
        source.is_pair = true;
      }
      ++ways_from_[binding.source];
      bindings_.push_back(&binding);
    }
  }

  // Whether an exchange that others lead into does nothing but fill its queue, so that their bindings can
  // lead to the queue.
  bool is_only_for_its_queue(const std::string& name, const Exchange& exchange) const {
    const auto sets_alternate = [](const PolicyDefinition& policy) {
      return policy.definition.find("alternate-exchange") != nullptr;
    };
    return exchange.is_pair && ways_from_.at(name) == 1 && exchange.definition != nullptr &&
           exchange.definition->arguments.empty() &&
           std::none_of(policies_.begin(), policies_.end(), sets_alternate);
  }

  // Whether the exchange will be there. One that every broker has is added when something needs it.
  bool has_exchange(const std::string& name) {
    if (exchanges_.contains(name)) return true;
    const std::optional<ExchangeType> built_in = built_in_type(name);
    if (!built_in || unknown_exchanges_.contains(name)) return false;
    exchanges_.emplace(name, Exchange{.type = *built_in});
    exchange_order_.push_back(name);
    return true;
  }

  static bool is_plain(const ExchangeDefinition& exchange) {
    return exchange.durable && !exchange.auto_delete && !exchange.internal && exchange.arguments.empty();
  }

  // The headers exchanges that stand for bindings with headers, as `export` writes them: see
  // headers_exchange(). Each becomes a part of the bindings again.
  void find_companions() {
    std::unordered_map<std::string, std::vector<const BindingDefinition*>> into;
    std::unordered_map<std::string, bool> asks_for_headers;  // in all bindings that lead out of it
    for (const BindingDefinition* binding : bindings_) {
      if (binding->to_exchange) into[binding->destination].push_back(binding);
      const bool asks = std::any_of(binding->arguments.begin(), binding->arguments.end(),
                                    [](const auto& argument) { return !argument.first.starts_with("x-"); });
      const auto [known, is_new] = asks_for_headers.emplace(binding->source, asks);
      if (!is_new) known->second = known->second && asks;
    }
    for (const auto& [name, ways] : into) {
      const Exchange& exchange = exchanges_.at(name);
      const BindingDefinition& way = *ways.front();
      const auto asks = asks_for_headers.find(name);
      if (ways.size() != 1 || asks == asks_for_headers.end() || !asks->second) continue;
      if (exchange.definition == nullptr || !is_plain(*exchange.definition)) continue;
      if (exchange.type != ExchangeType::kHeaders) continue;
      if (exchanges_.at(way.source).type == ExchangeType::kHeaders) continue;
      if (name == headers_exchange({.from = way.source, .to = {}, .key = way.routing_key}))
        companions_.emplace(name, &way);
    }
  }

  // A new name must not be that of something that is not imported, or that may yet be added.
  void reserve_names() {
    const auto take_in = [this](const Headers& values, const std::string& prefix) {
      for (const std::string key :
           {"dead-letter-exchange", "dead-letter-routing-key", "alternate-exchange"}) {
        const HeaderValue* value = values.find(prefix + key);
        const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
        if (text != nullptr) names_.take(*text);
      }
    };
    for (const ExchangeDefinition& exchange : all_.exchanges) {
      if (!is_here(exchange)) continue;
      names_.take(exchange.name);
      take_in(exchange.arguments, "");
    }
    for (const QueueDefinition& queue : all_.queues) {
      if (!is_here(queue)) continue;
      names_.take(queue.name);
      take_in(queue.arguments, "x-");
    }
    for (const auto* policies : {&policies_, &operators_}) {
      for (const PolicyDefinition& policy : *policies) take_in(policy.definition, "");
    }
  }

  // What may keep its name does; the others get one after that.
  void name_all() {
    for (const std::string& name : exchange_order_) {
      Exchange& exchange = exchanges_.at(name);
      if (exchange.into_exchange && is_only_for_its_queue(name, exchange)) exchange.into_exchange = false;
      // A binding's `to` can only mean one of them, so they cannot share a name.
      if (exchange.into_exchange && queues_.contains(name)) exchange.is_pair = false;
      if (companions_.contains(name) || !AllowedNames::allows(name)) continue;
      exchange.name = name;
    }
    for (const QueueDefinition* definition : queue_order_) {
      const std::string& name = definition->name;
      const auto exchange = exchanges_.find(name);
      if (exchange != exchanges_.end() && exchange->second.into_exchange) continue;
      if (!AllowedNames::allows(name)) continue;
      queues_.at(name).name = name;
    }
    for (const std::string& name : exchange_order_) {
      Exchange& exchange = exchanges_.at(name);
      if (!exchange.name.empty() || companions_.contains(name)) continue;
      exchange.name = names_.name_like(name);
      note("changed: the exchange {} is called {}, because a scenario does not take that name",
           quoted_text(name), exchange.name);
      if (const auto queue = queues_.find(name); queue != queues_.end() && !exchange.into_exchange)
        queue->second.name = exchange.name;
    }
    for (const QueueDefinition* definition : queue_order_) {
      const std::string& name = definition->name;
      Queue& queue = queues_.at(name);
      if (queue.name.empty()) queue.name = names_.name_like(name);
      if (queue.name == name) continue;
      note("changed: the queue {} is called {}, because a scenario does not take that name{}",
           quoted_text(name), queue.name,
           AllowedNames::allows(name) ? " for an exchange into which others lead and a queue" : "");
    }
  }

  // The scenario's name of an exchange that something leads to, which is added when it is missing.
  std::string exchange_named(const std::string& name, const std::string& who) {
    if (!has_exchange(name)) {
      note(
          "added: the fanout exchange {}, which is not {} but takes what {}; without bindings, as there, it "
          "goes nowhere",
          quoted_text(name), unknown_exchanges_.contains(name) ? "imported" : "in the definitions", who);
      exchanges_.emplace(name, Exchange{.type = ExchangeType::kFanout});
      exchange_order_.push_back(name);
    }
    // A companion that has another use is an exchange as others are.
    if (companions_.erase(name) > 0) exchange_order_.push_back(name);
    Exchange& exchange = exchanges_.at(name);
    if (exchange.name.empty()) {
      const auto queue = queues_.find(name);
      const bool is_free =
          AllowedNames::allows(name) && (queue == queues_.end() || queue->second.name == name);
      exchange.name = is_free ? name : names_.name_like(name);
      if (exchange.name != name)
        note("changed: the exchange {} is called {}, because a scenario does not take that name",
             quoted_text(name), exchange.name);
    }
    return exchange.name;
  }

  void add_queue(const QueueDefinition& definition) {
    const Queue& queue = queues_.at(definition.name);
    const std::string who = fmt::format("the queue {}", quoted_text(definition.name));
    const PolicyTarget target =
        queue.type == QueueType::kQuorum ? PolicyTarget::kQuorumQueue : PolicyTarget::kClassicQueue;
    const Headers policy = merged_policies(policy_set_.find(target, definition.name),
                                           operator_set_.find(target, definition.name));
    ResourceConfig config;
    std::vector<std::string> left_out;
    config.queue =
        queue_options_of(arguments_with_policy(definition.arguments, policy, target), queue.type, left_out);
    for (const std::string& reason : left_out) note("changed: {}: {}", who, reason);
    config.queue.auto_delete = definition.auto_delete && queue.type == QueueType::kClassic;
    if (!definition.durable) note("changed: {} is durable here", who);
    if (definition.auto_delete && !config.queue.auto_delete)
      note("changed: {} stays when nobody reads it (auto_delete), because it is a quorum queue", who);
    if (config.queue.dead_letter) name_dead_letters(definition, *config.queue.dead_letter);
    if (config.queue != QueueOptions()) result_.resources.emplace(queue.name, config);
  }

  void name_dead_letters(const QueueDefinition& queue, DeadLetterTarget& target) {
    const std::string who = fmt::format("the queue {} gives up", quoted_text(queue.name));
    if (!target.exchange.empty()) {
      target.exchange = exchange_named(target.exchange, who);
    } else if (target.key) {
      const auto found = queues_.find(*target.key);
      if (found != queues_.end()) {
        target.key = found->second.name;
      } else {
        target.key = missing_queue_named(*target.key, who);
      }
    }
  }

  // The name of a queue that dead letters lead to and that will be there for that alone.
  std::string missing_queue_named(const std::string& name, const std::string& who) {
    const auto known = missing_queues_.find(name);
    if (known != missing_queues_.end()) return known->second;
    const bool is_free = AllowedNames::allows(name) && !exchanges_.contains(name);
    const std::string own = is_free ? name : names_.name_like(name);
    note("added: the queue {}, which is not imported, but to which goes what {}; its name is {}",
         quoted_text(name), who, own);
    return missing_queues_.emplace(name, own).first->second;
  }

  void add_exchange(const std::string& name) {
    if (companions_.contains(name)) return;
    const Exchange exchange = exchanges_.at(name);  // a copy, because others may be added
    const std::string who = fmt::format("the exchange {}", quoted_text(name));
    ExchangeOptions options{.type = exchange.type};
    if (exchange.definition != nullptr) {
      const ExchangeDefinition& definition = *exchange.definition;
      if (!definition.durable) note("changed: {} is durable here", who);
      if (definition.auto_delete) note("changed: {} stays when nothing is bound to it (auto_delete)", who);
      if (definition.internal) note("changed: {} can be written to (internal)", who);
      options.alternate = alternate_of_exchange(definition, who);
    }
    if (!exchange.is_pair) {
      result_.exchanges.emplace(exchange.name, options);
    } else if (options.alternate) {
      result_.resources[exchange.name].alternate = options.alternate;
    }
  }

  std::optional<std::string> alternate_of_exchange(const ExchangeDefinition& definition,
                                                   const std::string& who) {
    const Headers policy = merged_policies(policy_set_.find(PolicyTarget::kExchange, definition.name),
                                           operator_set_.find(PolicyTarget::kExchange, definition.name));
    std::optional<std::string> alternate;
    for (const auto& [key, value] : exchange_arguments_with_policy(definition.arguments, policy)) {
      const auto* text = std::get_if<std::string>(&value);
      if (key != "alternate-exchange") {
        note("changed: {} loses its argument {}, which has no form in a scenario", who, quoted_text(key));
      } else if (text == nullptr || text->empty()) {
        note("changed: {} has no alternate exchange, because that is no name", who);
      } else {
        alternate = exchange_named(*text, fmt::format("{} cannot route", who));
      }
    }
    return alternate;
  }

  void add_binding(const BindingDefinition& definition) {
    if (definition.to_exchange && companions_.contains(definition.destination)) return;
    const auto companion = companions_.find(definition.source);
    const std::string& source =
        companion == companions_.end() ? definition.source : companion->second->source;
    const Exchange& from = exchanges_.at(source);
    BindingSpec binding{.from = from.name,
                        .to = definition.to_exchange ? exchanges_.at(definition.destination).name
                                                     : queues_.at(definition.destination).name,
                        .key = definition.routing_key};
    if (definition.to_exchange && exchanges_.at(definition.destination).is_pair) {
      note("changed: the {} leads to the queue {} itself, which is all that the exchange fills",
           binding_name(definition), binding.to);
    } else if (definition.to_exchange) {
      binding.target = BindingTarget::kExchange;
    }
    if (companion != companions_.end()) binding.key = companion->second->routing_key;
    const bool by_headers = companion != companions_.end() || from.type == ExchangeType::kHeaders;
    if (by_headers && !read_headers_of(definition, binding)) return;
    if (!by_headers && !definition.arguments.empty()) {
      note("changed: the {} loses its arguments, which RabbitMQ does not look at in a {} exchange",
           binding_name(definition), name_of(from.type));
    }
    if (from.is_pair && binding.from == binding.to && binding.key == "#" && binding.headers.empty()) return;
    try {
      check_binding(binding, {});
    } catch (const InputError& error) {
      note("not imported: the {}: {}", binding_name(definition), error.text());
      return;
    }
    result_.bindings.push_back(std::move(binding));
  }

  // Returns false when the scenario has no form for what they ask for.
  bool read_headers_of(const BindingDefinition& definition, BindingSpec& binding) {
    BindingArguments read = read_binding_arguments(definition.arguments);
    for (const std::string& name : read.unmatched) {
      note("changed: the {} loses its header {}, which RabbitMQ does not match", binding_name(definition),
           quoted_text(name));
    }
    if (!read.refused.empty()) note("not imported: the {}: {}", binding_name(definition), read.refused);
    binding.headers = std::move(read.headers);
    binding.match = read.match;
    return read.refused.empty();
  }

  // A queue beside an exchange of its name has a table, which says that it is there. Every other queue is
  // half of a resource.
  void complete_queues() {
    std::vector<std::string> lone;
    for (const QueueDefinition* definition : queue_order_) {
      const std::string& name = queues_.at(definition->name).name;
      const auto exchange = exchanges_.find(definition->name);
      if (result_.exchanges.contains(name)) {
        result_.resources.try_emplace(name);
      } else if (exchange == exchanges_.end() || !exchange->second.is_pair) {
        lone.push_back(name);
      }
    }
    if (lone.empty()) return;
    note("added: a topic exchange of the same name, to which it is bound with #, beside {}: {}",
         lone.size() == 1 ? "the queue" : "each of the queues", fmt::join(lone, ", "));
  }

  void add_readers() {
    Scenario topology;
    topology.resources = result_.resources;
    topology.exchanges = result_.exchanges;
    topology.bindings = result_.bindings;
    std::vector<std::string> queues;
    for (const QueueDefinition* definition : queue_order_)
      queues.push_back(queues_.at(definition->name).name);
    PlaceholderReaders readers = choose_readers(topology, queues);
    for (const std::string& name : readers.unnamed) {
      result_.bindings.push_back({.from = name, .to = name});
      note("added: a binding of {} to itself, as a scenario has no options for what nothing else names",
           name);
    }
    result_.read_queues = std::move(readers.read);
    if (!result_.read_queues.empty()) return;
    const std::string placeholder = names_.name_like("placeholder");
    note("added: the resource {}, because a scenario needs a component, which reads something", placeholder);
    result_.read_queues.push_back(placeholder);
  }

  const Definitions& all_;
  std::vector<std::string> vhosts_;
  std::string vhost_;
  std::vector<PolicyDefinition> policies_;
  std::vector<PolicyDefinition> operators_;
  PolicySet policy_set_;
  PolicySet operator_set_;

  std::unordered_map<std::string, Exchange> exchanges_;
  std::vector<std::string> exchange_order_;
  std::unordered_set<std::string> unknown_exchanges_;
  std::unordered_map<std::string, Queue> queues_;
  std::vector<const QueueDefinition*> queue_order_;
  std::vector<const BindingDefinition*> bindings_;
  std::unordered_map<std::string, int> ways_from_;  // how many of them each exchange has
  std::unordered_map<std::string, const BindingDefinition*> companions_;  // with the way into each
  std::unordered_map<std::string, std::string> missing_queues_;           // with their names in the scenario
  AllowedNames names_;
  ScenarioSkeleton result_;
};

}  // namespace

ScenarioSkeleton make_skeleton(const Definitions& definitions, const std::optional<std::string>& vhost,
                               const std::string& file) {
  return SkeletonMaker(definitions, vhost, file).make();
}

}  // namespace dse
