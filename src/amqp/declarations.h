// What each name is on a real broker: an exchange of some type, or a resource, whose queue may have options.
// A name of which nothing is said is a plain resource (topology.h).
//
// A broker refuses (406) what is declared in two ways, so all that declares the names of one scenario shares
// these.
#pragma once

#include <map>
#include <string>

#include "amqp/topology.h"

namespace dse {

class Declarations {
 public:
  // It is an exchange alone: a queue of its name is not bound to it by itself.
  void set_exchange(const std::string& name, ExchangeOptions options);
  void set_queue(const std::string& resource, QueueOptions options);
  // The exchange that gets what nothing bound to the resource takes.
  void set_alternate(const std::string& resource, std::string exchange);

  ExchangeOptions exchange(const std::string& name) const;
  QueueOptions queue(const std::string& resource) const;
  // Whether a queue of this name is bound to the exchange of this name with `#`.
  bool is_resource(const std::string& name) const { return !exchanges_.contains(name); }

  void assert_exchange(Connection& connection, ChannelNumber channel, const std::string& name) const;
  // Also asserts the exchange of its name, and binds the queue of a resource to it. Returns what the broker
  // says about the queue.
  QueueInfo assert_queue(Connection& connection, ChannelNumber channel, const std::string& name) const;
  // Binds what is there already.
  void bind(Connection& connection, ChannelNumber channel, const BindingSpec& binding) const;
  // Also asserts what it binds.
  void assert_binding(Connection& connection, ChannelNumber channel, const BindingSpec& binding) const;

 private:
  std::map<std::string, ExchangeOptions> exchanges_;
  std::map<std::string, QueueOptions> queues_;
  std::map<std::string, std::string> alternates_;  // by resource
};

}  // namespace dse
