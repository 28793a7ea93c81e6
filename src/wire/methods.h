// The methods of AMQP 0-9-1 that a broker and its clients exchange, with RabbitMQ's extensions
// (amqp-rabbitmq-0.9.1.xml), as plain values: one struct a method, its arguments under the names of
// the specification. Reserved arguments are left out: they are written as zeros, and ignored when
// they are read.
//
// `fields` names the arguments to a reader or writer in their order on the wire. Texts are short
// strings (at most 255 bytes) unless it calls them long; several flags in a row share their bytes.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>

#include "dse/headers.h"

namespace dse::wire {

struct MethodId {
  std::uint16_t class_id = 0;
  std::uint16_t method_id = 0;
  auto operator<=>(const MethodId&) const = default;
};

// --- connection ---

struct ConnectionStart {
  static constexpr MethodId kId{10, 10};
  std::uint8_t version_major = 0;
  std::uint8_t version_minor = 9;
  Headers server_properties = {};
  std::string mechanisms = {};  // separated by spaces
  std::string locales = "en_US";
  static void fields(auto& self, auto& field) {
    field.octet(self.version_major);
    field.octet(self.version_minor);
    field.table(self.server_properties);
    field.long_text(self.mechanisms);
    field.long_text(self.locales);
  }
};
struct ConnectionStartOk {
  static constexpr MethodId kId{10, 11};
  Headers client_properties = {};
  std::string mechanism = {};
  std::string response = {};
  std::string locale = {};
  static void fields(auto& self, auto& field) {
    field.table(self.client_properties);
    field.text(self.mechanism);
    field.long_text(self.response);
    field.text(self.locale);
  }
};
struct ConnectionSecure {
  static constexpr MethodId kId{10, 20};
  std::string challenge = {};
  static void fields(auto& self, auto& field) { field.long_text(self.challenge); }
};
struct ConnectionSecureOk {
  static constexpr MethodId kId{10, 21};
  std::string response = {};
  static void fields(auto& self, auto& field) { field.long_text(self.response); }
};
struct ConnectionTune {
  static constexpr MethodId kId{10, 30};
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat = 0;  // seconds
  static void fields(auto& self, auto& field) {
    field.short_integer(self.channel_max);
    field.long_integer(self.frame_max);
    field.short_integer(self.heartbeat);
  }
};
struct ConnectionTuneOk {
  static constexpr MethodId kId{10, 31};
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat = 0;
  static void fields(auto& self, auto& field) {
    field.short_integer(self.channel_max);
    field.long_integer(self.frame_max);
    field.short_integer(self.heartbeat);
  }
};
struct ConnectionOpen {
  static constexpr MethodId kId{10, 40};
  std::string virtual_host = {};
  static void fields(auto& self, auto& field) {
    field.text(self.virtual_host);
    field.reserved_text();
    field.reserved_flag();
  }
};
struct ConnectionOpenOk {
  static constexpr MethodId kId{10, 41};
  static void fields(auto&, auto& field) { field.reserved_text(); }
};
struct ConnectionClose {
  static constexpr MethodId kId{10, 50};
  std::uint16_t reply_code = 0;
  std::string reply_text = {};
  MethodId cause = {};  // the method that failed; zeros for none
  static void fields(auto& self, auto& field) {
    field.short_integer(self.reply_code);
    field.text(self.reply_text);
    field.short_integer(self.cause.class_id);
    field.short_integer(self.cause.method_id);
  }
};
struct ConnectionCloseOk {
  static constexpr MethodId kId{10, 51};
  static void fields(auto&, auto&) {}
};
struct ConnectionBlocked {
  static constexpr MethodId kId{10, 60};
  std::string reason = {};
  static void fields(auto& self, auto& field) { field.text(self.reason); }
};
struct ConnectionUnblocked {
  static constexpr MethodId kId{10, 61};
  static void fields(auto&, auto&) {}
};
struct ConnectionUpdateSecret {
  static constexpr MethodId kId{10, 70};
  std::string new_secret = {};
  std::string reason = {};
  static void fields(auto& self, auto& field) {
    field.long_text(self.new_secret);
    field.text(self.reason);
  }
};
struct ConnectionUpdateSecretOk {
  static constexpr MethodId kId{10, 71};
  static void fields(auto&, auto&) {}
};

// --- channel ---

struct ChannelOpen {
  static constexpr MethodId kId{20, 10};
  static void fields(auto&, auto& field) { field.reserved_text(); }
};
struct ChannelOpenOk {
  static constexpr MethodId kId{20, 11};
  static void fields(auto&, auto& field) { field.reserved_long_text(); }
};
struct ChannelFlow {
  static constexpr MethodId kId{20, 20};
  bool active = false;
  static void fields(auto& self, auto& field) { field.flags(self.active); }
};
struct ChannelFlowOk {
  static constexpr MethodId kId{20, 21};
  bool active = false;
  static void fields(auto& self, auto& field) { field.flags(self.active); }
};
struct ChannelClose {
  static constexpr MethodId kId{20, 40};
  std::uint16_t reply_code = 0;
  std::string reply_text = {};
  MethodId cause = {};
  static void fields(auto& self, auto& field) {
    field.short_integer(self.reply_code);
    field.text(self.reply_text);
    field.short_integer(self.cause.class_id);
    field.short_integer(self.cause.method_id);
  }
};
struct ChannelCloseOk {
  static constexpr MethodId kId{20, 41};
  static void fields(auto&, auto&) {}
};

// --- access, which RabbitMQ answers and otherwise ignores ---

struct AccessRequest {
  static constexpr MethodId kId{30, 10};
  std::string realm = {};
  bool exclusive = false;
  bool passive = true;
  bool active = true;
  bool write = true;
  bool read = true;
  static void fields(auto& self, auto& field) {
    field.text(self.realm);
    field.flags(self.exclusive, self.passive, self.active, self.write, self.read);
  }
};
struct AccessRequestOk {
  static constexpr MethodId kId{30, 11};
  std::uint16_t ticket = 1;
  static void fields(auto& self, auto& field) { field.short_integer(self.ticket); }
};

// --- exchange ---

struct ExchangeDeclare {
  static constexpr MethodId kId{40, 10};
  std::string exchange = {};
  std::string type = "direct";
  bool passive = false;
  bool durable = false;
  bool auto_delete = false;
  bool internal = false;
  bool no_wait = false;
  Headers arguments = {};
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.exchange);
    field.text(self.type);
    field.flags(self.passive, self.durable, self.auto_delete, self.internal, self.no_wait);
    field.table(self.arguments);
  }
};
struct ExchangeDeclareOk {
  static constexpr MethodId kId{40, 11};
  static void fields(auto&, auto&) {}
};
struct ExchangeDelete {
  static constexpr MethodId kId{40, 20};
  std::string exchange = {};
  bool if_unused = false;
  bool no_wait = false;
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.exchange);
    field.flags(self.if_unused, self.no_wait);
  }
};
struct ExchangeDeleteOk {
  static constexpr MethodId kId{40, 21};
  static void fields(auto&, auto&) {}
};
struct ExchangeBind {
  static constexpr MethodId kId{40, 30};
  std::string destination = {};
  std::string source = {};
  std::string routing_key = {};
  bool no_wait = false;
  Headers arguments = {};
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.destination);
    field.text(self.source);
    field.text(self.routing_key);
    field.flags(self.no_wait);
    field.table(self.arguments);
  }
};
struct ExchangeBindOk {
  static constexpr MethodId kId{40, 31};
  static void fields(auto&, auto&) {}
};
struct ExchangeUnbind {
  static constexpr MethodId kId{40, 40};
  std::string destination = {};
  std::string source = {};
  std::string routing_key = {};
  bool no_wait = false;
  Headers arguments = {};
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.destination);
    field.text(self.source);
    field.text(self.routing_key);
    field.flags(self.no_wait);
    field.table(self.arguments);
  }
};
struct ExchangeUnbindOk {
  static constexpr MethodId kId{40, 51};
  static void fields(auto&, auto&) {}
};

