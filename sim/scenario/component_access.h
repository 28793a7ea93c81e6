// What the operations of a component take of its user's permissions: those that its node would need on
// RabbitMQ for the same operations (src/amqp/topology.h, operation_access.h).
//
// The exchanges, queues and bindings of the scenario itself are there already, as `dse definitions export`
// makes them; so nothing is asked about their alternate or dead-letter exchanges, but for an exclusive queue,
// which only its reader can make. What is there is declared again, which takes the same permission.
#pragma once

#include <string>
#include <vector>

#include "access/access_rules.h"
#include "access/operation_access.h"
#include "dse/binding.h"
#include "dse/message.h"
#include "sim/scenario/scenario.h"

namespace dse {

// Used by one thread at a time.
class ComponentAccess {
 public:
  // The component must have a user. `scenario` must outlive this.
  ComponentAccess(const Scenario& scenario, const ComponentConfig& component);

  // Each returns RabbitMQ's refusal, empty when the user may do it.
  AccessRefusal declare(const std::string& resource) const;
  AccessRefusal bind(const BindingSpec& binding) const;
  // Whether it may write there at all, and this message.
  AccessRefusal write(const std::string& resource) const;
  AccessRefusal publish(const std::string& resource, const Message& message) const;
  AccessRefusal stream(const std::string& resource) const;

 private:
  AccessRefusal assert_queue(const std::string& name) const;
  ExchangeType type_of(const std::string& exchange) const;
  bool is_topic(const std::string& exchange) const { return type_of(exchange) == ExchangeType::kTopic; }

  const Scenario& scenario_;
  AccessRules rules_;
};

// What components may not do that their ports need, and users that no component is: a sentence each.
std::vector<std::string> access_warnings(const Scenario& scenario);

}  // namespace dse
