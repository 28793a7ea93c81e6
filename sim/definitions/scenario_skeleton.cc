#include "sim/definitions/scenario_skeleton.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "amqp/topology.h"
#include "core/counted.h"
#include "core/names.h"
#include "core/printable.h"
#include "dse/error.h"
#include "sim/definitions/allowed_names.h"
#include "sim/definitions/policies.h"
#include "sim/definitions/queue_arguments.h"
#include "sim/scenario/binding_check.h"
#include "sim/scenario/topology.h"
#include "sim/scenario/topology_graph.h"

namespace dse {
namespace {

// Every virtual host that the definitions name, or only those that hold something, in their order.
std::vector<std::string> vhosts_of(const Definitions& definitions, bool with_empty) {
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

std::string chosen_vhost(const Definitions& definitions, const std::optional<std::string>& wanted,
                         const std::string& file) {
  const std::vector<std::string> names = vhosts_of(definitions, true);
  const bool has_wanted = wanted && std::find(names.begin(), names.end(), *wanted) != names.end();
  if (wanted && !has_wanted && !names.empty()) {
    throw InputError({.file = file}, fmt::format("has no virtual host {}{}", quoted_text(*wanted),
                                                 printable(suggestion(*wanted, names))));
  }
  if (wanted) return *wanted;
  if (names.empty()) return "/";
  if (names.size() == 1) return names.front();
  if (std::find(names.begin(), names.end(), "/") != names.end()) {
    const std::vector<std::string> filled = vhosts_of(definitions, false);
    if (filled.empty() || std::find(filled.begin(), filled.end(), "/") != filled.end()) return "/";
    throw InputError({.file = file},
                     fmt::format("has nothing in its virtual host /: choose one with --vhost: {}",
                                 printable(fmt::format("{}", fmt::join(filled, ", ")))));
  }
  throw InputError({.file = file},
                   fmt::format("has several virtual hosts, and none is called /: choose one with --vhost: {}",
                               printable(fmt::format("{}", fmt::join(names, ", ")))));
}

std::string binding_name(const BindingDefinition& binding) {
  return fmt::format("binding {} -> {} {} (key {})", quoted_text(binding.source),
                     binding.to_exchange ? "exchange" : "queue", quoted_text(binding.destination),
                     quoted_text(binding.routing_key));
}

// The exchanges that every virtual host has, which an export leaves out.
std::optional<std::string_view> built_in_type(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kBuiltIn = {
      {{"amq.direct", "direct"},
       {"amq.fanout", "fanout"},
       {"amq.headers", "headers"},
       {"amq.match", "headers"},
       {"amq.topic", "topic"},
       {"amq.rabbitmq.log", "topic"},
       {"amq.rabbitmq.trace", "topic"}}};
  for (const auto& [built_in, type] : kBuiltIn) {
    if (name == built_in) return type;
  }
  return std::nullopt;
}

std::optional<ExchangeType> type_called(std::string_view name) {
  for (const ExchangeType type :
       {ExchangeType::kDirect, ExchangeType::kFanout, ExchangeType::kTopic, ExchangeType::kHeaders}) {
    if (name_of(type) == name) return type;
  }
  return std::nullopt;
}

class SkeletonMaker {
 public:
  SkeletonMaker(const Definitions& definitions, const std::optional<std::string>& vhost,
                const std::string& file)
      : all_(definitions),
        vhosts_(vhosts_of(definitions, true)),
        vhost_(chosen_vhost(definitions, vhost, file)),
        policies_(here(definitions.policies)),
        operators_(here(definitions.operator_policies)),
        policy_set_(policies_),
        operator_set_(operators_) {}

  ScenarioSkeleton make() {
    result_.vhost = vhost_;
    result_.version = all_.version;
    note_what_is_elsewhere();
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
    choose_readers();
    note_policies();
    list_people();
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

  void note_what_is_elsewhere() {
    for (const std::string& key : all_.unknown_keys)
      note("not imported: the key {}, which is not known here", quoted_text(key));
    for (const std::string& vhost : vhosts_) {
      if (vhost != vhost_) note("not imported: the virtual host {}; --vhost chooses it", quoted_text(vhost));
    }
    for (const ParameterDefinition& parameter : all_.parameters) {
      if (!is_here(parameter)) continue;
      if (parameter.component.empty()) {
        note("not imported: the global parameter {}, which has no form in a scenario",
             quoted_text(parameter.name));
      } else {
        note("not imported: the parameter {} of {}, which has no form in a scenario",
             quoted_text(parameter.name), quoted_text(parameter.component));
      }
    }
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
    const std::optional<std::string_view> built_in = built_in_type(name);
    if (!built_in || unknown_exchanges_.contains(name)) return false;
    exchanges_.emplace(name, Exchange{.type = *type_called(*built_in)});
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
    const auto refuse = [&](std::string_view reason) {
      note("not imported: the {}: {}", binding_name(definition), reason);
      return false;
    };
    std::string match = "all";
    if (const HeaderValue* said = definition.arguments.find("x-match")) {
      const auto* text = std::get_if<std::string>(said);
      if (text == nullptr) return refuse("its x-match is no text");
      match = *text;
    }
    const bool with_x = match.ends_with("-with-x");
    if (match != "all" && match != "any" && match != "all-with-x" && match != "any-with-x")
      return refuse(fmt::format("its x-match {} is not known here", quoted_text(match)));
    for (const auto& [name, value] : definition.arguments) {
      if (name == "x-match") continue;
      if (!name.starts_with("x-")) {
        binding.headers.set(name, value);
      } else if (with_x) {
        return refuse(fmt::format("a scenario does not match the header {}", quoted_text(name)));
      } else {
        note("changed: the {} loses its header {}, which RabbitMQ does not match", binding_name(definition),
             quoted_text(name));
      }
    }
    const bool any = match.starts_with("any");
    if (any && binding.headers.empty()) return refuse("it matches nothing: any of no headers");
    binding.match = any ? HeaderMatch::kAny : HeaderMatch::kAll;
    return true;
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

  // A queue in which messages only wait until they are dead-lettered has no reader, or it would be no retry.
  void choose_readers() {
    Scenario scenario;
    scenario.resources = result_.resources;
    scenario.exchanges = result_.exchanges;
    scenario.bindings = result_.bindings;
    const std::set<std::string> from_the_start = queues_from_the_start(scenario);
    const TopologyGraph graph(scenario);
    std::unordered_set<std::string> read;
    std::vector<std::string> waiting;
    for (const QueueDefinition* definition : queue_order_) {
      const std::string& name = queues_.at(definition->name).name;
      const auto config = result_.resources.find(name);
      const bool waits = config != result_.resources.end() && config->second.queue.message_ttl_ns &&
                         config->second.queue.dead_letter && !config->second.queue.delivery_limit;
      const bool is_there = graph.is_bound(name) || from_the_start.contains(name);
      if (!waits || !is_there || (!graph.is_used(name) && result_.exchanges.contains(name))) {
        read.insert(name);
        continue;
      }
      waiting.push_back(name);
      if (graph.is_used(name)) continue;
      result_.bindings.push_back({.from = name, .to = name});
      note("added: a binding of {} to itself, as a scenario has no options for what nothing else names",
           name);
    }
    const auto is_read = [&read](const std::string& queue) { return read.contains(queue); };
    for (const std::string& name : waiting) {
      if (graph.comes_back(name, is_read)) read.insert(name);
    }
    if (read.empty() && !waiting.empty()) read.insert(waiting.front());
    for (const QueueDefinition* definition : queue_order_) {
      const std::string& name = queues_.at(definition->name).name;
      if (read.contains(name)) result_.read_queues.push_back(name);
    }
    if (!read.empty()) return;
    const std::string placeholder = names_.name_like("placeholder");
    note("added: the resource {}, because a scenario needs a component, which reads something", placeholder);
    result_.read_queues.push_back(placeholder);
  }

  void note_policies() {
    const auto note_set = [&](const PolicySet& set, std::string_view what) {
      for (const PolicySet::Unread& unread : set.unread()) {
        note("not applied: the {} {}: its pattern is not understood here: {}", what, quoted_text(unread.name),
             unread.reason);
      }
      for (const PolicySet::Use& use : set.uses()) {
        std::vector<std::string> keys;
        for (const auto& [key, value] : use.policy->definition) {
          if (!is_known_policy_key(key)) keys.push_back(quoted_text(key));
        }
        const std::string name = quoted_text(use.policy->name);
        if (use.queues + use.exchanges == 0) {
          note("not imported: the {} {}, which counts for nothing here", what, name);
          continue;
        }
        note("changed: the {} {} is in the options of {} and {}", what, name, counted(use.queues, "queue"),
             counted(use.exchanges, "exchange"));
        if (!keys.empty()) {
          note("not imported: {} of the {} {}, which {} no form in a scenario", fmt::join(keys, ", "), what,
               name, keys.size() == 1 ? "has" : "have");
        }
      }
    };
    note_set(policy_set_, "policy");
    note_set(operator_set_, "operator policy");
  }

  void list_people() {
    const auto add = [&]<typename... Arguments>(fmt::format_string<Arguments...> format,
                                                Arguments&&... arguments) {
      result_.people.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
    };
    for (const UserDefinition& user : all_.users)
      add("the user {}, tags {}", quoted_text(user.name), quoted_text(user.tags));
    for (const PermissionDefinition& one : all_.permissions) {
      if (!is_here(one)) continue;
      add("permissions of {}: configure {}, write {}, read {}", quoted_text(one.user),
          quoted_text(one.configure), quoted_text(one.write), quoted_text(one.read));
    }
    for (const PermissionDefinition& one : all_.topic_permissions) {
      if (!is_here(one)) continue;
      add("topic permissions of {} on the exchange {}: write {}, read {}", quoted_text(one.user),
          quoted_text(one.exchange), quoted_text(one.write), quoted_text(one.read));
    }
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