// --- queue ---

struct QueueDeclare {
  static constexpr MethodId kId{50, 10};
  std::string queue = {};
  bool passive = false;
  bool durable = false;
  bool exclusive = false;
  bool auto_delete = false;
  bool no_wait = false;
  Headers arguments = {};
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.queue);
    field.flags(self.passive, self.durable, self.exclusive, self.auto_delete, self.no_wait);
    field.table(self.arguments);
  }
};
struct QueueDeclareOk {
  static constexpr MethodId kId{50, 11};
  std::string queue = {};
  std::uint32_t message_count = 0;
  std::uint32_t consumer_count = 0;
  static void fields(auto& self, auto& field) {
    field.text(self.queue);
    field.long_integer(self.message_count);
    field.long_integer(self.consumer_count);
  }
};
struct QueueBind {
  static constexpr MethodId kId{50, 20};
  std::string queue = {};
  std::string exchange = {};
  std::string routing_key = {};
  bool no_wait = false;
  Headers arguments = {};
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.queue);
    field.text(self.exchange);
    field.text(self.routing_key);
    field.flags(self.no_wait);
    field.table(self.arguments);
  }
};
struct QueueBindOk {
  static constexpr MethodId kId{50, 21};
  static void fields(auto&, auto&) {}
};
struct QueuePurge {
  static constexpr MethodId kId{50, 30};
  std::string queue = {};
  bool no_wait = false;
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.queue);
    field.flags(self.no_wait);
  }
};
struct QueuePurgeOk {
  static constexpr MethodId kId{50, 31};
  std::uint32_t message_count = 0;
  static void fields(auto& self, auto& field) { field.long_integer(self.message_count); }
};
struct QueueDelete {
  static constexpr MethodId kId{50, 40};
  std::string queue = {};
  bool if_unused = false;
  bool if_empty = false;
  bool no_wait = false;
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.queue);
    field.flags(self.if_unused, self.if_empty, self.no_wait);
  }
};
struct QueueDeleteOk {
  static constexpr MethodId kId{50, 41};
  std::uint32_t message_count = 0;
  static void fields(auto& self, auto& field) { field.long_integer(self.message_count); }
};
struct QueueUnbind {
  static constexpr MethodId kId{50, 50};
  std::string queue = {};
  std::string exchange = {};
  std::string routing_key = {};
  Headers arguments = {};
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.queue);
    field.text(self.exchange);
    field.text(self.routing_key);
    field.table(self.arguments);
  }
};
struct QueueUnbindOk {
  static constexpr MethodId kId{50, 51};
  static void fields(auto&, auto&) {}
};

