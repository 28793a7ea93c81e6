#include "amqp/connection.h"

#include <amqp.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "amqp/login.h"
#include "amqp/properties.h"
#include "core/printable.h"
#include "message/carriage.h"

namespace dse {

struct Connection::State {
  AmqpState amqp;
  std::string broker;
  ChannelNumber channels = 0;                // numbers used so far
  std::vector<ChannelNumber> free_channels;  // numbers of closed channels

  bool spent = false;
  bool broken = false;  // rabbitmq-c has failed and must not read any more

  // Whether rabbitmq-c can return a frame.
  bool readable() const { return !broken || amqp_frames_enqueued(amqp.get()); }
  [[noreturn]] void lost(int status) {
    broken = true;
    amqp.get_deleter().says_goodbye = false;
    throw_broken(broker, status);
  }
  void check_sent(int status) {
    if (status < 0) lost(status);
  }
  // The broker refused something on `channel`, and waits for our agreement that the channel is
  // closed.
  [[noreturn]] void closed(ChannelNumber channel, const amqp_channel_close_t& close) {
    const int code = close.reply_code;
    const std::string text = to_string(close.reply_text);
    amqp_channel_close_ok_t ok{};
    amqp_send_method(amqp.get(), channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
    free_channels.push_back(channel);
    const AmqpMethod method{close.class_id, close.method_id};
    throw ChannelClosed(
        fmt::format("broker {}: {}{}", broker, printable(text), advice_for(code, method, text)), code);
  }
  [[noreturn]] void closed(const amqp_connection_close_t& close) {
    const int code = close.reply_code;
    const std::string text = to_string(close.reply_text);
    agree_to_close(amqp.get());
    amqp.get_deleter().says_goodbye = false;
    throw_closed(broker, code, text);
  }
  // Called after an operation that the broker answers.
  void check_answer(ChannelNumber channel) { check_answer(channel, amqp_get_rpc_reply(amqp.get())); }
  void check_answer(ChannelNumber channel, const amqp_rpc_reply_t& reply) {
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) lost(reply.library_error);
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION) on_method(channel, reply.reply);
    lost(AMQP_STATUS_CONNECTION_CLOSED);
  }
  void on_method(ChannelNumber channel, const amqp_method_t& method) {
    if (method.id == AMQP_CHANNEL_CLOSE_METHOD)
      closed(channel, *static_cast<const amqp_channel_close_t*>(method.decoded));
    if (method.id == AMQP_CONNECTION_CLOSE_METHOD)
      closed(*static_cast<const amqp_connection_close_t*>(method.decoded));
  }

  ReadMessage read(ChannelNumber channel);
  std::optional<AmqpEvent> event_of(ChannelNumber channel, const amqp_method_t& method);
};

ReadMessage Connection::State::read(ChannelNumber channel) {
  if (!readable()) lost(AMQP_STATUS_BAD_AMQP_DATA);
  amqp_message_t message;
  check_answer(channel, amqp_read_message(amqp.get(), channel, &message, 0));
  ReadMessage result = read_message(message);
  amqp_destroy_message(&message);
  return result;
}

std::optional<AmqpEvent> Connection::State::event_of(ChannelNumber channel, const amqp_method_t& method) {
  switch (method.id) {
    case AMQP_BASIC_DELIVER_METHOD: {
      // The message's frames should not overwrite the decoded method's memory; copying it first
      // makes sure.
      const auto deliver = *static_cast<const amqp_basic_deliver_t*>(method.decoded);
      AmqpDelivery delivery{.channel = channel,
                            .consumer = to_string(deliver.consumer_tag),
                            .tag = deliver.delivery_tag,
                            .redelivered = deliver.redelivered != 0,
                            .exchange = to_string(deliver.exchange)};
      std::string key = to_string(deliver.routing_key);
      try {
        ReadMessage message = read(channel);
        delivery.message = std::move(message.fields);
        delivery.refused = std::move(message.refused);
      } catch (const UndecodableData&) {
        spent = true;
        delivery.decoded = false;
        delivery.refused =
            "its properties or headers cannot be decoded: see that what wrote it gives each "
            "header a name, and a value of a type that AMQP has";
      }
      delivery.message.key = std::move(key);
      return delivery;
    }
    case AMQP_BASIC_RETURN_METHOD: {
      const auto returned = *static_cast<const amqp_basic_return_t*>(method.decoded);
      AmqpReturn result{.channel = channel, .exchange = to_string(returned.exchange)};
      std::string key = to_string(returned.routing_key);
      result.message = read(channel).fields;
      result.message.key = std::move(key);
      return result;
    }
    case AMQP_BASIC_ACK_METHOD: {
      const auto& ack = *static_cast<const amqp_basic_ack_t*>(method.decoded);
      return AmqpConfirm{channel, ack.delivery_tag, ack.multiple != 0, true};
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& nack = *static_cast<const amqp_basic_nack_t*>(method.decoded);
      return AmqpConfirm{channel, nack.delivery_tag, nack.multiple != 0, false};
    }
    case AMQP_BASIC_CANCEL_METHOD: {
      const auto& cancel = *static_cast<const amqp_basic_cancel_t*>(method.decoded);
      return AmqpCancelled{channel, to_string(cancel.consumer_tag)};
    }
    case AMQP_CONNECTION_BLOCKED_METHOD: {
      const auto& blocked = *static_cast<const amqp_connection_blocked_t*>(method.decoded);
      return AmqpBlocked{true, to_string(blocked.reason)};
    }
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      return AmqpBlocked{false, ""};
    default:
      on_method(channel, method);
      return std::nullopt;
  }
}

