// A consumer whose broker is a scripted peer.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "amqp/consumer.h"
#include "unit/amqp/publishing.h"

struct Consuming {
  std::shared_ptr<PeerTransport> network = std::make_shared<PeerTransport>();
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  dse::Notifier changed{*clock};
  std::unique_ptr<dse::Consumer> consumer;
  // Must be the last member: it is cut before the consumer ends, which then waits for no answer.
  AmqpPeer peer{dse::FileDescriptor()};

  // Every queue is declared, and read with a prefetch of 10.
  explicit Consuming(std::vector<std::string> names = {"q"}) : queues(std::move(names)) {
    std::vector<dse::Subscription> subscriptions;
    for (const std::string& name : queues) {
      subscriptions.push_back({.queue = name,
                               .prefetch = 10,
                               .set_up = [name](dse::Connection& connection, dse::ChannelNumber channel) {
                                 return connection.declare_queue(channel, name, {}).name;
                               }});
    }
    auto made = std::async(std::launch::async, [this, subscriptions] {
      return std::make_unique<dse::Consumer>(connection_to(network, clock), subscriptions, changed);
    });
    accept();
    consumer = made.get();
  }

  // Serves the next connection up to the point where messages may come.
  void accept() {
    peer = network->accept();
    peer.shake_hands();
    subscribe();
  }
  void subscribe() {
    for (const std::string& name : queues) peer.accept_consumer(name);
  }
  void answer_declare(const std::string& name, std::uint32_t messages) {
    peer.answer_declare(name, messages);
  }
  void deliver(std::uint64_t tag, const std::string& id, bool redelivered = false) {
    peer.deliver({.tag = tag, .redelivered = redelivered}, message_of(id)->fields());
  }
  // Returns this many messages, once they have arrived.
  std::vector<dse::Arrival> take(std::size_t count) {
    std::vector<dse::Arrival> arrived;
    await_change(changed, [&] {
      for (dse::Arrival& arrival : consumer->take()) arrived.push_back(std::move(arrival));
      return arrived.size() >= count;
    });
    return arrived;
  }
  dse::Arrival take_one() { return take(1).at(0); }

  std::vector<std::string> queues;
};
