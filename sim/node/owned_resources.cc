#include "sim/node/owned_resources.h"

#include <functional>
#include <set>

#include "amqp/broker_error.h"
#include "amqp/topology.h"

namespace dse {
namespace {

// Whether the broker carries out the operation. A refusal closes the channel, so each operation has its own.
bool does(Connection& connection, const std::function<void(ChannelNumber channel)>& operation) {
  const ChannelNumber channel = connection.open_channel();
  try {
    operation(channel);
  } catch (const ChannelClosed&) {
    return false;
  }
  connection.close_channel(channel);
  return true;
}

}  // namespace

OwnedResources::OwnedResources(const Scenario& scenario, Connection& connection) {
  const auto has_exchange = [&connection](const std::string& name) {
    return does(connection, [&](ChannelNumber channel) {
      connection.declare_exchange(channel, name, {.passive = true});
    });
  };
  std::set<std::string> companions;
  for (const BindingSpec& binding : scenario.bindings) {
    if (!binding.headers.empty()) companions.insert(headers_exchange(binding));
  }
  for (const std::string& name : companions) {
    if (!has_exchange(name)) exchanges_.push_back(name);
  }
  for (const std::string& name : resource_names(scenario)) {
    if (!has_exchange(name)) exchanges_.push_back(name);
    const bool has_queue = does(connection, [&](ChannelNumber channel) {
      connection.declare_queue(channel, name, {.passive = true});
    });
    if (!has_queue) queues_.push_back(name);
  }
}

void OwnedResources::remove(Connection& connection) const {
  for (const std::string& name : queues_) {
    does(connection, [&](ChannelNumber channel) {
      connection.delete_queue(channel, name, {.if_unused = true, .if_empty = true});
    });
  }
  for (const std::string& name : exchanges_) {
    does(connection,
         [&](ChannelNumber channel) { connection.delete_exchange(channel, name, {.if_unused = true}); });
  }
}

}  // namespace dse