Connection::Connection(ConnectionOptions options)
    : options_(std::move(options)), state_(std::make_unique<State>()) {
  state_->broker = options_.address.describe();
  state_->amqp = log_in(options_);
}

Connection::~Connection() = default;

ChannelNumber Connection::open_channel() {
  const bool again = !state_->free_channels.empty();
  const auto channel =
      again ? state_->free_channels.back() : static_cast<ChannelNumber>(state_->channels + 1);
  amqp_channel_open(state_->amqp.get(), channel);
  state_->check_answer(channel);
  if (again) state_->free_channels.pop_back();
  state_->channels = std::max(state_->channels, channel);
  return channel;
}

void Connection::close_channel(ChannelNumber channel) {
  std::vector<ChannelNumber>& free = state_->free_channels;
  if (std::find(free.begin(), free.end(), channel) != free.end()) return;
  state_->check_answer(channel, amqp_channel_close(state_->amqp.get(), channel, AMQP_REPLY_SUCCESS));
  state_->free_channels.push_back(channel);
}

void Connection::declare_exchange(ChannelNumber channel, const std::string& name,
                                  const ExchangeDeclaration& options) {
  AmqpTable arguments(options.arguments);
  amqp_exchange_declare(state_->amqp.get(), channel, amqp_text(name), amqp_text(options.type),
                        options.passive, options.durable, options.auto_delete, 0, arguments.table());
  state_->check_answer(channel);
}

QueueInfo Connection::declare_queue(ChannelNumber channel, const std::string& name,
                                    const QueueDeclaration& options) {
  AmqpTable arguments(options.arguments);
  const amqp_queue_declare_ok_t* ok =
      amqp_queue_declare(state_->amqp.get(), channel, amqp_text(name), options.passive, options.durable,
                         options.exclusive, options.auto_delete, arguments.table());
  state_->check_answer(channel);
  return {to_string(ok->queue), ok->message_count, ok->consumer_count};
}

void Connection::bind_queue(ChannelNumber channel, const AmqpRoute& route) {
  AmqpTable arguments(route.arguments);
  amqp_queue_bind(state_->amqp.get(), channel, amqp_text(route.destination), amqp_text(route.source),
                  amqp_text(route.key), arguments.table());
  state_->check_answer(channel);
}

void Connection::bind_exchange(ChannelNumber channel, const AmqpRoute& route) {
  AmqpTable arguments(route.arguments);
  amqp_exchange_bind(state_->amqp.get(), channel, amqp_text(route.destination), amqp_text(route.source),
                     amqp_text(route.key), arguments.table());
  state_->check_answer(channel);
}

void Connection::delete_queue(ChannelNumber channel, const std::string& name, const DeleteOptions& options) {
  amqp_queue_delete(state_->amqp.get(), channel, amqp_text(name), options.if_unused, options.if_empty);
  state_->check_answer(channel);
}

void Connection::delete_exchange(ChannelNumber channel, const std::string& name,
                                 const DeleteOptions& options) {
  amqp_exchange_delete(state_->amqp.get(), channel, amqp_text(name), options.if_unused);
  state_->check_answer(channel);
}

std::uint32_t Connection::purge_queue(ChannelNumber channel, const std::string& name) {
  const amqp_queue_purge_ok_t* ok = amqp_queue_purge(state_->amqp.get(), channel, amqp_text(name));
  state_->check_answer(channel);
  return ok->message_count;
}

