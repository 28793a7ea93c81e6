#include "door/catalogue.h"

#include <algorithm>
#include <utility>

#include "door/client_refusal.h"
#include "message/declared_arguments.h"

namespace dse {
namespace {

struct SystemExchange {
  const char* name;
  ExchangeType type;
  bool internal = false;
};

// Those of every virtual host of RabbitMQ.
constexpr SystemExchange kSystemExchanges[] = {
    {"amq.direct", ExchangeType::kDirect},   {"amq.fanout", ExchangeType::kFanout},
    {"amq.headers", ExchangeType::kHeaders}, {"amq.match", ExchangeType::kHeaders},
    {"amq.topic", ExchangeType::kTopic},     {"amq.rabbitmq.trace", ExchangeType::kTopic, true}};

}  // namespace

Catalogue::Catalogue(Broker& broker, const DoorTopology& topology, TimeNs now) : broker_(broker) {
  for (const DoorTopology::Exchange& one : topology.exchanges) {
    exchanges_alone_.insert(broker_.declare(one.name, now));
    add_exchange(one.name,
                 {.type = one.options.type, .arguments = arguments_of(one.options), .of_scenario = true},
                 now);
  }
  for (const DoorTopology::Queue& one : topology.queues) {
    exchanges_alone_.erase(broker_.declare(one.name, now));
    add_queue(one.name,
              {.auto_delete = one.options.auto_delete,
               .owner = one.options.exclusive ? kScenarioOwner : kNoClient,
               .arguments = arguments_of(one.options),
               .type = one.options.type,
               .single_active_consumer = one.options.single_active_consumer,
               .of_scenario = true},
              now);
  }
  for (const SystemExchange& one : kSystemExchanges) {
    if (exchanges_.contains(one.name)) continue;
    const DeclaredExchange& made = add_exchange(one.name, {.type = one.type, .internal = one.internal}, now);
    broker_.set_options(made.resource, ExchangeOptions{.type = one.type});
  }
  DeclaredExchange& by_default = add_exchange("", {.type = ExchangeType::kDirect}, now);
  by_default.of_scenario = true;
}

void Catalogue::forget_bindings_to(std::string_view name, BindingTarget target) {
  for (auto& [exchange_name, exchange] : exchanges_) exchange.bindings.forget(name, target);
}

ResourceIndex Catalogue::declare(const std::string& name, TimeNs now) {
  const bool is_new = !broker_.find(name);
  if (is_new && of_clients_.size() >= kNamesMax)
    throw ClientRefusal(ReplyCode::kResourceError, "too many exchanges and queues were declared");
  const ResourceIndex resource = broker_.declare(name, now);
  if (is_new) of_clients_.insert(resource);
  return resource;
}

bool Catalogue::is_of_components(std::string_view name) const {
  if (name.empty()) return false;  // the default exchange
  const std::optional<ResourceIndex> resource = broker_.find(name);
  return resource && !of_clients_.contains(*resource) && !exchanges_alone_.contains(*resource);
}

DeclaredExchange* Catalogue::exchange(std::string_view name) {
  const auto found = exchanges_.find(name);
  if (found != exchanges_.end()) return &found->second;
  if (!is_of_components(name)) return nullptr;
  return &exchanges_
              .emplace(std::string(name),
                       DeclaredExchange{.resource = *broker_.find(name), .of_scenario = true})
              .first->second;
}

DeclaredQueue* Catalogue::queue(std::string_view name) {
  const auto found = queues_.find(name);
  if (found != queues_.end()) return &found->second;
  if (!is_of_components(name)) return nullptr;
  return &queues_
              .emplace(std::string(name), DeclaredQueue{.resource = *broker_.find(name), .of_scenario = true})
              .first->second;
}

DeclaredExchange& Catalogue::add_exchange(const std::string& name, DeclaredExchange exchange, TimeNs now) {
  exchange.resource = declare(name, now);
  ++version_;
  if (exchange.auto_delete) auto_delete_exchanges_.push_back(name);
  return exchanges_.insert_or_assign(name, std::move(exchange)).first->second;
}

DeclaredQueue& Catalogue::add_queue(const std::string& name, DeclaredQueue queue, TimeNs now) {
  queue.resource = declare(name, now);
  if (queue.owner != kNoClient && !queue.of_scenario) owned_[queue.owner].push_back(name);
  return queues_.insert_or_assign(name, std::move(queue)).first->second;
}

void Catalogue::remove_exchange(std::string_view name) {
  const auto found = exchanges_.find(name);
  if (found == exchanges_.end()) return;
  ++version_;
  std::erase(auto_delete_exchanges_, name);
  exchanges_.erase(found);
}

void Catalogue::remove_queue(std::string_view name) {
  const auto found = queues_.find(name);
  if (found == queues_.end()) return;
  if (const auto owned = owned_.find(found->second.owner); owned != owned_.end()) {
    std::erase(owned->second, name);
    if (owned->second.empty()) owned_.erase(owned);
  }
  queues_.erase(found);
}

std::vector<std::string> Catalogue::queues_of(ClientIndex client) const {
  const auto owned = owned_.find(client);
  return owned == owned_.end() ? std::vector<std::string>() : owned->second;
}

}  // namespace dse