// --- basic ---

struct BasicQos {
  static constexpr MethodId kId{60, 10};
  std::uint32_t prefetch_size = 0;
  std::uint16_t prefetch_count = 0;
  bool global = false;
  static void fields(auto& self, auto& field) {
    field.long_integer(self.prefetch_size);
    field.short_integer(self.prefetch_count);
    field.flags(self.global);
  }
};
struct BasicQosOk {
  static constexpr MethodId kId{60, 11};
  static void fields(auto&, auto&) {}
};
struct BasicConsume {
  static constexpr MethodId kId{60, 20};
  std::string queue = {};
  std::string consumer_tag = {};
  bool no_local = false;
  bool no_ack = false;
  bool exclusive = false;
  bool no_wait = false;
  Headers arguments = {};
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.queue);
    field.text(self.consumer_tag);
    field.flags(self.no_local, self.no_ack, self.exclusive, self.no_wait);
    field.table(self.arguments);
  }
};
struct BasicConsumeOk {
  static constexpr MethodId kId{60, 21};
  std::string consumer_tag = {};
  static void fields(auto& self, auto& field) { field.text(self.consumer_tag); }
};
struct BasicCancel {
  static constexpr MethodId kId{60, 30};
  std::string consumer_tag = {};
  bool no_wait = false;
  static void fields(auto& self, auto& field) {
    field.text(self.consumer_tag);
    field.flags(self.no_wait);
  }
};
struct BasicCancelOk {
  static constexpr MethodId kId{60, 31};
  std::string consumer_tag = {};
  static void fields(auto& self, auto& field) { field.text(self.consumer_tag); }
};
// Content follows it, as it follows basic.return, basic.deliver and basic.get-ok.
struct BasicPublish {
  static constexpr MethodId kId{60, 40};
  std::string exchange = {};
  std::string routing_key = {};
  bool mandatory = false;
  bool immediate = false;
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.exchange);
    field.text(self.routing_key);
    field.flags(self.mandatory, self.immediate);
  }
};
struct BasicReturn {
  static constexpr MethodId kId{60, 50};
  std::uint16_t reply_code = 0;
  std::string reply_text = {};
  std::string exchange = {};
  std::string routing_key = {};
  static void fields(auto& self, auto& field) {
    field.short_integer(self.reply_code);
    field.text(self.reply_text);
    field.text(self.exchange);
    field.text(self.routing_key);
  }
};
struct BasicDeliver {
  static constexpr MethodId kId{60, 60};
  std::string consumer_tag = {};
  std::uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string exchange = {};
  std::string routing_key = {};
  static void fields(auto& self, auto& field) {
    field.text(self.consumer_tag);
    field.long_long_integer(self.delivery_tag);
    field.flags(self.redelivered);
    field.text(self.exchange);
    field.text(self.routing_key);
  }
};
struct BasicGet {
  static constexpr MethodId kId{60, 70};
  std::string queue = {};
  bool no_ack = false;
  static void fields(auto& self, auto& field) {
    field.reserved_short();
    field.text(self.queue);
    field.flags(self.no_ack);
  }
};
struct BasicGetOk {
  static constexpr MethodId kId{60, 71};
  std::uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string exchange = {};
  std::string routing_key = {};
  std::uint32_t message_count = 0;
  static void fields(auto& self, auto& field) {
    field.long_long_integer(self.delivery_tag);
    field.flags(self.redelivered);
    field.text(self.exchange);
    field.text(self.routing_key);
    field.long_integer(self.message_count);
  }
};
struct BasicGetEmpty {
  static constexpr MethodId kId{60, 72};
  static void fields(auto&, auto& field) { field.reserved_text(); }
};
// From a client it settles a delivery; from a broker it confirms a publication.
struct BasicAck {
  static constexpr MethodId kId{60, 80};
  std::uint64_t delivery_tag = 0;
  bool multiple = false;
  static void fields(auto& self, auto& field) {
    field.long_long_integer(self.delivery_tag);
    field.flags(self.multiple);
  }
};
struct BasicReject {
  static constexpr MethodId kId{60, 90};
  std::uint64_t delivery_tag = 0;
  bool requeue = true;
  static void fields(auto& self, auto& field) {
    field.long_long_integer(self.delivery_tag);
    field.flags(self.requeue);
  }
};
struct BasicRecoverAsync {
  static constexpr MethodId kId{60, 100};
  bool requeue = false;
  static void fields(auto& self, auto& field) { field.flags(self.requeue); }
};
struct BasicRecover {
  static constexpr MethodId kId{60, 110};
  bool requeue = false;
  static void fields(auto& self, auto& field) { field.flags(self.requeue); }
};
struct BasicRecoverOk {
  static constexpr MethodId kId{60, 111};
  static void fields(auto&, auto&) {}
};
struct BasicNack {
  static constexpr MethodId kId{60, 120};
  std::uint64_t delivery_tag = 0;
  bool multiple = false;
  bool requeue = true;
  static void fields(auto& self, auto& field) {
    field.long_long_integer(self.delivery_tag);
    field.flags(self.multiple, self.requeue);
  }
};

