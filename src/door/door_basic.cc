// Messages that clients publish, get and settle, and what channels set for them.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "door/caller.h"
#include "door/queue_arguments.h"
#include "dse/more_properties.h"
#include "wire/content_header.h"

namespace dse {
namespace {

constexpr std::string_view kReplyQueue = "amq.rabbitmq.reply-to";
constexpr std::int64_t kLongestExpirationMs = 315'360'000'000;

// As RabbitMQ reads an expiration (rabbit_basic: parse_expiration); empty when it is one.
std::string wrong_expiration(const std::string& text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const std::size_t first_digit = at;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  if (at == first_digit) return "no_integer";
  if (at < text.size()) return fmt::format("{{leftover_string,\"{}\"}}", text.substr(at));
  const bool negative = text[0] == '-';
  const std::string digits = text.substr(first_digit);
  constexpr std::size_t kDigitsOfLongest = 12;
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  const std::string number = digits.substr(zeros);
  if (negative && number != "0") return fmt::format("{{value_negative,-{}}}", number);
  if (number.size() > kDigitsOfLongest || std::stoll(number) > kLongestExpirationMs)
    return fmt::format("{{value_too_large,{}}}", number);
  return {};
}

// What the consumer asks for, as far as it goes.
std::int32_t priority_in(const Headers& arguments, std::string_view queue) {
  const HeaderValue* value = arguments.find("x-priority");
  if (value == nullptr) return 0;
  const std::int64_t* number = integer_of(*value);
  if (number == nullptr) {
    throw ClientRefusal(ReplyCode::kPreconditionFailed,
                        fmt::format("invalid arg 'x-priority' for {}: \"expected integer, got {}\"", queue,
                                    amqp_type_name(*value)));
  }
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(*number, INT32_MIN, INT32_MAX));
}

MessagePtr with_reply_to(const Message& message, const std::string& address) {
  MessageFields fields = message.fields();
  fields.more.edit().reply_to = address;
  fields.more.note_changed(MoreProperties::kReplyToChanged);
  return make_message(std::move(fields));
}

// The keys in these headers are an array; of its values RabbitMQ takes the texts.
void require_key_array(const Headers& headers, std::string_view name) {
  const HeaderValue* value = headers.find(name);
  if (value == nullptr || std::holds_alternative<HeaderArray>(*value)) return;
  throw ClientRefusal(ReplyCode::kPreconditionFailed,
                      fmt::format("invalid message: {{unacceptable_type_in_header,\"{}\",{}}}", name,
                                  amqp_type_name(*value)));
}

}  // namespace

void Door::perform(Caller& caller, const wire::ChannelFlow& method) {
  if (!method.active) throw ClientRefusal(ReplyCode::kNotImplemented, "active=false");
  reply(caller.index(), caller.channel.number, wire::ChannelFlowOk{.active = true});
}

void Door::perform(Caller& caller, const wire::AccessRequest&) {
  reply(caller.index(), caller.channel.number, wire::AccessRequestOk{});
}

void Door::perform(Caller& caller, const wire::ConfirmSelect& method) {
  if (!caller.channel.published) caller.channel.published = 0;
  if (!method.no_wait) reply(caller.index(), caller.channel.number, wire::ConfirmSelectOk{});
}

template <typename Method>
void Door::perform(Caller&, const Method&) {
  if constexpr (std::is_same_v<Method, wire::TxSelect> || std::is_same_v<Method, wire::TxCommit> ||
                std::is_same_v<Method, wire::TxRollback>) {
    throw ClientRefusal(ReplyCode::kNotImplemented, "transactions: use publisher confirms");
  } else {
    throw ClientRefusal(ReplyCode::kCommandInvalid, "unimplemented method");
  }
}

void Door::perform_any(Caller& caller, const wire::ClientMethod& method) {
  std::visit([&](const auto& one) { perform(caller, one); }, method);
}

const ClientChannel::Target& Door::target_of(Caller& caller, const std::string& exchange) {
  ClientChannel::Target& target = caller.channel.target;
  if (target.catalogue_version == catalogue_.version() && target.exchange == exchange) return target;
  if (!caller.rules().may_write(exchange)) refuse_access(caller.rules().exchange_refusal(exchange));
  const DeclaredExchange& found = required_exchange(exchange);
  if (found.internal) {
    throw ClientRefusal(ReplyCode::kAccessRefused,
                        fmt::format("cannot publish to internal {}", exchange_text(exchange)));
  }
  target = {.catalogue_version = catalogue_.version(),
            .exchange = exchange,
            .resource = found.resource,
            .is_topic = found.type == ExchangeType::kTopic};
  return target;
}

