#include "sim/scenario/resource_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <vector>

#include "core/names.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/table_reader.h"
#include "sim/scenario/topology.h"

namespace dse {
namespace {

constexpr TimeNs kMillisecondNs = 1'000'000;

// A time that RabbitMQ takes: whole milliseconds.
std::optional<TimeNs> broker_time(TableReader& table, std::string_view key, TimeNs least_ns) {
  const std::optional<TimeNs> time_ns = table.duration_if_any(key);
  if (!time_ns) return std::nullopt;
  if (*time_ns < least_ns || *time_ns > kLongestTimerNs || *time_ns % kMillisecondNs != 0) {
    throw InputError(
        table.place(key),
        fmt::format("{}: expected whole milliseconds from {} to {}: RabbitMQ refuses others with 406",
                    format_duration(*time_ns), format_duration(least_ns), format_duration(kLongestTimerNs)));
  }
  return time_ns;
}

DeadLetterTarget read_dead_letter(const toml::table& node, const std::string& prefix) {
  TableReader table(node, prefix, format_table("resource").find("dead_letter")->inner);
  DeadLetterTarget target;
  if (!table.has("to") && table.has("key")) {
    throw InputError(table.place("to"),
                     "is missing: RabbitMQ refuses a dead-letter key without an exchange with "
                     "406 (PRECONDITION_FAILED)");
  }
  target.exchange = table.text("to");
  if (!target.exchange.empty()) check_resource_name(target.exchange, table.place("to"));
  if (table.has("key")) target.key = routing_key(table, "key");
  table.finish();
  return target;
}

// Refuses an option that the queue's type does not have, as RabbitMQ does with 406.
void refuse_for_type(bool given, TableReader& table, std::string_view key, std::string_view type) {
  if (!given) return;
  throw InputError(table.place(key), fmt::format("'{}' is nothing for a {} queue: RabbitMQ refuses it with "
                                                 "406 (PRECONDITION_FAILED)",
                                                 key, type));
}

QueueOptions read_queue_options(TableReader& table, const std::string& prefix) {
  QueueOptions options;
  options.type = static_cast<QueueType>(table.choice_or("type", 0));
  options.message_ttl_ns = broker_time(table, "message_ttl", 0);
  options.expires_ns = broker_time(table, "expires", kMillisecondNs);
  options.max_length = table.integer_if_any("max_length");
  options.max_length_bytes = table.integer_if_any("max_length_bytes");
  options.overflow = static_cast<Overflow>(table.choice_or("overflow", 0));
  if (const toml::table* node = table.table_if_any("dead_letter"))
    options.dead_letter = read_dead_letter(*node, prefix + ".dead_letter");
  options.delivery_limit = table.integer_if_any("delivery_limit");
  options.max_priority = table.integer_or("max_priority", 0);
  options.single_active_consumer = table.flag("single_active_consumer");
  options.auto_delete = table.flag("auto_delete");
  options.exclusive = table.flag("exclusive");
  if (options.type == QueueType::kQuorum) {
    refuse_for_type(options.max_priority > 0, table, "max_priority", "quorum");
    refuse_for_type(options.auto_delete, table, "auto_delete", "quorum");
    refuse_for_type(options.exclusive, table, "exclusive", "quorum");
  } else {
    refuse_for_type(options.delivery_limit.has_value(), table, "delivery_limit", "classic");
  }
  return options;
}

std::optional<std::string> read_alternate(TableReader& table) {
  if (!table.has("alternate")) return std::nullopt;
  return resource_of(table, "alternate");
}

InputPlace place_in(const toml::table& node, const std::string& name, std::string_view key) {
  const toml::node* at = node.get(key);
  return place_of(at == nullptr ? node : *at, fmt::format("resource.{}.{}", name, key));
}

// Messages that only go round in circles, where nobody reads them: RabbitMQ drops them at the second turn.
void refuse_circle(const std::string& name, const toml::table& node, const Scenario& scenario,
                   const TopologyGraph& graph) {
  const auto is_read = [&](const std::string& queue) {
    return !graph.readers_of(queue).empty() || is_for_clients(scenario, queue);
  };
  if (!graph.comes_back(name, is_read)) return;
  throw InputError(place_in(node, name, "dead_letter"),
                   fmt::format("what '{}' gives up comes back to it, and nobody reads it on its way: a real "
                               "broker drops such a message; read one of these queues, or dead-letter "
                               "elsewhere",
                               name));
}

}  // namespace

ResourceConfig read_resource(const std::string& name, const toml::table& node) {
  const std::string prefix = "resource." + name;
  TableReader table(node, prefix, format_table("resource"));
  check_resource_name(name, table.place());
  ResourceConfig config;
  config.prefetch = static_cast<std::uint32_t>(table.integer_or("prefetch", config.prefetch));
  config.queue = read_queue_options(table, prefix);
  config.alternate = read_alternate(table);
  config.clients = table.flag("clients");
  if (config.clients && config.queue.exclusive)
    throw InputError(table.place("exclusive"),
                     "is of one component: `clients` of a listener could not use it");
  table.finish();
  return config;
}

ExchangeOptions read_exchange(const std::string& name, const toml::table& node) {
  TableReader table(node, "exchange." + name, format_table("exchange"));
  check_resource_name(name, table.place());
  ExchangeOptions options;
  options.type = static_cast<ExchangeType>(table.choice("type"));
  options.alternate = read_alternate(table);
  table.finish();
  return options;
}

// Options for a resource that nothing else names are probably a typing error, and refused.
void check_resource(const std::string& name, const toml::table& node, const Scenario& scenario,
                    const TopologyGraph& graph) {
  if (!graph.is_used(name) && !is_for_clients(scenario, name)) {
    std::vector<std::string> used = resource_names(scenario);
    std::erase(used, name);
    throw UnknownName(place_of(node, "resource." + name),
                      fmt::format("nothing writes, binds or streams '{}'{} (if clients of a listener do, say "
                                  "`clients = true`)",
                                  name, suggestion(name, used)));
  }
  const auto read = scenario.resources.find(name);
  if (read == scenario.resources.end()) return;  // it could not be read
  const ResourceConfig& config = read->second;
  const std::vector<const ComponentConfig*>& readers = graph.readers_of(name);
  if (config.queue.exclusive && readers.empty()) {
    throw InputError(place_in(node, name, "exclusive"),
                     fmt::format("nobody reads '{}': an exclusive queue is of the component that streams it, "
                                 "and gone with it",
                                 name));
  }
  if (config.queue.exclusive && readers.size() > 1) {
    throw InputError(place_in(node, name, "exclusive"),
                     fmt::format("'{}' and '{}' both stream '{}': an exclusive queue is of one component",
                                 readers[0]->name, readers[1]->name, name));
  }
  refuse_circle(name, node, scenario, graph);
}

}  // namespace dse