// --- confirm and tx ---

struct ConfirmSelect {
  static constexpr MethodId kId{85, 10};
  bool no_wait = false;
  static void fields(auto& self, auto& field) { field.flags(self.no_wait); }
};
struct ConfirmSelectOk {
  static constexpr MethodId kId{85, 11};
  static void fields(auto&, auto&) {}
};
struct TxSelect {
  static constexpr MethodId kId{90, 10};
  static void fields(auto&, auto&) {}
};
struct TxCommit {
  static constexpr MethodId kId{90, 20};
  static void fields(auto&, auto&) {}
};
struct TxRollback {
  static constexpr MethodId kId{90, 30};
  static void fields(auto&, auto&) {}
};

// What a client may send.
using ClientMethod =
    std::variant<ConnectionStartOk, ConnectionSecureOk, ConnectionTuneOk, ConnectionOpen, ConnectionClose,
                 ConnectionCloseOk, ConnectionUpdateSecret, ChannelOpen, ChannelFlow, ChannelFlowOk,
                 ChannelClose, ChannelCloseOk, AccessRequest, ExchangeDeclare, ExchangeDelete, ExchangeBind,
                 ExchangeUnbind, QueueDeclare, QueueBind, QueuePurge, QueueDelete, QueueUnbind, BasicQos,
                 BasicConsume, BasicCancel, BasicCancelOk, BasicPublish, BasicGet, BasicAck, BasicReject,
                 BasicRecoverAsync, BasicRecover, BasicNack, ConfirmSelect, TxSelect, TxCommit, TxRollback>;

// What a broker may send.
using ServerMethod =
    std::variant<ConnectionStart, ConnectionSecure, ConnectionTune, ConnectionOpenOk, ConnectionClose,
                 ConnectionCloseOk, ConnectionBlocked, ConnectionUnblocked, ConnectionUpdateSecretOk,
                 ChannelOpenOk, ChannelFlow, ChannelFlowOk, ChannelClose, ChannelCloseOk, AccessRequestOk,
                 ExchangeDeclareOk, ExchangeDeleteOk, ExchangeBindOk, ExchangeUnbindOk, QueueDeclareOk,
                 QueueBindOk, QueuePurgeOk, QueueDeleteOk, QueueUnbindOk, BasicQosOk, BasicConsumeOk,
                 BasicCancel, BasicCancelOk, BasicReturn, BasicDeliver, BasicGetOk, BasicGetEmpty, BasicAck,
                 BasicNack, BasicRecoverOk, ConfirmSelectOk>;

}  // namespace dse::wire
