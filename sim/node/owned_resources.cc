#include "sim/node/owned_resources.h"

#include "amqp/broker_error.h"
#include "amqp/topology.h"
#include "sim/node/broker_part.h"

namespace dse {
namespace {

// A quorum queue takes no conditions (540, which ends the connection), so the queue is asked first.
void delete_unused_queue(Connection& connection, const std::string& name) {
  const ChannelNumber channel = connection.open_channel();
  try {
    const QueueInfo info = connection.declare_queue(channel, name, {.passive = true});
    if (info.messages == 0 && info.consumers == 0) connection.delete_queue(channel, name, {});
  } catch (const ChannelClosed&) {
    return;  // it is gone by itself
  }
  connection.close_channel(channel);
}

bool delete_unused_exchange(Connection& connection, const std::string& name) {
  const ChannelNumber channel = connection.open_channel();
  try {
    connection.delete_exchange(channel, name, {.if_unused = true});
  } catch (const ChannelClosed&) {
    return false;
  }
  connection.close_channel(channel);
  return true;
}

}  // namespace

OwnedResources::OwnedResources(const Scenario& scenario, Connection& connection) {
  const BrokerPart whole = whole_of(scenario);
  const Declarations declarations = declarations_of(scenario);
  for (const std::string& name : whole.exchanges) {
    if (!has_exchange(connection, name)) exchanges_.insert(name);
  }
  for (const BindingSpec& binding : whole.bindings) {
    if (!has_headers_exchange(binding, declarations.exchange(binding.from).type)) continue;
    const std::string name = headers_exchange(binding);
    if (!exchanges_.contains(name) && !has_exchange(connection, name)) exchanges_.insert(name);
  }
  for (const std::string& name : whole.queues) {
    if (!has_queue(connection, name)) queues_.insert(name);
  }
}

// An exchange can go when what it was bound to has gone, so there is another round as long as one has gone.
void OwnedResources::remove(Connection& connection) const {
  for (const std::string& name : queues_) delete_unused_queue(connection, name);
  std::set<std::string> left = exchanges_;
  while (std::erase_if(
             left, [&](const std::string& name) { return delete_unused_exchange(connection, name); }) > 0) {
  }
}

}  // namespace dse
