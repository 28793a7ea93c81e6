// What RabbitMQ exports of a broker, or of one virtual host (`rabbitmqctl export_definitions`, and
// /api/definitions of its management plugin), as plain values. Passwords, their hashes, and the values of
// parameters, in which there may be passwords, are not kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dse/headers.h"

namespace dse {

// The virtual host of each entry is "" where the file does not say one, as in an export of a single one.

struct ExchangeDefinition {
  std::string name;
  std::string vhost = {};
  std::string type = {};  // "topic", "x-delayed-message", ...
  bool durable = true;
  bool auto_delete = false;
  bool internal = false;
  Headers arguments = {};
};

struct QueueDefinition {
  std::string name;
  std::string vhost = {};
  std::string type = {};  // "quorum", where the file says it beside x-queue-type
  bool durable = true;
  bool auto_delete = false;
  Headers arguments = {};
};

struct BindingDefinition {
  std::string source = {};  // exchange; "" is the default one
  std::string vhost = {};
  std::string destination = {};
  bool to_exchange = false;  // else to a queue
  std::string routing_key = {};
  Headers arguments = {};
};

struct PolicyDefinition {
  std::string name = {};
  std::string vhost = {};
  std::string pattern = {};  // a regular expression
  std::string apply_to = "all";
  std::int64_t priority = 0;
  Headers definition = {};
};

struct UserDefinition {
  std::string name = {};
  std::string tags = {};  // joined by commas
};

struct PermissionDefinition {
  std::string user = {};
  std::string vhost = {};
  std::string exchange = {};   // if it is a topic permission
  std::string configure = {};  // if it is none
  std::string write = {};
  std::string read = {};
};

// A shovel, an upstream of a federation, limits and so on: nothing but its name.
struct ParameterDefinition {
  std::string component = {};  // "" for a global one
  std::string vhost = {};
  std::string name = {};
};

struct Definitions {
  std::string version = {};  // RabbitMQ's
  std::vector<std::string> vhosts = {};
  std::vector<ExchangeDefinition> exchanges = {};
  std::vector<QueueDefinition> queues = {};
  std::vector<BindingDefinition> bindings = {};
  std::vector<PolicyDefinition> policies = {};
  std::vector<PolicyDefinition> operator_policies = {};
  std::vector<ParameterDefinition> parameters = {};
  std::vector<UserDefinition> users = {};
  std::vector<PermissionDefinition> permissions = {};
  std::vector<PermissionDefinition> topic_permissions = {};
  std::vector<std::string> unknown_keys = {};  // those of the whole file
};

}  // namespace dse
