// Drives a door in tests: sends what clients would, and takes what they would be told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bus/data_bus.h"
#include "door/door.h"

// What the door told its watcher.
struct ToldEvent {
  dse::ClientIndex client;
  dse::EventCode code;
  std::string message;  // its id
};

class DoorDriver final : private dse::DoorWatcher {
 public:
  explicit DoorDriver(dse::DoorTopology topology = {}, dse::BrokerBounds bounds = {.drops = true});

  // A client with these permissions, and a channel 1 of it.
  dse::ClientIndex connect(dse::Permissions permissions = {.configure = ".*", .write = ".*", .read = ".*"});
  // What it is told of this command, in order, without marks.
  std::vector<dse::ClientReply> send(dse::ClientIndex client, dse::ClientAction action,
                                     std::uint16_t channel = 1);
  // The same for a method of which one answer is expected.
  template <typename Answer, typename Method>
  Answer call(dse::ClientIndex client, Method method, std::uint16_t channel = 1) {
    const std::vector<dse::ClientReply> replies =
        send(client, dse::wire::ClientMethod(std::move(method)), channel);
    return answer_in<Answer>(client, replies);
  }
  // The refusal of the method, such as "404 NOT_FOUND - no queue 'q' in vhost '/'", before which nothing else
  // is answered; "" when it is not refused. A channel that it has closed is opened again; a connection that
  // it has closed is not, and is shown as "connection 530 ...".
  template <typename Method>
  std::string refusal(dse::ClientIndex client, Method method, std::uint16_t channel = 1) {
    return refusal_in(client, channel, send(client, dse::wire::ClientMethod(std::move(method)), channel));
  }
  std::string refusal_in(dse::ClientIndex client, std::uint16_t channel,
                         const std::vector<dse::ClientReply>& replies);
  struct Publish {
    std::string exchange = {};
    std::string key = {};
    std::string body = {};
    bool mandatory = false;
    dse::MessageFields fields = {};
  };
  std::vector<dse::ClientReply> publish(dse::ClientIndex client, Publish publish, std::uint16_t channel = 1);

  // The replies to clients that send() did not return, because they went to others.
  std::vector<dse::ClientReply> take_others() { return std::exchange(others_, {}); }
  dse::Broker& broker() { return bus_.broker(); }
  // How many messages wait in the queue of this name; empty when there is no such queue.
  std::optional<std::size_t> waiting(const std::string& queue);
  // What a component does on a link of its own, and the deliveries that it gets.
  dse::LinkIndex attach() { return bus_.attach(); }
  void serve(dse::LinkIndex link, dse::Command command);
  std::vector<dse::DeliveryNotice> take_notices() { return std::exchange(notices_, {}); }
  // The marks that clients were sent, and have not answered.
  std::vector<std::pair<dse::ClientIndex, std::uint64_t>> take_marks() { return std::exchange(marks_, {}); }
  dse::Door& door() { return door_; }
  std::vector<ToldEvent> take_told() { return std::exchange(told_, {}); }
  void advance(dse::TimeNs by_ns);

  template <typename Answer>
  static Answer answer_in(dse::ClientIndex client, const std::vector<dse::ClientReply>& replies) {
    for (const dse::ClientReply& reply : replies) {
      if (reply.client != client) continue;
      const auto* method = std::get_if<dse::wire::ServerMethod>(&reply.what);
      if (method == nullptr) continue;
      if (const auto* answer = std::get_if<Answer>(method)) return *answer;
    }
    fail_without_answer(replies);
  }

 private:
  [[noreturn]] static void fail_without_answer(const std::vector<dse::ClientReply>& replies);
  void on_client(dse::ClientIndex client, const dse::BusEvent& event) override;
  void on_effects(const dse::BusEvent& event) override;
  void on_client_refusal(dse::ClientIndex, const dse::ClientFailed&) override {}
  void on_client_binding(dse::ClientIndex, const dse::BindingSpec&, bool) override {}
  void keep(std::vector<dse::ClientReply> replies, dse::ClientIndex client,
            std::vector<dse::ClientReply>& own);

  dse::DataBus bus_;
  std::uint64_t drawn_ = 0;
  dse::TimeNs now_ns_ = 1;
  dse::Door door_;
  std::uint32_t clients_ = 0;
  std::vector<dse::ClientReply> others_;
  std::vector<ToldEvent> told_;
  std::vector<dse::DeliveryNotice> notices_;
  std::vector<std::pair<dse::ClientIndex, std::uint64_t>> marks_;
};

// All replies of this kind to the client.
template <typename Answer>
std::vector<Answer> answers_in(dse::ClientIndex client, const std::vector<dse::ClientReply>& replies) {
  std::vector<Answer> answers;
  for (const dse::ClientReply& reply : replies) {
    const auto* method = std::get_if<dse::wire::ServerMethod>(&reply.what);
    if (reply.client != client || method == nullptr) continue;
    if (const auto* answer = std::get_if<Answer>(method)) answers.push_back(*answer);
  }
  return answers;
}

// The bodies of the messages among the replies to the client, in order.
std::vector<std::string> bodies_in(dse::ClientIndex client, const std::vector<dse::ClientReply>& replies);
