#include "unit/door/door_driver.h"

#include <fmt/format.h>

#include <stdexcept>

#include "wire/method_codec.h"

using dse::ClientIndex;
using dse::ClientReply;

DoorDriver::DoorDriver(dse::DoorTopology topology, dse::BrokerBounds bounds)
    : door_(bus_, *this,
            {.topology = std::move(topology),
             .draw = [this] { return ++drawn_; },
             .keeps_replies = true,
             .bounds = bounds},
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
  keep(door_.take_replies(), client, own);
  return own;
}

void DoorDriver::keep(std::vector<ClientReply> replies, ClientIndex client, std::vector<ClientReply>& own) {
  for (ClientReply& reply : replies) {
    if (const auto* mark = std::get_if<dse::ClientMark>(&reply.what)) {
      marks_.emplace_back(reply.client, mark->number);
      continue;
    }
    (reply.client == client ? own : others_).push_back(std::move(reply));
  }
}

std::string DoorDriver::refusal_in(ClientIndex client, std::uint16_t channel,
                                   const std::vector<ClientReply>& replies) {
  for (const auto& close : answers_in<dse::wire::ChannelClose>(client, replies)) {
    send(client, dse::wire::ClientMethod(dse::wire::ChannelCloseOk{}), channel);
    send(client, dse::wire::ClientMethod(dse::wire::ChannelOpen{}), channel);
    return fmt::format("{} {}", close.reply_code, close.reply_text);
  }
  for (const auto& close : answers_in<dse::wire::ConnectionClose>(client, replies))
    return fmt::format("connection {} {}", close.reply_code, close.reply_text);
  return "";
}

std::optional<std::size_t> DoorDriver::waiting(const std::string& queue) {
  const auto resource = broker().find(queue);
  if (!resource || !broker().has_queue(*resource)) return std::nullopt;
  return broker().load(*resource).waiting;
}

void DoorDriver::serve(dse::LinkIndex link, dse::Command command) {
  bus_.send(link, dse::encode(std::move(command)));
  const dse::BusEvent event = bus_.serve(link, now_ns_);
  on_effects(event);
  door_.follow(event, now_ns_);
  keep(door_.take_replies(), dse::kNoClient, others_);
}

void DoorDriver::on_effects(const dse::BusEvent& event) {
  for (const dse::LinkIndex link : event.notified) {
    dse::Notice notice = dse::decode_notice(bus_.receive(link));
    if (auto* delivery = std::get_if<dse::DeliveryNotice>(&notice)) notices_.push_back(std::move(*delivery));
  }
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
  while (bus_.next_look_ns() && *bus_.next_look_ns() <= now_ns_) {
    const dse::BusEvent event = bus_.look(now_ns_);
    on_effects(event);
    door_.follow(event, now_ns_);
  }
  keep(door_.take_replies(), dse::kNoClient, others_);
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

std::vector<std::string> bodies_in(ClientIndex client, const std::vector<ClientReply>& replies) {
  std::vector<std::string> bodies;
  for (const ClientReply& reply : replies) {
    if (reply.client != client || !reply.content) continue;
    const auto bytes = reply.content->payload().bytes();
    bodies.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return bodies;
}
