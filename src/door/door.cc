#include "door/door.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/check.h"
#include "door/caller.h"
#include "wire/method_codec.h"

namespace dse {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// Numbers of channels as publishers, apart from those of components' links.
constexpr std::uint32_t kFirstPublisher = 0x8000'0000;

}  // namespace

Door::Door(DataBus& bus, DoorWatcher& watcher, Options options, TimeNs now)
    : bus_(bus),
      watcher_(watcher),
      options_(std::move(options)),
      catalogue_(bus.broker(), options_.topology, now) {
  bus.broker().set_bounds(options_.bounds);
}

Door::~Door() = default;

void Door::apply(const ClientCommand& command, TimeNs now) {
  now_ns_ = now;
  if (const auto* opened = std::get_if<ClientOpened>(&command.action)) return open(command, *opened);
  ClientState* client = find_client(command.client);
  if (client == nullptr) return;  // it is gone
  std::visit(
      Overloaded{
          [](const ClientOpened&) {},
          [&](const ClientGone&) { close(*client); },
          [&](const ClientFailed& failed) { fail(*client, command.channel, failed); },
          [&](const ClientWritten& written) { note_written(*client, written); },
          [&](const ClientPublication& publication) {
            const auto found = client->channels.find(command.channel);
            if (found == client->channels.end())
              return on_channel_method(*client, command.channel, wire::ClientMethod(publication.method));
            if (found->second->closing) return;
            Caller caller{*client, *found->second};
            try {
              perform(caller, publication);
            } catch (const ClientRefusal& refusal) {
              fail(*client, command.channel, {refusal.code(), refusal.text(), wire::BasicPublish::kId});
            }
          },
          [&](const wire::ClientMethod& method) {
            if (command.channel == 0) return on_connection_method(*client, method);
            on_channel_method(*client, command.channel, method);
          },
      },
      command.action);
}

void Door::follow(const BusEvent& event, TimeNs now) {
  now_ns_ = now;
  // What the event says is overwritten by what is done about it.
  std::vector<Delivery> deliveries(std::make_move_iterator(event.to_clients.begin()),
                                   std::make_move_iterator(event.to_clients.end()));
  std::vector<std::string> removed;
  for (const PolicyEvent& policy : event.policies) {
    if (policy.kind == PolicyEvent::Kind::kQueueRemoved) removed.push_back(bus_.broker().name(policy.queue));
  }
  for (Delivery& delivery : deliveries) deliver(delivery);
  for (const std::string& queue : removed) forget_queue(queue);
  if (!removed.empty()) remove_idle_exchanges(kNoClient);
}

void Door::tell(ClientIndex client, const BusEvent& event) {
  watcher_.on_client(client, event);
  pass_on(event);
}

// What follows from an operation of which nobody hears by itself.
void Door::pass_on(const BusEvent& event) {
  watcher_.on_effects(event);
  follow(event, now_ns_);
}

void Door::reply(ClientIndex client, std::uint16_t channel, wire::ServerMethod method, MessagePtr content) {
  if (!options_.keeps_replies) return;
  replies_.push_back(
      {.client = client, .channel = channel, .what = std::move(method), .content = std::move(content)});
}

ClientState* Door::find_client(ClientIndex client) {
  const auto found = clients_.find(client);
  return found == clients_.end() ? nullptr : found->second.get();
}

void Door::open(const ClientCommand& command, const ClientOpened& opened) {
  if (clients_.contains(command.client)) return;
  virtual_host_ = opened.virtual_host;
  Broker& broker = bus_.broker();
  const GateIndex gate = broker.open_gate({.held_bytes_max = kHeldBytesMax, .counts_bytes = true});
  broker.refill_gate(gate, kWindowBytes, now_ns_);
  clients_.emplace(command.client,
                   std::make_unique<ClientState>(ClientState{
                       .index = command.client,
                       .opened = opened,
                       .rules = AccessRules(opened.permissions,
                                            {.user = opened.user, .virtual_host = opened.virtual_host}),
                       .gate = gate}));
  watcher_.on_client(command.client, BusEvent(EventCode::kConnected));
}