// The message as it is published, once RabbitMQ would take it.
MessagePtr Door::checked_message(Caller& caller, const ClientPublication& publication) {
  const MessagePtr& message = publication.message;
  const MessageFields& fields = message->fields();
  MessagePtr result = message;
  if (fields.more.any()) {
    const MoreProperties& more = *fields.more;
    if (more.reply_to == kReplyQueue) {
      if (!caller.channel.reply_consumer)
        throw ClientRefusal(ReplyCode::kPreconditionFailed, "fast reply consumer does not exist");
      result = with_reply_to(*message, caller.channel.reply_consumer->address);
    }
    if (wire::says_expiration(more)) {
      if (const std::string wrong = wrong_expiration(more.expiration); !wrong.empty()) {
        throw ClientRefusal(ReplyCode::kPreconditionFailed,
                            fmt::format("invalid expiration '{}': {}", more.expiration, wrong));
      }
    }
    if (more.delivery_mode.value_or(2) != 1 && more.delivery_mode.value_or(2) != 2) {
      throw ClientRefusal(ReplyCode::kPreconditionFailed,
                          fmt::format("invalid message: {{delivery_mode_unknown,{}}}", *more.delivery_mode));
    }
  }
  require_key_array(fields.headers, "CC");
  require_key_array(fields.headers, "BCC");
  const ClientChannel::Target& target = caller.channel.target;
  if (target.is_topic && !caller.rules().may_write_topic(target.exchange, fields.key))
    refuse_access(caller.rules().topic_refusal(target.exchange, fields.key));
  const std::string& user = fields.more->user_id;
  if (!user.empty() && user != caller.client.opened.user) {
    throw ClientRefusal(ReplyCode::kPreconditionFailed,
                        fmt::format("user_id property set to '{}' but authenticated user was '{}'", user,
                                    caller.client.opened.user));
  }
  return result;
}

void Door::perform(Caller& caller, const ClientPublication& publication) {
  if (publication.method.immediate) throw ClientRefusal(ReplyCode::kNotImplemented, "immediate=true");
  const ResourceIndex exchange = target_of(caller, publication.method.exchange).resource;
  ClientChannel& channel = caller.channel;
  const MessagePtr message = checked_message(caller, publication);
  message->set_entered_ns(now_ns_);
  const ClientIndex client = caller.index();
  const bool answers = publication.method.exchange.empty() && deliver_replies(message);
  std::optional<ResourceIndex> overfull;
  bool accepted = true;
  bool returned = false;
  bool routed = true;
  BusEvent event = on_bus([&](Broker& broker) -> Effects& {
    Effects& effects =
        broker.publish(exchange, message,
                       {.mandatory = publication.method.mandatory, .publisher = channel.publisher}, now_ns_);
    accepted = effects.accepted;
    returned = static_cast<bool>(effects.returned);
    routed = effects.routed;
    overfull = effects.overfull;
    return effects;
  });
  const EventCode not_routed = returned ? EventCode::kReturned : EventCode::kUnroutable;
  // An answer has come to somebody, though mandatory or not it counts as not routed to its writer.
  event.kind = routed || answers ? EventCode::kPublished : not_routed;
  event.resource = exchange;
  event.message = message;
  if (returned) {
    reply(client, channel.number,
          wire::BasicReturn{.reply_code = static_cast<std::uint16_t>(ReplyCode::kNoRoute),
                            .reply_text = std::string(wire::name_of(ReplyCode::kNoRoute)),
                            .exchange = publication.method.exchange,
                            .routing_key = publication.method.routing_key},
          message);
  }
  if (channel.published) {
    const std::uint64_t number = ++*channel.published;
    if (accepted) {
      reply(client, channel.number, wire::BasicAck{.delivery_tag = number});
    } else {
      reply(client, channel.number, wire::BasicNack{.delivery_tag = number, .requeue = false});
    }
  }
  tell(client, event);
  if (accepted || !overfull) return;
  const std::string queue = queue_text(bus_.broker().name(*overfull));
  throw ClientRefusal(ReplyCode::kResourceError, fmt::format("{} holds {} messages and takes no more", queue,
                                                             bus_.broker().load(*overfull).waiting));
}

// Each key of the message may be the address of an answer. Returns whether somebody got it.
bool Door::deliver_replies(const MessagePtr& message) {
  std::vector<std::string_view> keys = routing_keys(*message);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  bool delivered = false;
  for (const std::string_view key : keys) {
    if (key.starts_with(kReplyQueue)) delivered = deliver_reply(key, message) || delivered;
  }
  return delivered;
}

