#include "unit/door/door_driver.h"

#include <fmt/format.h>

#include <stdexcept>

#include "wire/method_codec.h"

using dse::ClientIndex;
using dse::ClientReply;

DoorDriver::DoorDriver(dse::DoorTopology topology)
    : door_(bus_, *this,
            {.topology = std::move(topology), .draw = [this] { return ++drawn_; }, .keeps_replies = true},
            0) {}

ClientIndex DoorDriver::connect(dse::Permissions permissions) {
  const ClientIndex client(++clients_);
  send(client,
       dse::ClientOpened{.user = "guest",
                         .virtual_host = "/",
                         .permissions = std::move(permissions),
                         .channel_max = 2047,
                         .hears_cancellation = true},
       0);
  call<dse::wire::ChannelOpenOk>(client, dse::wire::ChannelOpen{});
  return client;
}

std::vector<ClientReply> DoorDriver::send(ClientIndex client, dse::ClientAction action,
                                          std::uint16_t channel) {
  door_.apply({.client = client, .channel = channel, .action = std::move(action)}, now_ns_);
  std::vector<ClientReply> own;
  for (ClientReply& reply : door_.take_replies()) {
    if (std::holds_alternative<dse::ClientMark>(reply.what)) continue;
    (reply.client == client ? own : others_).push_back(std::move(reply));
  }
  return own;
}

std::vector<ClientReply> DoorDriver::publish(ClientIndex client, Publish publish, std::uint16_t channel) {
  publish.fields.key = publish.key;
  publish.fields.payload = dse::Payload::copy_of(publish.body);
  return send(client,
              dse::ClientPublication{.method = {.exchange = publish.exchange,
                                                .routing_key = publish.key,
                                                .mandatory = publish.mandatory},
                                     .message = dse::make_message(std::move(publish.fields))},
              channel);
}

void DoorDriver::advance(dse::TimeNs by_ns) {
  now_ns_ += by_ns;
  while (bus_.next_look_ns() && *bus_.next_look_ns() <= now_ns_) door_.follow(bus_.look(now_ns_), now_ns_);
  for (ClientReply& reply : door_.take_replies()) others_.push_back(std::move(reply));
}

void DoorDriver::on_client(ClientIndex client, const dse::BusEvent& event) {
  told_.push_back({client, event.kind, event.message ? event.message->id() : std::string()});
}

void DoorDriver::fail_without_answer(const std::vector<ClientReply>& replies) {
  std::string text = "the answer did not come, but";
  for (const ClientReply& reply : replies) {
    const auto* method = std::get_if<dse::wire::ServerMethod>(&reply.what);
    if (method == nullptr) continue;
    const dse::wire::MethodId id = dse::wire::id_of(*method);
    text += fmt::format(" {}.{}", id.class_id, id.method_id);
    if (const auto* close = std::get_if<dse::wire::ChannelClose>(method)) text += " " + close->reply_text;
    if (const auto* close = std::get_if<dse::wire::ConnectionClose>(method)) text += " " + close->reply_text;
  }
  throw std::runtime_error(text);
}
