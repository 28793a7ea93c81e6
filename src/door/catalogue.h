// What clients see as declared: exchanges and queues with what RabbitMQ compares when one is declared again.
//
// A resource of the scenario is to clients a durable topic exchange and a durable queue, whose options are
// the queue's arguments. A name that only a component has declared counts as a plain resource.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/broker.h"
#include "door/client_command.h"
#include "door/declared_bindings.h"
#include "dse/binding.h"
#include "dse/exchange_options.h"
#include "dse/headers.h"
#include "dse/queue_options.h"

namespace dse {

inline constexpr ClientIndex kNoClient{0};
// Owns the exclusive queues of the scenario, which are its components' alone.
inline constexpr ClientIndex kScenarioOwner{UINT32_MAX};

struct DeclaredExchange {
  ResourceIndex resource;
  ExchangeType type = ExchangeType::kTopic;
  bool durable = true;
  bool auto_delete = false;
  bool internal = false;
  Headers arguments = {};
  bool of_scenario = false;  // no client deletes it
  bool was_bound = false;    // something was bound to it, so that with auto_delete it may go
  DeclaredBindings bindings = {};
};

struct DeclaredQueue {
  ResourceIndex resource;
  bool durable = true;
  bool auto_delete = false;
  ClientIndex owner = kNoClient;  // the only client that may use it
  Headers arguments = {};
  QueueType type = QueueType::kClassic;
  bool single_active_consumer = false;
  bool of_scenario = false;
  bool in_exclusive_use = false;            // by its only consumer
  std::vector<StreamIndex> consumers = {};  // those that clients have
};

// What a scenario says of its names.
struct DoorTopology {
  struct Exchange {
    std::string name;
    ExchangeOptions options;
  };
  struct Queue {
    std::string name;
    QueueOptions options;
  };
  std::vector<Exchange> exchanges;  // those of resources among them
  std::vector<Queue> queues;
  std::vector<BindingSpec> bindings;  // those of resources' queues to their own exchanges are not among them
};

class Catalogue {
 public:
  // More names than this are refused: the broker keeps each that there ever was.
  static constexpr std::size_t kNamesMax = 1'000'000;

  // The exchanges that are there on every broker, and what the scenario has. The broker must outlive this.
  Catalogue(Broker& broker, const DoorTopology& topology, TimeNs now);

  // Null when there is none of this name. Pointers stay valid until it is removed. One that components have
  // made is added as a plain resource.
  DeclaredExchange* exchange(std::string_view name);
  DeclaredQueue* queue(std::string_view name);

  // Adds one that is not there; the resource in it is set. Throws ClientRefusal when there are too many
  // names.
  DeclaredExchange& add_exchange(const std::string& name, DeclaredExchange exchange, TimeNs now);
  DeclaredQueue& add_queue(const std::string& name, DeclaredQueue queue, TimeNs now);
  void remove_exchange(std::string_view name);
  void remove_queue(std::string_view name);

  // What was bound to a queue or an exchange that is gone is no longer bound.
  void forget_bindings_to(std::string_view name, BindingTarget target);

  bool is_of_clients(ResourceIndex resource) const { return of_clients_.contains(resource); }

  // Changes whenever an exchange is added or removed.
  std::uint64_t version() const { return version_; }
  // The queues that only this client may use, by name.
  std::vector<std::string> queues_of(ClientIndex client) const;
  // The exchanges that are removed when nothing is bound to them any more, by name.
  const std::vector<std::string>& auto_delete_exchanges() const { return auto_delete_exchanges_; }

 private:
  ResourceIndex declare(const std::string& name, TimeNs now);
  // Whether components have made a resource of this name.
  bool is_of_components(std::string_view name) const;

  Broker& broker_;
  std::set<ResourceIndex> of_clients_;       // the resources that clients made
  std::set<ResourceIndex> exchanges_alone_;  // the scenario's, without queues of their names
  std::map<std::string, DeclaredExchange, std::less<>> exchanges_;
  std::map<std::string, DeclaredQueue, std::less<>> queues_;
  std::map<ClientIndex, std::vector<std::string>> owned_;
  std::vector<std::string> auto_delete_exchanges_;
  std::uint64_t version_ = 1;
};

}  // namespace dse