// To whom the answer of this key is addressed. The message then has been delivered, though no queue took it.
bool Door::deliver_reply(std::string_view key, const MessagePtr& message) {
  const auto found = reply_addresses_.find(key);
  if (found == reply_addresses_.end()) return false;
  ClientState* client = find_client(found->second.first);
  ClientChannel& channel = *client->channels.at(found->second.second);
  BusEvent event(EventCode::kDelivered, kNoResource, message);
  reply(client->index, channel.number,
        wire::BasicDeliver{.consumer_tag = channel.reply_consumer->tag,
                           .delivery_tag = channel.deliveries.skip(),
                           .redelivered = false,
                           .exchange = "",
                           .routing_key = message->key()},
        message);
  bus_.broker().pass_gate(client->gate, static_cast<std::int64_t>(message->payload().size()));
  count_sent(*client, *message);
  watcher_.on_client(client->index, event);
  return true;
}

void Door::perform(Caller& caller, const wire::BasicQos& method) {
  if (method.prefetch_size != 0) {
    throw ClientRefusal(ReplyCode::kNotImplemented,
                        fmt::format("prefetch_size!=0 ({})", method.prefetch_size));
  }
  ClientChannel& channel = caller.channel;
  if (method.global) {
    channel.global_prefetch = method.prefetch_count;
  } else {
    channel.prefetch = method.prefetch_count;
    channel.global_prefetch = 0;
  }
  const BusEvent event = on_bus(
      [&](Broker& broker) -> Effects& { return broker.set_gate(channel.gate, limits_of(channel), now_ns_); });
  reply(caller.index(), channel.number, wire::BasicQosOk{});
  pass_on(event);
}

// The consumer of direct replies.
void Door::consume_replies(Caller& caller, const wire::BasicConsume& method) {
  ClientChannel& channel = caller.channel;
  if (!method.no_ack)
    throw ClientRefusal(ReplyCode::kPreconditionFailed, "reply consumer cannot acknowledge");
  if (channel.reply_consumer)
    throw ClientRefusal(ReplyCode::kPreconditionFailed, "reply consumer already set");
  const std::string tag = method.consumer_tag.empty() ? made_name("amq.ctag-") : method.consumer_tag;
  const std::string address = made_name("amq.rabbitmq.reply-to.g1h") + made_name(".");
  channel.reply_consumer = {.tag = tag, .address = address};
  reply_addresses_.emplace(address, std::pair(caller.index(), channel.number));
  if (!method.no_wait) reply(caller.index(), channel.number, wire::BasicConsumeOk{.consumer_tag = tag});
}

void Door::perform(Caller& caller, const wire::BasicConsume& method) {
  ClientChannel& channel = caller.channel;
  const bool same_tag = channel.consumers.contains(method.consumer_tag) && !method.consumer_tag.empty();
  if (!same_tag && channel.consumers.size() >= kConsumersMax) {
    throw ClientRefusal(ReplyCode::kNotAllowed,
                        fmt::format("reached maximum ({}) of consumers per channel", kConsumersMax));
  }
  if (same_tag) {
    throw ClientRefusal(ReplyCode::kNotAllowed,
                        fmt::format("attempt to reuse consumer tag '{}'", method.consumer_tag));
  }
  if (method.queue == kReplyQueue) return consume_replies(caller, method);
  const std::string name = named_queue(channel, method.queue);
  if (!caller.rules().may_read(name)) refuse_access(caller.rules().queue_refusal(name));
  DeclaredQueue& queue = required_queue(caller, name);
  const std::int32_t priority = priority_in(method.arguments, queue_text(name));
  const std::size_t streams = bus_.broker().queue_state(queue.resource).streams;
  if (queue.in_exclusive_use || (method.exclusive && (streams > 0 || queue.single_active_consumer)))
    throw ClientRefusal(ReplyCode::kAccessRefused, fmt::format("{} in exclusive use", queue_text(name)));
  if (queue.type == QueueType::kQuorum && channel.global_prefetch > 0) {
    throw ClientRefusal(ReplyCode::kNotImplemented,
                        fmt::format("{} does not support global qos", queue_text(name)));
  }
  const std::string tag = method.consumer_tag.empty() ? made_name("amq.ctag-") : method.consumer_tag;
  require_room_for_streams();
  const StreamIndex stream = bus_.broker().next_stream();
  note_stream(stream, {.client = caller.index(),
                       .channel = channel.number,
                       .tag = tag,
                       .queue = name,
                       .acknowledges = !method.no_ack});
  channel.consumers.emplace(tag, stream);
  channel.streams.push_back(stream);
  queue.consumers.push_back(stream);
  queue.in_exclusive_use = method.exclusive;
  const ResourceIndex resource = queue.resource;
  BusEvent event = on_bus([&](Broker& broker) -> Effects& {
    return broker.open_stream(resource,
                              {.prefetch = channel.prefetch,
                               .acknowledges = !method.no_ack,
                               .gate = channel.gate,
                               .priority = priority},
                              now_ns_);
  });
  event.kind = EventCode::kStreamed;
  event.resource = resource;
  if (!method.no_wait) reply(caller.index(), channel.number, wire::BasicConsumeOk{.consumer_tag = tag});
  tell(caller.index(), event);
}