// Ends everything that the client has, and tells it nothing.
void Door::close(ClientState& client) {
  const ClientIndex index = client.index;
  std::vector<StreamIndex> streams;
  std::vector<DeliveryTag> unsettled;
  std::vector<GateIndex> gates;
  for (const auto& [number, channel] : client.channels) {
    if (channel->closing) continue;
    streams.insert(streams.end(), channel->streams.begin(), channel->streams.end());
    channel->deliveries.take_all(unsettled);
    if (channel->reply_consumer) reply_addresses_.erase(channel->reply_consumer->address);
    gates.push_back(channel->gate);
  }
  gates.push_back(client.gate);
  client.channels.clear();
  release(index, streams, unsettled);
  for (const std::string& queue : catalogue_.queues_of(index)) remove_queue(queue);
  for (const GateIndex gate : gates) bus_.broker().close_gate(gate);
  clients_.erase(index);
  watcher_.on_client(index, BusEvent(EventCode::kDisconnected));
}

// Closes the streams of some of its channels; what they have not settled goes back to its queues.
void Door::release(ClientIndex client, std::span<const StreamIndex> streams,
                   std::span<const DeliveryTag> unsettled) {
  if (streams.empty()) return;
  std::vector<Settled> returned;
  for (const DeliveryTag tag : unsettled) returned.push_back(bus_.broker().delivered(tag));
  std::vector<ResourceIndex> left;
  for (const StreamIndex stream : streams) {
    DeclaredQueue* queue = catalogue_.queue(stream_of(stream).queue);
    if (queue == nullptr || std::erase(queue->consumers, stream) == 0) continue;
    queue->in_exclusive_use = false;
    left.push_back(queue->resource);
  }
  const BusEvent event =
      on_bus([&](Broker& broker) -> Effects& { return broker.close_streams(streams, now_ns_); });
  for (const Settled& one : returned)
    watcher_.on_client(client, BusEvent(EventCode::kRequeued, one.resource, one.message));
  for (const ResourceIndex queue : left) watcher_.on_client(client, BusEvent(EventCode::kCancelled, queue));
  pass_on(event);
  for (const StreamIndex stream : streams) streams_[stream.number()].reset();
}

// An error ends the channel or the connection, and the client is told.
void Door::fail(ClientState& client, std::uint16_t number, const ClientFailed& failed) {
  const ClientIndex index = client.index;
  if (number == 0 || ends_connection(failed.code)) {
    watcher_.on_client_refusal(index, failed);
    close(client);
    return reply(
        index, 0,
        wire::ConnectionClose{.reply_code = failed.code, .reply_text = failed.text, .cause = failed.cause});
  }
  const auto found = client.channels.find(number);
  if (found == client.channels.end() || found->second->closing) return;
  watcher_.on_client_refusal(index, failed);
  close_channel(client, *found->second);
  found->second->closing = true;
  reply(index, number,
        wire::ChannelClose{.reply_code = failed.code, .reply_text = failed.text, .cause = failed.cause});
}

void Door::note_written(ClientState& client, const ClientWritten& written) {
  std::int64_t bytes = 0;
  while (!client.marked.empty() && written.mark + client.marked.size() > client.marks) {
    bytes += client.marked.front();
    client.marked.pop_front();
  }
  if (bytes == 0) return;
  const GateIndex gate = client.gate;
  pass_on(on_bus([&](Broker& broker) -> Effects& { return broker.refill_gate(gate, bytes, now_ns_); }));
}

// Counts what was sent to the client, and asks it to say when that is written.
void Door::count_sent(ClientState& client, const Message& message) {
  client.unmarked_bytes += static_cast<std::int64_t>(message.payload().size()) + Gate::kBytesOfDelivery;
  if (client.unmarked_bytes < kMarkEveryBytes) return;
  client.marked.push_back(std::exchange(client.unmarked_bytes, 0));
  ++client.marks;
  if (options_.keeps_replies) replies_.push_back({.client = client.index, .what = ClientMark{client.marks}});
}

void Door::on_connection_method(ClientState& client, const wire::ClientMethod& method) {
  const ClientIndex index = client.index;
  if (std::holds_alternative<wire::ConnectionClose>(method)) {
    close(client);
    return reply(index, 0, wire::ConnectionCloseOk{});
  }
  // RabbitMQ says so as well where users have passwords, and nothing changes.
  if (std::holds_alternative<wire::ConnectionUpdateSecret>(method))
    return reply(index, 0, wire::ConnectionUpdateSecretOk{});
  if (std::holds_alternative<wire::ConnectionCloseOk>(method)) return;
  const ClientRefusal refusal(ReplyCode::kCommandInvalid, "unexpected method in connection state running");
  fail(client, 0, {refusal.code(), refusal.text(), id_of(method)});
}

