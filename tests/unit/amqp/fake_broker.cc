#include "unit/amqp/fake_broker.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "amqp/properties.h"
#include "unit/amqp/peer_error.h"

using dse::amqp_text;
using dse::to_string;

FakeBroker::FakeBroker() {
  network_->set_notifier(&wake_);
  thread_ = std::thread([this] { serve(); });
}

FakeBroker::~FakeBroker() {
  ending_ = true;
  wake_.notify();
  thread_.join();
  network_->set_notifier(nullptr);
}

void FakeBroker::cut_all() {
  const std::lock_guard lock(mutex_);
  for (Client& client : clients_) {
    if (!client.over) leave(client);
  }
}

void FakeBroker::await_load(const std::string& queue, const Load& load) const {
  std::unique_lock lock(mutex_);
  const bool came = served_.wait_for(lock, kLongestWait, [&] {
    const auto resource = broker_.find(queue);
    if (!resource) return false;
    const dse::Broker::QueueState state = broker_.queue_state(*resource);
    return state.depth == load.waiting && state.unacknowledged == load.unacknowledged;
  });
  if (!came) throw PeerError("the queue has another load");
}

void FakeBroker::hold_confirms(bool hold) {
  const std::lock_guard lock(mutex_);
  holding_ = hold;
  if (hold) return;
  for (const OwedConfirm& owed : std::exchange(owed_, {})) confirm(owed);
}

void FakeBroker::serve() {
  while (!ending_) {
    wait();
    const std::lock_guard lock(mutex_);
    take_clients();
    for (Client& client : clients_) {
      if (client.over) continue;
      try {
        serve(client);
      } catch (const PeerError&) {
        leave(client);
      }
    }
    clients_.remove_if([](const Client& client) { return client.over; });
    served_.notify_all();
  }
}

void FakeBroker::wait() {
  std::vector<pollfd> waited = {pollfd{wake_.descriptor(), POLLIN, 0}};
  {
    const std::lock_guard lock(mutex_);
    for (const Client& client : clients_) {
      if (!client.over) waited.push_back({client.peer.descriptor(), POLLIN, 0});
    }
  }
  poll(waited.data(), waited.size(), -1);
  wake_.clear();
}

void FakeBroker::take_clients() {
  while (std::optional<AmqpPeer> peer = network_->try_accept())
    clients_.push_back({.peer = std::move(*peer)});
}

void FakeBroker::serve(Client& client) {
  pollfd waited{client.peer.descriptor(), POLLIN, 0};
  if (poll(&waited, 1, 0) <= 0) return;
  if (!client.peer.read_some()) return leave(client);
  if (!client.greeted) {
    if (!client.peer.take_protocol_header()) return;
    client.greeted = true;
    client.peer.send_start({});
  }
  while (!client.over) {
    const std::optional<AmqpFrame> frame = client.peer.take_frame();
    if (!frame) return;
    handle(client, *frame);
  }
}

void FakeBroker::handle(Client& client, const AmqpFrame& frame) {
  if (frame.type == AMQP_FRAME_HEARTBEAT) return;
  if (frame.type == AMQP_FRAME_METHOD) return on_method(client, AmqpMethodFrame(frame));
  if (const auto publication = client.channels[frame.channel].content.add(frame))
    on_publication(client, frame.channel, *publication);
}