void Door::perform(Caller& caller, const wire::BasicCancel& method) {
  ClientChannel& channel = caller.channel;
  const auto done = [&] {
    if (!method.no_wait)
      reply(caller.index(), channel.number, wire::BasicCancelOk{.consumer_tag = method.consumer_tag});
  };
  if (channel.reply_consumer && channel.reply_consumer->tag == method.consumer_tag) {
    reply_addresses_.erase(channel.reply_consumer->address);
    channel.reply_consumer.reset();
    return done();
  }
  const auto found = channel.consumers.find(method.consumer_tag);
  if (found == channel.consumers.end()) return done();
  const StreamIndex stream = found->second;
  channel.consumers.erase(found);
  DeclaredQueue* queue = catalogue_.queue(stream_of(stream).queue);
  const bool has_left = queue != nullptr && std::erase(queue->consumers, stream) > 0;
  if (has_left) queue->in_exclusive_use = false;
  const BusEvent event =
      on_bus([&](Broker& broker) -> Effects& { return broker.cancel_stream(stream, now_ns_); });
  done();
  if (has_left) watcher_.on_client(caller.index(), BusEvent(EventCode::kCancelled, queue->resource));
  pass_on(event);
}

void Door::perform(Caller& caller, const wire::BasicGet& method) {
  ClientChannel& channel = caller.channel;
  const std::string name = named_queue(channel, method.queue);
  if (!caller.rules().may_read(name)) refuse_access(caller.rules().queue_refusal(name));
  const DeclaredQueue& queue = required_queue(caller, name);
  if (queue.type == QueueType::kQuorum && queue.single_active_consumer) {
    throw ClientRefusal(
        ReplyCode::kResourceLocked,
        fmt::format("cannot obtain access to locked {}. basic.get operations are not supported by "
                    "quorum queues with single active consumer",
                    queue_text(name)));
  }
  const StreamIndex getter = getter_of(caller, name, queue.resource, !method.no_ack);
  const ResourceIndex resource = queue.resource;
  const BusEvent event = on_bus([&](Broker& broker) -> Effects& { return broker.get(getter, now_ns_); });
  const auto got = std::find_if(event.to_clients.begin(), event.to_clients.end(),
                                [getter](const Delivery& one) { return one.stream == getter; });
  if (got == event.to_clients.end()) {
    reply(caller.index(), channel.number, wire::BasicGetEmpty{});
    return pass_on(event);
  }
  const std::uint64_t number = method.no_ack ? channel.deliveries.skip() : channel.deliveries.add(got->tag);
  reply(caller.index(), channel.number,
        wire::BasicGetOk{.delivery_tag = number,
                         .redelivered = got->redelivered,
                         .exchange = bus_.broker().name(got->exchange),
                         .routing_key = got->message->key(),
                         .message_count = static_cast<std::uint32_t>(bus_.broker().load(resource).waiting)},
        got->message);
  count_sent(caller.client, *got->message);
  tell_delivered(caller.index(), resource, *got, !method.no_ack);
  pass_on(event);
}

StreamIndex Door::getter_of(Caller& caller, const std::string& name, ResourceIndex queue, bool acknowledges) {
  ClientChannel& channel = caller.channel;
  const auto found = channel.getters.find({queue, acknowledges});
  if (found != channel.getters.end() && bus_.broker().stands(found->second)) return found->second;
  require_room_for_streams();
  const StreamIndex getter = bus_.broker().next_stream();
  note_stream(getter, {.client = caller.index(),
                       .channel = channel.number,
                       .queue = name,
                       .acknowledges = acknowledges,
                       .is_getter = true});
  bus_.broker().open_getter(queue, acknowledges, caller.client.gate);
  channel.streams.push_back(getter);
  channel.getters.insert_or_assign(std::pair(queue, acknowledges), getter);
  return getter;
}