void Door::on_channel_method(ClientState& client, std::uint16_t number, const wire::ClientMethod& method) {
  const auto found = client.channels.find(number);
  const auto refuse = [&](ReplyCode code, std::string_view text) {
    const ClientRefusal refusal(code, text);
    fail(client, number, {refusal.code(), refusal.text(), id_of(method)});
  };
  if (std::holds_alternative<wire::ChannelOpen>(method)) {
    if (found != client.channels.end()) {
      if (found->second->closing) return;
      return refuse(ReplyCode::kChannelError, "second 'channel.open' seen");
    }
    return open_channel(client, number);
  }
  if (found == client.channels.end()) {
    return refuse(ReplyCode::kChannelError, "expected 'channel.open'");
  }
  ClientChannel& channel = *found->second;
  if (std::holds_alternative<wire::ChannelClose>(method)) {
    if (channel.closing) return reply(client.index, number, wire::ChannelCloseOk{});
    close_channel(client, channel);
    client.channels.erase(number);
    return reply(client.index, number, wire::ChannelCloseOk{});
  }
  if (channel.closing) {
    if (std::holds_alternative<wire::ChannelCloseOk>(method)) client.channels.erase(number);
    return;
  }
  Caller caller{client, channel};
  try {
    perform_any(caller, method);
  } catch (const ClientRefusal& refusal) {
    fail(client, number, {refusal.code(), refusal.text(), id_of(method)});
  }
}

void Door::open_channel(ClientState& client, std::uint16_t number) {
  // It is the number of channels that counts, not theirs.
  if (client.channels.size() >= client.opened.channel_max) {
    const ClientRefusal refusal(
        ReplyCode::kNotAllowed,
        fmt::format("number of channels opened ({}) has reached the negotiated channel_max ({})",
                    client.channels.size(), client.opened.channel_max));
    return fail(client, 0, {refusal.code(), refusal.text()});
  }
  auto channel = std::make_unique<ClientChannel>(
      ClientChannel{.client = client.index,
                    .number = number,
                    .gate = bus_.broker().open_gate({}, client.gate),
                    .publisher = PublisherIndex(kFirstPublisher + channels_opened_++)});
  client.channels.emplace(number, std::move(channel));
  reply(client.index, number, wire::ChannelOpenOk{});
}

// Ends all that the channel has but its number.
void Door::close_channel(ClientState& client, ClientChannel& channel) {
  if (channel.closing) return;
  if (channel.reply_consumer) reply_addresses_.erase(channel.reply_consumer->address);
  channel.reply_consumer.reset();
  channel.consumers.clear();
  std::vector<DeliveryTag> unsettled;
  channel.deliveries.take_all(unsettled);
  release(client.index, std::exchange(channel.streams, {}), unsettled);
  bus_.broker().close_gate(channel.gate);
  channel.gate = kNoGate;
}

// As rabbit_guid makes one: 16 random bytes in base64 without padding, whose last two characters are others.
std::string Door::made_name(std::string_view prefix) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  constexpr int kDigitsOfDraw = 11;  // 64 bits, and two of them
  std::string name(prefix);
  for (int draw = 0; draw < 2; ++draw) {
    std::uint64_t number = options_.draw();
    for (int digit = 0; digit < kDigitsOfDraw; ++digit) {
      name.push_back(kDigits[number % kDigits.size()]);
      number /= kDigits.size();
    }
  }
  return name;
}

std::string Door::exchange_text(std::string_view name) const {
  return fmt::format("exchange '{}' in vhost '{}'", name, virtual_host_);
}

std::string Door::queue_text(std::string_view name) const {
  return fmt::format("queue '{}' in vhost '{}'", name, virtual_host_);
}

void Door::require_room_for_streams() const {
  if (bus_.broker().next_stream().number() < kStreamsMax) return;
  throw ClientRefusal(ReplyCode::kResourceError, "too many consumers were started");
}

void Door::note_stream(StreamIndex number, ClientStream stream) {
  bus_.note_client_stream(number);
  if (streams_.size() <= number.number()) streams_.resize(number.number() + 1);
  streams_[number.number()] = std::make_unique<ClientStream>(std::move(stream));
}

}  // namespace dse
