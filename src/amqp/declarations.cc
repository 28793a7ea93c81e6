#include "amqp/declarations.h"

#include <utility>

namespace dse {

void Declarations::set_exchange(const std::string& name, ExchangeOptions options) {
  exchanges_[name] = std::move(options);
}

void Declarations::set_queue(const std::string& resource, QueueOptions options) {
  queues_[resource] = std::move(options);
}

void Declarations::set_alternate(const std::string& resource, std::string exchange) {
  alternates_[resource] = std::move(exchange);
}

ExchangeOptions Declarations::exchange(const std::string& name) const {
  if (const auto declared = exchanges_.find(name); declared != exchanges_.end()) return declared->second;
  const auto alternate = alternates_.find(name);
  if (alternate == alternates_.end()) return {};
  return {.alternate = alternate->second};
}

QueueOptions Declarations::queue(const std::string& resource) const {
  const auto found = queues_.find(resource);
  return found == queues_.end() ? QueueOptions() : found->second;
}

void Declarations::assert_exchange(Connection& connection, ChannelNumber channel,
                                   const std::string& name) const {
  dse::assert_exchange(connection, channel, name, exchange(name));
}

QueueInfo Declarations::assert_queue(Connection& connection, ChannelNumber channel,
                                     const std::string& name) const {
  assert_exchange(connection, channel, name);
  QueueInfo info = assert_queue_alone(connection, channel, name, queue(name));
  if (is_resource(name)) connection.bind_queue(channel, {.source = name, .destination = name, .key = "#"});
  return info;
}

void Declarations::bind(Connection& connection, ChannelNumber channel, const BindingSpec& binding) const {
  bind_on_broker(connection, channel, binding, exchange(binding.from).type);
}

void Declarations::assert_binding(Connection& connection, ChannelNumber channel,
                                  const BindingSpec& binding) const {
  assert_exchange(connection, channel, binding.from);
  if (binding.target == BindingTarget::kQueue) {
    assert_queue(connection, channel, binding.to);
  } else {
    assert_exchange(connection, channel, binding.to);
  }
  bind(connection, channel, binding);
}

}  // namespace dse
