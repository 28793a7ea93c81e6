// What the door keeps of a client, of its channels and of what is delivered to it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/access_rules.h"
#include "broker/broker.h"
#include "door/client_command.h"

namespace dse {

// A delivery that a client may settle.
struct ClientDelivery {
  std::uint64_t number = 0;
  DeliveryTag tag;
  bool outstanding = true;
};

// The deliveries of a channel by the numbers that the client knows: they count from 1, and each may be
// settled once.
class ClientDeliveries {
 public:
  // The number of a new delivery.
  std::uint64_t add(DeliveryTag tag) {
    deliveries_.push_back({.number = ++last_, .tag = tag});
    ++outstanding_;
    return last_;
  }
  // The number of one that is settled already.
  std::uint64_t skip() { return ++last_; }
  // Takes out what a settlement of this number means, in the order of delivery: it alone or, with `multiple`,
  // all up to it; with 0, all. False when the number is of no delivery that is outstanding.
  bool take(std::uint64_t number, bool multiple, std::vector<DeliveryTag>& taken);
  void take_all(std::vector<DeliveryTag>& taken) {
    if (outstanding_ > 0) take(0, true, taken);
  }
  std::size_t outstanding() const { return outstanding_; }
  // How many it keeps: those that are outstanding, and at most as many others, or a few.
  std::size_t kept() const { return deliveries_.size(); }

 private:
  void forget_settled();
  void take_one(ClientDelivery& delivery, std::vector<DeliveryTag>& taken);

  std::uint64_t last_ = 0;
  std::deque<ClientDelivery> deliveries_;  // by number; the first one is outstanding
  std::size_t outstanding_ = 0;
};

// A channel that a client has opened.
struct ClientChannel {
  ClientIndex client;
  std::uint16_t number = 0;
  bool closing = false;  // it was told so, and has not answered yet
  GateIndex gate = kNoGate;
  PublisherIndex publisher;
  ClientDeliveries deliveries = {};
  std::uint32_t prefetch = 0;                             // for each consumer that it starts
  std::uint32_t global_prefetch = 0;                      // for all of them together
  std::optional<std::uint64_t> published = std::nullopt;  // with confirms: the number of the last publication
  std::string last_queue = {};                            // that it declared
  std::map<std::string, StreamIndex, std::less<>> consumers = {};
  std::map<std::pair<ResourceIndex, bool>, StreamIndex> getters = {};  // by queue and whether it acknowledges
  std::vector<StreamIndex> streams = {};                               // all that it has opened
  // The consumer of amq.rabbitmq.reply-to, and what stands behind that name in a message's reply_to.
  struct ReplyConsumer {
    std::string tag;
    std::string address;
  };
  std::optional<ReplyConsumer> reply_consumer = std::nullopt;
  // The exchange that it published to last, and may publish to; valid while the catalogue is of this version.
  struct Target {
    std::uint64_t catalogue_version = 0;
    std::string exchange;
    ResourceIndex resource;
    bool is_topic = false;
  };
  Target target = {};
};

// An empty name of a queue stands for the one that the channel declared last. Throws ClientRefusal when it
// has declared none.
std::string named_queue(const ClientChannel& channel, const std::string& name);

// A client that has logged in.
struct ClientState {
  ClientIndex index;
  ClientOpened opened;
  AccessRules rules;
  GateIndex gate = kNoGate;
  std::map<std::uint16_t, std::unique_ptr<ClientChannel>> channels = {};
  std::int64_t unmarked_bytes = 0;       // sent to it since the last mark
  std::uint64_t marks = 0;               // sent to it
  std::deque<std::int64_t> marked = {};  // the bytes before each mark that it has not written yet
};

// A stream that a client's channel has opened.
struct ClientStream {
  ClientIndex client;
  std::uint16_t channel = 0;
  std::string tag = {};    // its consumer's
  std::string queue = {};  // its name
  bool acknowledges = true;
  bool is_getter = false;
};

}  // namespace dse
