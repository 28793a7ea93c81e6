#include "fuzz/client_ledger.h"

#include <cstdio>
#include <cstdlib>

#include "wire/method_codec.h"

using namespace dse;
using namespace dse::wire;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

void ClientLedger::note(const ClientCommand& command) {
  if (const auto* opened = std::get_if<ClientOpened>(&command.action)) {
    const bool is_new = clients_.emplace(command.client, Client{.channel_max = opened->channel_max}).second;
    return require(is_new, "a client is opened once");
  }
  const auto found = clients_.find(command.client);
  require(found != clients_.end(), "only clients that were opened send commands");
  Client& client = found->second;
  if (std::holds_alternative<ClientGone>(command.action)) client.ended = true;
  if (client.ended) return;
  if (std::holds_alternative<ClientPublication>(command.action)) {
    const auto channel = client.channels.find(command.channel);
    if (channel != client.channels.end() && channel->second.confirms) ++channel->second.published;
  }
  if (const auto* method = std::get_if<ClientMethod>(&command.action))
    note_method(client, command.channel, *method);
}

void ClientLedger::note_method(Client& client, std::uint16_t number, const ClientMethod& method) {
  const auto found = client.channels.find(number);
  if (found == client.channels.end()) return;
  Channel& channel = found->second;
  if (channel.closing) {
    if (std::holds_alternative<ChannelCloseOk>(method)) client.channels.erase(found);
    return;
  }
  if (const auto* ack = std::get_if<BasicAck>(&method)) settle(channel, ack->delivery_tag, ack->multiple);
  if (const auto* nack = std::get_if<BasicNack>(&method)) settle(channel, nack->delivery_tag, nack->multiple);
  if (const auto* reject = std::get_if<BasicReject>(&method)) settle(channel, reject->delivery_tag, false);
  const auto* recover = std::get_if<BasicRecover>(&method);
  const auto* recover_async = std::get_if<BasicRecoverAsync>(&method);
  if ((recover != nullptr && recover->requeue) || (recover_async != nullptr && recover_async->requeue))
    settle(channel, 0, true);
  if (const auto* qos = std::get_if<BasicQos>(&method); qos != nullptr && qos->prefetch_size == 0) {
    if (!qos->global) channel.prefetch = qos->prefetch_count;
    channel.global_prefetch = qos->global ? qos->prefetch_count : 0;
  }
  if (const auto* get = std::get_if<BasicGet>(&method)) channel.got_without_settling = get->no_ack;
  if (const auto* cancel = std::get_if<BasicCancel>(&method)) channel.tags.erase(cancel->consumer_tag);
  if (const auto* declare = std::get_if<QueueDeclare>(&method))
    gives_more_ = gives_more_ || declare->arguments.find("x-delivery-limit") != nullptr;
  if (std::holds_alternative<ConfirmSelect>(method)) channel.confirms = true;
  if (const auto* consume = std::get_if<BasicConsume>(&method)) {
    if (consume->queue == "amq.rabbitmq.reply-to") channel.has_reply_consumer = true;
    const Consumer consumer{.prefetch = consume->no_ack ? 0 : channel.prefetch,
                            .acknowledges = !consume->no_ack};
    channel.starting = consumer;
    if (!consume->no_wait) return;
    channel.starting.reset();
    if (consume->consumer_tag.empty()) {
      channel.has_unnamed = true;
    } else if (!channel.tags.contains(consume->consumer_tag)) {
      start_consumer(channel, consume->consumer_tag, consumer);
    }
  }
}

void ClientLedger::settle(Channel& channel, std::uint64_t tag, bool multiple) {
  if (!multiple) {
    if (const auto found = channel.unsettled.find(tag); found != channel.unsettled.end())
      forget(channel, found);
    return;
  }
  if (tag != 0 && !channel.unsettled.contains(tag)) return;  // refused
  while (!channel.unsettled.empty() && (tag == 0 || channel.unsettled.begin()->first <= tag))
    forget(channel, channel.unsettled.begin());
}

void ClientLedger::forget(Channel& channel, std::map<std::uint64_t, Unsettled>::iterator delivery) {
  if (const std::optional<std::uint64_t> consumer = delivery->second.consumer) {
    --channel.consumers.at(*consumer).unsettled;
    --channel.global_unsettled;
  }
  channel.unsettled.erase(delivery);
}

void ClientLedger::start_consumer(Channel& channel, const std::string& tag, const Consumer& consumer) {
  channel.tags[tag] = ++consumers_;
  channel.consumers.emplace(consumers_, consumer);
}

