// A consumer whose broker is a peer that the test plays.
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
  // The last member: it is cut before the consumer ends, which then waits for no answer.
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

  // The next connection, up to where messages come.
  void accept() {
    peer = network->accept();
    peer.shake_hands();
    subscribe();
  }
  void subscribe() {
    for (const std::string& name : queues) {
      peer.answer_channel_open();
      answer_declare(name, 0);
      peer.answer(AMQP_BASIC_QOS_METHOD, AMQP_BASIC_QOS_OK_METHOD, amqp_basic_qos_ok_t{});
      peer.answer(AMQP_BASIC_CONSUME_METHOD, AMQP_BASIC_CONSUME_OK_METHOD,
                  amqp_basic_consume_ok_t{amqp_cstring_bytes("consumer")});
    }
  }
  void answer_declare(const std::string& name, std::uint32_t messages) {
    peer.answer(AMQP_QUEUE_DECLARE_METHOD, AMQP_QUEUE_DECLARE_OK_METHOD,
                amqp_queue_declare_ok_t{amqp_cstring_bytes(name.c_str()), messages, 1});
  }
  void deliver(std::uint64_t tag, const std::string& id, bool redelivered = false) {
    peer.deliver({.tag = tag, .redelivered = redelivered}, message_of(id)->fields());
  }
  // So many messages, once they are there.
  std::vector<dse::Arrival> take(std::size_t count) {
    std::vector<dse::Arrival> arrived;
    await_change(changed, [&] {
      for (dse::Arrival& arrival : consumer->take()) arrived.push_back(std::move(arrival));
      return arrived.size() >= count;
    });
    return arrived;
  }
  dse::Arrival take_one() { return take(1).at(0); }

  // A message whose headers the library cannot decode: one has no name.
  void deliver_undecodable(std::uint64_t tag) {
    peer.send(1, AMQP_BASIC_DELIVER_METHOD,
              amqp_basic_deliver_t{.consumer_tag = amqp_cstring_bytes("consumer"),
                                   .delivery_tag = tag,
                                   .redelivered = 0,
                                   .exchange = amqp_cstring_bytes("x"),
                                   .routing_key = amqp_cstring_bytes("k")});
    const std::string table("\0\0\0\x03\0t\1", 7);  // a name of no bytes, which is true
    peer.send_content_header(1, 0, std::string("\x20\0", 2) + table);
  }

  std::vector<std::string> queues;
};