void FakeBroker::on_method(Client& client, const AmqpMethodFrame& method) {
  AmqpPeer& peer = client.peer;
  const std::uint16_t channel = method.channel();
  switch (method.id()) {
    case AMQP_CONNECTION_START_OK_METHOD:
      return peer.send_tune({});
    case AMQP_CONNECTION_TUNE_OK_METHOD:
      return;
    case AMQP_CONNECTION_OPEN_METHOD:
      return peer.send(0, AMQP_CONNECTION_OPEN_OK_METHOD, amqp_connection_open_ok_t{});
    case AMQP_CONNECTION_CLOSE_METHOD:
      peer.send(0, AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t{});
      return leave(client);
    case AMQP_CHANNEL_OPEN_METHOD:
      client.channels[channel] = {};
      return peer.send(channel, AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{});
    case AMQP_CHANNEL_CLOSE_METHOD:
      close_channel(client, channel);
      return peer.send(channel, AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t{});
    case AMQP_CHANNEL_CLOSE_OK_METHOD:
      return;
    case AMQP_CONFIRM_SELECT_METHOD:
      client.channels[channel].confirms = true;
      return peer.send(channel, AMQP_CONFIRM_SELECT_OK_METHOD, amqp_confirm_select_ok_t{});
    default:
      if (method.id() >> 16 == AMQP_EXCHANGE_CLASS) return on_exchange_method(client, method);
      if (method.id() >> 16 == AMQP_QUEUE_CLASS) return on_queue_method(client, method);
      return on_basic_method(client, method);
  }
}

void FakeBroker::on_exchange_method(Client& client, const AmqpMethodFrame& method) {
  AmqpPeer& peer = client.peer;
  const std::uint16_t channel = method.channel();
  switch (method.id()) {
    case AMQP_EXCHANGE_DECLARE_METHOD:
      return declare_exchange(client, method);
    case AMQP_EXCHANGE_DELETE_METHOD:
      return peer.send(channel, AMQP_EXCHANGE_DELETE_OK_METHOD, amqp_exchange_delete_ok_t{});
    case AMQP_EXCHANGE_BIND_METHOD: {
      const auto& made = method.as<amqp_exchange_bind_t>();
      bind({.from = to_string(made.source),
            .to = to_string(made.destination),
            .key = to_string(made.routing_key),
            .target = dse::BindingTarget::kExchange},
           made.arguments);
      return peer.send(channel, AMQP_EXCHANGE_BIND_OK_METHOD, amqp_exchange_bind_ok_t{});
    }
    default:
      throw PeerError("no such method of an exchange");
  }
}

namespace {

dse::ExchangeType type_of(const std::string& name) {
  if (name == "direct") return dse::ExchangeType::kDirect;
  if (name == "fanout") return dse::ExchangeType::kFanout;
  return name == "headers" ? dse::ExchangeType::kHeaders : dse::ExchangeType::kTopic;
}

}  // namespace

bool FakeBroker::refuses(Client& client, const AmqpMethodFrame& method, const Wish& wish) {
  const bool missing = wish.passive && wish.known == nullptr;
  const bool differs = !wish.passive && wish.known != nullptr && *wish.known != wish.declared;
  if (!missing && !differs) return false;
  client.channels.erase(method.channel());
  const int code = missing ? AMQP_NOT_FOUND : AMQP_PRECONDITION_FAILED;
  client.peer.close_channel(method.channel(), {code, fmt::format("refused: '{}'", wish.name), method.id()});
  return true;
}

void FakeBroker::declare_exchange(Client& client, const AmqpMethodFrame& method) {
  const auto& declare = method.as<amqp_exchange_declare_t>();
  const std::string name = to_string(declare.exchange);
  const auto known = exchanges_.find(name);
  const Declared declared{to_string(declare.type), dse::read_headers(declare.arguments).headers};
  if (refuses(client, method,
              {name, known == exchanges_.end() ? nullptr : &known->second, declared, declare.passive != 0}))
    return;
  if (!declare.passive && known == exchanges_.end()) {
    exchanges_.emplace(name, declared);
    const dse::ResourceIndex index = broker_.declare(name, kNow);
    const dse::HeaderValue* alternate = declared.arguments.find("alternate-exchange");
    if (declared.type != "topic") broker_.set_options(index, {.type = type_of(declared.type)});
    if (alternate != nullptr) broker_.set_alternate(index, dse::to_text(*alternate));
  }
  client.peer.send(method.channel(), AMQP_EXCHANGE_DECLARE_OK_METHOD, amqp_exchange_declare_ok_t{});
}