void ClientLedger::note(const ClientReply& reply) {
  const auto found = clients_.find(reply.client);
  require(found != clients_.end(), "only clients that were opened get replies");
  Client& client = found->second;
  require(!client.ended, "a client that was closed, or has gone, gets nothing more");
  if (const auto* mark = std::get_if<ClientMark>(&reply.what))
    return require(mark->number == ++client.marks, "marks count from 1");
  const auto& method = std::get<ServerMethod>(reply.what);
  const bool has_content = std::holds_alternative<BasicDeliver>(method) ||
                           std::holds_alternative<BasicGetOk>(method) ||
                           std::holds_alternative<BasicReturn>(method);
  require(has_content == static_cast<bool>(reply.content), "what has content has it");
  std::string bytes;
  encode(method, bytes);
  require(id_of(decode_server_method(bytes)) == id_of(method), "a reply is a method");
  note_reply(client, reply.channel, method);
}

void ClientLedger::note_reply(Client& client, std::uint16_t number, const ServerMethod& method) {
  if (number == 0) {
    const bool ends =
        std::holds_alternative<ConnectionClose>(method) || std::holds_alternative<ConnectionCloseOk>(method);
    require(ends || std::holds_alternative<ConnectionUpdateSecretOk>(method), "a method of a connection");
    client.ended = ends;
    return;
  }
  if (std::holds_alternative<ChannelOpenOk>(method)) {
    require(client.channels.emplace(number, Channel()).second, "a channel is opened once");
    return require(client.channels.size() <= client.channel_max, "no more channels than agreed upon");
  }
  const auto found = client.channels.find(number);
  if (std::holds_alternative<ChannelCloseOk>(method)) {
    require(found != client.channels.end(), "a channel that is closed was open");
    // One that the broker has closed waits for the client's channel.close-ok, also when both close it.
    if (!found->second.closing) client.channels.erase(found);
    return;
  }
  require(found != client.channels.end(), "only open channels get replies");
  Channel& channel = found->second;
  require(!channel.closing, "a channel that was closed gets nothing more");
  channel.closing = std::holds_alternative<ChannelClose>(method);
  if (const auto* ok = std::get_if<BasicConsumeOk>(&method)) {
    require(channel.starting.has_value(), "who asked to consume is told so");
    start_consumer(channel, ok->consumer_tag, *channel.starting);
    channel.starting.reset();
  } else if (const auto* cancel = std::get_if<BasicCancel>(&method)) {
    const bool was_there = channel.tags.erase(cancel->consumer_tag) == 1;
    require(was_there || channel.has_unnamed || channel.has_reply_consumer, "a consumer ends once");
  } else if (const auto* ack = std::get_if<BasicAck>(&method)) {
    require(ack->delivery_tag == ++channel.confirmed, "confirms count from 1");
  } else if (const auto* nack = std::get_if<BasicNack>(&method)) {
    require(nack->delivery_tag == ++channel.confirmed, "confirms count from 1");
  } else if (const auto* got = std::get_if<BasicGetOk>(&method)) {
    require(got->delivery_tag == ++channel.delivered, "deliveries count from 1");
    if (!channel.got_without_settling) channel.unsettled[got->delivery_tag] = {};
  } else if (const auto* delivery = std::get_if<BasicDeliver>(&method)) {
    note_delivery(channel, *delivery);
  }
}

void ClientLedger::note_delivery(Channel& channel, const BasicDeliver& delivery) {
  require(delivery.delivery_tag == ++channel.delivered, "deliveries count from 1");
  const auto tag = channel.tags.find(delivery.consumer_tag);
  if (tag == channel.tags.end()) {
    require(channel.has_unnamed, "a consumer that has ended gets nothing more");
    channel.unsettled[delivery.delivery_tag] = {};
    return;
  }
  Consumer& consumer = channel.consumers.at(tag->second);
  if (!consumer.acknowledges || channel.has_reply_consumer) return;
  require(consumer.prefetch == 0 || consumer.unsettled < consumer.prefetch || gives_more_,
          "no more unsettled than prefetch");
  require(channel.global_prefetch == 0 || channel.global_unsettled < channel.global_prefetch,
          "no more unsettled than the channel's prefetch");
  ++consumer.unsettled;
  ++channel.global_unsettled;
  channel.unsettled[delivery.delivery_tag] = {.consumer = tag->second};
}

void ClientLedger::check_all_ended() const {
  for (const auto& [index, client] : clients_) require(client.ended, "every client that was opened ends");
}