void Connection::select_confirms(ChannelNumber channel) {
  amqp_confirm_select(state_->amqp.get(), channel);
  state_->check_answer(channel);
}

void Connection::set_prefetch(ChannelNumber channel, std::uint16_t prefetch) {
  amqp_basic_qos(state_->amqp.get(), channel, 0, prefetch, 0);
  state_->check_answer(channel);
}

std::string Connection::consume(ChannelNumber channel, const std::string& queue) {
  const amqp_basic_consume_ok_t* ok = amqp_basic_consume(state_->amqp.get(), channel, amqp_text(queue),
                                                         amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
  state_->check_answer(channel);
  return to_string(ok->consumer_tag);
}

void Connection::publish(ChannelNumber channel, const Publication& publication) {
  const MessageFields& fields = publication.message;
  if (publication.exchange.size() > kShortTextBytesMax) {
    throw BrokerError(fmt::format(
        "broker {}: the name of exchange {:.60}... has {} bytes, more than AMQP's {}", state_->broker,
        quoted_text(publication.exchange), publication.exchange.size(), kShortTextBytesMax));
  }
  if (const std::string reason = why_not_carried(fields); !reason.empty()) {
    throw BrokerError(fmt::format("broker {}: message {:.60} cannot be sent: {}", state_->broker,
                                  quoted_text(fields.id), reason));
  }
  const std::span<const std::byte> bytes = fields.payload.bytes();
  const MoreProperties& more = *fields.more;
  amqp_basic_properties_t properties = to_properties(fields);
  AmqpTable headers(fields.headers);
  if (fields.timestamp > 0 && fields.timestamp % kNanosecondsPerSecond != 0)
    headers.set(kTimestampHeader, fields.timestamp);
  if (!publication.run.empty()) {
    headers.set(kRunHeader, publication.run);
    headers.set(kNumberHeader, publication.number);
  }
  const bool is_login = !options_.address.external && more.user_id == options_.address.user;
  if (!more.user_id.empty() && !is_login) {
    properties._flags &= ~static_cast<amqp_flags_t>(AMQP_BASIC_USER_ID_FLAG);
    headers.set(kUserHeader, more.user_id);
  }
  properties.headers = headers.table();
  const amqp_bytes_t body{bytes.size(), const_cast<std::byte*>(bytes.data())};
  state_->check_sent(amqp_basic_publish(state_->amqp.get(), channel, amqp_text(publication.exchange),
                                        amqp_text(fields.key), publication.mandatory ? 1 : 0, 0, &properties,
                                        body));
}

void Connection::settle(ChannelNumber channel, const Settlement& settlement) {
  state_->check_sent(settlement.acknowledge
                         ? amqp_basic_ack(state_->amqp.get(), channel, settlement.tag, settlement.multiple)
                         : amqp_basic_nack(state_->amqp.get(), channel, settlement.tag, settlement.multiple,
                                           settlement.requeue));
}

bool Connection::spent() const { return state_->spent; }

std::optional<AmqpEvent> Connection::wait(std::chrono::milliseconds timeout) {
  // Frames that nobody waits for, such as the rest of a message on a closed channel, are skipped;
  // at most this many at a time, because a peer may send them without end.
  constexpr int kPassedOverMax = 256;
  timeval time = to_timeval(std::max(timeout, std::chrono::milliseconds(0)));
  for (int passed_over = 0; passed_over < kPassedOverMax; ++passed_over) {
    if (state_->spent || !state_->readable()) return std::nullopt;
    amqp_maybe_release_buffers(state_->amqp.get());
    amqp_frame_t frame;
    const int status = amqp_simple_wait_frame_noblock(state_->amqp.get(), &frame, &time);
    if (status == AMQP_STATUS_TIMEOUT) return std::nullopt;
    if (status != AMQP_STATUS_OK) state_->lost(status);
    if (frame.frame_type == AMQP_FRAME_METHOD) {
      std::optional<AmqpEvent> event = state_->event_of(frame.channel, frame.payload.method);
      if (event) return event;
    }
    time = {};
  }
  return std::nullopt;
}

int Connection::descriptor() const { return amqp_get_sockfd(state_->amqp.get()); }

std::chrono::milliseconds Connection::heartbeat_interval() const {
  const int seconds = amqp_get_heartbeat(state_->amqp.get());
  return seconds == 0 ? std::chrono::minutes(1) : std::chrono::milliseconds(seconds * 1000 / 2);
}

}  // namespace dse
