// A publisher whose broker is a scripted peer.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "amqp/publisher.h"
#include "unit/amqp/amqp_peer.h"
#include "unit/amqp/manual_clock.h"
#include "unit/amqp/peer_error.h"

inline dse::ConnectionOptions connection_to(std::shared_ptr<PeerTransport> network,
                                            std::shared_ptr<ManualClock> clock) {
  return {.address = dse::parse_broker_url("amqp://guest:secret@there:1/%2f?heartbeat=0", "test"),
          .name = "test",
          .timeout = std::chrono::seconds(20),
          .transport = std::move(network),
          .clock = std::move(clock)};
}

inline dse::MessagePtr message_of(const std::string& id) {
  return dse::make_message({.payload = dse::Payload::copy_of("body of " + id), .key = "k", .id = id});
}

// What the publisher has to tell of its messages since the last call: "m returned", "m accepted" ...
inline std::vector<std::string> told(dse::Publisher& publisher) {
  std::vector<std::string> texts;
  for (const dse::WriteOutcome& outcome : publisher.take_outcomes()) {
    std::string text = outcome.message->id();
    if (outcome.returned) text += " returned";
    if (outcome.accepted) text += *outcome.accepted ? " accepted" : " refused";
    texts.push_back(text);
  }
  return texts;
}

struct Publishing {
  std::shared_ptr<PeerTransport> network = std::make_shared<PeerTransport>();
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  dse::Notifier changed{*clock};
  std::unique_ptr<dse::Publisher> publisher;
  // Must be the last member: it is cut before the publisher ends, which then waits for no answer.
  AmqpPeer peer{dse::FileDescriptor()};

  Publishing() : Publishing(1) {}
  explicit Publishing(std::size_t routes) {
    auto made = std::async(std::launch::async, [this, routes] {
      return std::make_unique<dse::Publisher>(
          dse::Publisher::Options{.connection = connection_to(network, clock),
                                  .set_up = [](dse::Connection&, dse::ChannelNumber) {},
                                  .run = "1f",
                                  .routes = routes},
          changed);
    });
    accept();
    publisher = made.get();
  }

  // Serves the next connection up to the point where messages may come.
  void accept() {
    peer = network->accept();
    peer.shake_hands();
    peer.answer_channel_open();
    peer.answer(AMQP_CONFIRM_SELECT_METHOD, AMQP_CONFIRM_SELECT_OK_METHOD, amqp_confirm_select_ok_t{});
  }
  void publish(const std::string& id, std::size_t route = 0) {
    publisher->publish({.exchange = "x", .message = message_of(id), .route = route});
  }
  // Publishes one whose verdict is told, and checks that it arrives.
  PeerPublication publish_confirmed(const std::string& id, bool mandatory = false) {
    publisher->publish({.exchange = "x", .message = message_of(id), .mandatory = mandatory, .confirm = true});
    return expect_message(id);
  }
  // Publishes the messages, and checks that they arrive.
  void publish_all(const std::vector<std::string>& ids) {
    for (const std::string& id : ids) publish(id);
    for (const std::string& id : ids) expect_message(id);
  }
  PeerPublication expect_message(const std::string& id) {
    PeerPublication publication = peer.expect_publish();
    if (publication.message.id != id) throw PeerError(publication.message.id + " came in place of " + id);
    return publication;
  }
  // Waits until the condition holds; the session's thread makes it true, and notifies.
  template <typename Condition>
  void await(Condition condition) {
    await_change(changed, condition);
  }
};
