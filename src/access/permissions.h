// What a user may do, as RabbitMQ says it: three regular expressions over the names of exchanges and queues,
// and others over the routing keys of topic exchanges.
#pragma once

#include <string>
#include <vector>

namespace dse {

// What it may do at one topic exchange; a user without an entry for it may use every routing key there.
struct TopicPermissions {
  std::string exchange = {};
  std::string write = {};  // a pattern of the keys of messages that the user publishes
  std::string read = {};   // a pattern of the keys of bindings that the user makes
  bool operator==(const TopicPermissions&) const = default;
};

// An empty pattern permits nothing but the empty name.
struct Permissions {
  std::string configure = {};
  std::string write = {};
  std::string read = {};
  std::vector<TopicPermissions> topics = {};
  bool operator==(const Permissions&) const = default;
};

}  // namespace dse