void Door::deliver(Delivery& delivery) {
  const ClientStream& stream = stream_of(delivery.stream);
  if (stream.is_getter) return;  // it was told already
  ClientState* client = find_client(stream.client);
  ClientChannel& channel = *client->channels.at(stream.channel);
  const std::uint64_t number =
      stream.acknowledges ? channel.deliveries.add(delivery.tag) : channel.deliveries.skip();
  if (options_.keeps_replies) {
    reply(stream.client, stream.channel,
          wire::BasicDeliver{.consumer_tag = stream.tag,
                             .delivery_tag = number,
                             .redelivered = delivery.redelivered,
                             .exchange = bus_.broker().name(delivery.exchange),
                             .routing_key = delivery.message->key()},
          delivery.message);
  }
  count_sent(*client, *delivery.message);
  tell_delivered(stream.client, bus_.broker().resource_of(delivery.stream), delivery, stream.acknowledges);
}

// Observers hear of a delivery, and of its settlement where nobody acknowledges it.
void Door::tell_delivered(ClientIndex client, ResourceIndex queue, const Delivery& delivery,
                          bool acknowledges) {
  BusEvent event(delivery.redelivered ? EventCode::kRedelivered : EventCode::kDelivered, queue,
                 delivery.message);
  watcher_.on_client(client, event);
  if (acknowledges) return;
  event.kind = EventCode::kAcknowledged;
  watcher_.on_client(client, event);
}

void Door::settle(Caller& caller, std::uint64_t number, bool multiple) {
  settling_.clear();
  if (caller.channel.deliveries.take(number, multiple, settling_)) return;
  throw ClientRefusal(ReplyCode::kPreconditionFailed, fmt::format("unknown delivery tag {}", number));
}

void Door::perform(Caller& caller, const wire::BasicAck& method) {
  settle(caller, method.delivery_tag, method.multiple);
  const ClientIndex client = caller.index();
  for (const DeliveryTag tag : std::exchange(settling_, {})) {
    Settled settled;
    BusEvent event = on_bus([&](Broker& broker) -> Effects& {
      Effects& effects = broker.acknowledge(tag, now_ns_);
      settled = std::move(effects.settled);
      return effects;
    });
    event.kind = EventCode::kAcknowledged;
    event.resource = settled.resource;
    event.message = std::move(settled.message);
    tell(client, event);
  }
}

void Door::perform(Caller& caller, const wire::BasicReject& method) {
  give_back(caller, method.delivery_tag, false, method.requeue);
}

void Door::perform(Caller& caller, const wire::BasicNack& method) {
  give_back(caller, method.delivery_tag, method.multiple, method.requeue);
}

void Door::perform(Caller& caller, const wire::BasicRecoverAsync& method) {
  if (!method.requeue) throw ClientRefusal(ReplyCode::kNotImplemented, "requeue=false");
  if (caller.channel.deliveries.outstanding() > 0) give_back(caller, 0, true, true);
}

void Door::perform(Caller& caller, const wire::BasicRecover& method) {
  if (!method.requeue) throw ClientRefusal(ReplyCode::kNotImplemented, "requeue=false");
  const ClientIndex client = caller.index();
  const std::uint16_t channel = caller.channel.number;
  if (caller.channel.deliveries.outstanding() > 0) give_back(caller, 0, true, true);
  reply(client, channel, wire::BasicRecoverOk{});
}

void Door::give_back(Caller& caller, std::uint64_t number, bool multiple, bool requeue) {
  settle(caller, number, multiple);
  const std::vector<DeliveryTag> tags = std::exchange(settling_, {});
  if (tags.empty()) return;  // all of a channel that holds none
  const ClientIndex client = caller.index();
  const EventCode code = requeue ? EventCode::kRequeued : EventCode::kRejected;
  std::vector<Settled> settled;
  for (const DeliveryTag tag : tags) settled.push_back(bus_.broker().delivered(tag));
  BusEvent event =
      on_bus([&](Broker& broker) -> Effects& { return broker.reject(tags, {.requeue = requeue}, now_ns_); });
  event.kind = code;
  // All of them but the last are told without what follows.
  for (std::size_t at = 0; at + 1 < settled.size(); ++at)
    watcher_.on_client(client, BusEvent(code, settled[at].resource, settled[at].message));
  event.resource = settled.back().resource;
  event.message = settled.back().message;
  tell(client, event);
}

}  // namespace dse