dse::Headers FakeBroker::arguments_of(const std::string& queue) const {
  const std::lock_guard lock(mutex_);
  const auto found = queues_.find(queue);
  return found == queues_.end() ? dse::Headers() : found->second.arguments;
}

void FakeBroker::declare_queue(Client& client, const AmqpMethodFrame& method) {
  const auto& declare = method.as<amqp_queue_declare_t>();
  const std::string name = to_string(declare.queue);
  const auto known = queues_.find(name);
  const Declared declared{"queue", dse::read_headers(declare.arguments).headers};
  if (refuses(client, method,
              {name, known == queues_.end() ? nullptr : &known->second, declared, declare.passive != 0}))
    return;
  const bool is_new = !declare.passive && queues_.emplace(name, declared).second;
  if (is_new) set_limit(name, declared.arguments);
  const dse::ResourceIndex index = broker_.declare(name, kNow);
  broker_.make_queue(index, kNow);
  const auto state = broker_.queue_state(index);
  client.peer.send(method.channel(), AMQP_QUEUE_DECLARE_OK_METHOD,
                   amqp_queue_declare_ok_t{amqp_text(name), static_cast<std::uint32_t>(state.depth),
                                           static_cast<std::uint32_t>(state.streams)});
}

void FakeBroker::on_queue_method(Client& client, const AmqpMethodFrame& method) {
  AmqpPeer& peer = client.peer;
  const std::uint16_t channel = method.channel();
  switch (method.id()) {
    case AMQP_QUEUE_DECLARE_METHOD:
      return declare_queue(client, method);
    case AMQP_QUEUE_BIND_METHOD: {
      const auto& made = method.as<amqp_queue_bind_t>();
      bind(
          {.from = to_string(made.exchange), .to = to_string(made.queue), .key = to_string(made.routing_key)},
          made.arguments);
      return peer.send(channel, AMQP_QUEUE_BIND_OK_METHOD, amqp_queue_bind_ok_t{});
    }
    case AMQP_QUEUE_DELETE_METHOD:
      return peer.send(channel, AMQP_QUEUE_DELETE_OK_METHOD, amqp_queue_delete_ok_t{});
    default:
      throw PeerError("no such method of a queue");
  }
}

// The one option that it keeps is a length beyond which a queue refuses what is published. The queue is new.
void FakeBroker::set_limit(const std::string& queue, const dse::Headers& arguments) {
  const std::int64_t* length = arguments.find_integer("x-max-length");
  if (length == nullptr) return;
  broker_.set_options(broker_.declare(queue, kNow),
                      dse::QueueOptions{.max_length = *length, .overflow = dse::Overflow::kRejectPublish});
}

void FakeBroker::bind(dse::BindingSpec binding, const amqp_table_t& arguments) {
  binding.headers = dse::read_headers(arguments).headers;
  const dse::HeaderValue* match = binding.headers.find("x-match");
  const bool any = match != nullptr && dse::to_text(*match).starts_with("any");
  binding.match = any ? dse::HeaderMatch::kAny : dse::HeaderMatch::kAll;
  binding.headers.remove("x-match");
  broker_.bind(binding, kNow);
}

void FakeBroker::on_basic_method(Client& client, const AmqpMethodFrame& method) {
  Channel& channel = client.channels[method.channel()];
  switch (method.id()) {
    case AMQP_BASIC_QOS_METHOD:
      channel.prefetch = method.as<amqp_basic_qos_t>().prefetch_count;
      return client.peer.send(method.channel(), AMQP_BASIC_QOS_OK_METHOD, amqp_basic_qos_ok_t{});
    case AMQP_BASIC_CONSUME_METHOD:
      return consume(client, method);
    case AMQP_BASIC_PUBLISH_METHOD:
      return channel.content.begin(method);
    case AMQP_BASIC_ACK_METHOD: {
      const auto& ack = method.as<amqp_basic_ack_t>();
      return settle(channel, {.tag = ack.delivery_tag, .multiple = ack.multiple != 0});
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& nack = method.as<amqp_basic_nack_t>();
      return settle(channel, {.tag = nack.delivery_tag,
                              .multiple = nack.multiple != 0,
                              .acknowledge = false,
                              .requeue = nack.requeue != 0});
    }
    default:
      throw PeerError("no such method");
  }
}

void FakeBroker::consume(Client& client, const AmqpMethodFrame& method) {
  Channel& channel = client.channels[method.channel()];
  client.peer.send(method.channel(), AMQP_BASIC_CONSUME_OK_METHOD,
                   amqp_basic_consume_ok_t{amqp_text("consumer")});
  channel.streams.push_back(broker_.next_stream());
  streams_.push_back({&client, method.channel()});
  const std::string queue = to_string(method.as<amqp_basic_consume_t>().queue);
  deliver(broker_.open_stream(broker_.declare(queue, kNow), channel.prefetch, kNow));
}

void FakeBroker::settle(Channel& channel, const Settle& settle) {
  const auto first = settle.multiple ? channel.outstanding.begin() : channel.outstanding.find(settle.tag);
  std::vector<dse::DeliveryTag> tags;
  for (auto one = first; one != channel.outstanding.end() && one->first <= settle.tag; ++one)
    tags.push_back(one->second);
  channel.outstanding.erase(first, channel.outstanding.upper_bound(settle.tag));
  for (const dse::DeliveryTag tag : tags) {
    deliver(settle.acknowledge ? broker_.acknowledge(tag, kNow)
                               : broker_.reject(tag, {.requeue = settle.requeue}, kNow));
  }
}

void FakeBroker::on_publication(Client& client, std::uint16_t number, const PeerPublication& publication) {
  Channel& channel = client.channels[number];
  OwedConfirm owed{&client, {.tag = ++channel.published, .channel = number}};
  dse::MessageFields fields = publication.message;
  dse::Effects& effects = broker_.publish(broker_.declare(publication.exchange, kNow),
                                          dse::make_message(std::move(fields)), {}, kNow);
  owed.accepted = effects.accepted;
  if (!effects.routed && publication.mandatory) client.peer.give_back(publication, number);
  deliver(effects);
  if (!channel.confirms) return;
  if (holding_) {
    owed_.push_back(owed);
  } else {
    confirm(owed);
  }
}

void FakeBroker::confirm(const OwedConfirm& owed) {
  if (owed.accepted) return owed.client->peer.confirm(owed.confirm);
  owed.client->peer.refuse(owed.confirm);
}

void FakeBroker::deliver(dse::Effects& effects) {
  for (const dse::Delivery& delivery : std::exchange(effects.deliveries, {})) {
    const Stream& stream = streams_[delivery.stream];
    Channel& channel = stream.client->channels[stream.channel];
    channel.outstanding[++channel.delivered] = delivery.tag;
    stream.client->peer.deliver(
        {.tag = channel.delivered, .redelivered = delivery.redelivered, .channel = stream.channel},
        delivery.message->fields());
  }
}

void FakeBroker::close_channel(Client& client, std::uint16_t number) {
  const auto channel = client.channels.find(number);
  if (channel == client.channels.end()) return;
  const std::vector<dse::StreamIndex> streams = std::move(channel->second.streams);
  client.channels.erase(channel);
  for (const dse::StreamIndex stream : streams) deliver(broker_.close_stream(stream, kNow));
}

void FakeBroker::leave(Client& client) {
  client.over = true;
  std::erase_if(owed_, [&client](const OwedConfirm& owed) { return owed.client == &client; });
  client.peer.cut();
  while (!client.channels.empty()) close_channel(client, client.channels.begin()->first);
  wake_.notify();  // the thread is polling a descriptor that is closed
}
