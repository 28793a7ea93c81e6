#include "unit/amqp/amqp_peer.h"

#include <amqp_tcp_socket.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "amqp/properties.h"
#include "unit/amqp/peer_error.h"

using dse::amqp_text;
using dse::to_string;

namespace {

constexpr std::size_t kFrameHeaderBytes = 7;
constexpr std::size_t kBufferBytes = 256 * 1024;

void add_number(std::string& bytes, std::uint64_t number, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(at, size)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string name_of(amqp_method_number_t id) {
  const char* name = amqp_method_name(id);
  return name == nullptr ? fmt::format("method {:#x}", id) : name;
}

std::string properties_bytes(amqp_basic_properties_t properties) {
  std::string buffer(kBufferBytes, '\0');
  const int size = amqp_encode_properties(AMQP_BASIC_CLASS, &properties, amqp_text(buffer));
  if (size < 0) throw PeerError("properties cannot be encoded");
  buffer.resize(static_cast<std::size_t>(size));
  return buffer;
}

}  // namespace

struct AmqpMethodFrame::Pool {
  Pool() { init_amqp_pool(&pool, 4096); }
  ~Pool() { empty_amqp_pool(&pool); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  amqp_pool_t pool{};
};

AmqpMethodFrame::AmqpMethodFrame(const AmqpFrame& frame)
    : pool_(std::make_shared<Pool>()), channel_(frame.channel) {
  id_ = static_cast<amqp_method_number_t>(number_at(frame.payload, 0, 4));
  // The fields point into the pool's memory, so that copies may share it.
  const std::size_t size = frame.payload.size() - 4;
  void* arguments = amqp_pool_alloc(&pool_->pool, size + 1);
  std::memcpy(arguments, frame.payload.data() + 4, size);
  if (amqp_decode_method(id_, &pool_->pool, {size, arguments}, &decoded_) < 0)
    throw PeerError(name_of(id_) + " cannot be decoded");
}

void AmqpPeer::shake_hands(const Login& login) {
  expect_protocol_header();
  send_start(login);
  expect(AMQP_CONNECTION_START_OK_METHOD);
  send_tune(login);
  expect(AMQP_CONNECTION_TUNE_OK_METHOD);
  answer(AMQP_CONNECTION_OPEN_METHOD, AMQP_CONNECTION_OPEN_OK_METHOD, amqp_connection_open_ok_t{});
}

void AmqpPeer::expect_protocol_header() {
  while (!take_protocol_header()) await_bytes();
}

bool AmqpPeer::take_protocol_header() {
  constexpr std::string_view kHeader("AMQP\0\0\x09\x01", 8);
  if (unread_.size() < kHeader.size()) return false;
  if (!unread_.starts_with(kHeader)) throw PeerError("what came first is no protocol header");
  unread_.erase(0, kHeader.size());
  return true;
}

void AmqpPeer::send_start(const Login& login) {
  send(0, AMQP_CONNECTION_START_METHOD,
       amqp_connection_start_t{.version_major = 0,
                               .version_minor = 9,
                               .server_properties = amqp_empty_table,
                               .mechanisms = amqp_text(login.mechanisms),
                               .locales = amqp_text("en_US")});
}

void AmqpPeer::send_tune(const Login& login) {
  send(0, AMQP_CONNECTION_TUNE_METHOD,
       amqp_connection_tune_t{login.channel_max, login.frame_max, login.heartbeat_s});
}

AmqpMethodFrame AmqpPeer::expect(amqp_method_number_t id) {
  while (true) {
    const AmqpFrame frame = receive();
    if (frame.type == AMQP_FRAME_HEARTBEAT) continue;
    if (frame.type != AMQP_FRAME_METHOD)
      throw PeerError(fmt::format("a frame of type {} came in place of {}", frame.type, name_of(id)));
    AmqpMethodFrame method(frame);
    if (method.id() != id)
      throw PeerError(fmt::format("{} came in place of {}", name_of(method.id()), name_of(id)));
    return method;
  }
}

PeerPublication AmqpPeer::expect_publish() {
  ContentReader content;
  content.begin(expect(AMQP_BASIC_PUBLISH_METHOD));
  while (true) {
    if (std::optional<PeerPublication> publication = content.add(receive())) return *publication;
  }
}

void AmqpPeer::expect_end() {
  while (true) {
    while (const std::optional<AmqpFrame> frame = take_frame()) {
      if (frame->type != AMQP_FRAME_METHOD) continue;
      if (AmqpMethodFrame(*frame).id() != AMQP_CONNECTION_CLOSE_METHOD) continue;
      send(0, AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t{});
      return;
    }
    pollfd waited{descriptor(), POLLIN, 0};
    if (poll(&waited, 1, std::chrono::milliseconds(kLongestWait).count()) == 0)
      throw PeerError("the connection goes on");
    if (!read_some()) return;
  }
}

std::uint16_t AmqpPeer::answer_channel_open() {
  return answer(AMQP_CHANNEL_OPEN_METHOD, AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{}).channel();
}

void AmqpPeer::answer_declare(const std::string& queue, std::uint32_t messages) {
  answer(AMQP_QUEUE_DECLARE_METHOD, AMQP_QUEUE_DECLARE_OK_METHOD,
         amqp_queue_declare_ok_t{amqp_text(queue), messages, 1});
}

void AmqpPeer::accept_consumer(const std::string& queue) {
  answer_channel_open();
  answer_declare(queue, 0);
  answer(AMQP_BASIC_QOS_METHOD, AMQP_BASIC_QOS_OK_METHOD, amqp_basic_qos_ok_t{});
  answer(AMQP_BASIC_CONSUME_METHOD, AMQP_BASIC_CONSUME_OK_METHOD,
         amqp_basic_consume_ok_t{amqp_text("consumer")});
}

void AmqpPeer::confirm(const Confirm& confirm) {
  send(confirm.channel, AMQP_BASIC_ACK_METHOD, amqp_basic_ack_t{confirm.tag, confirm.multiple});
}

void AmqpPeer::refuse(const Confirm& confirm) {
  send(confirm.channel, AMQP_BASIC_NACK_METHOD, amqp_basic_nack_t{confirm.tag, confirm.multiple, 0});
}

void AmqpPeer::deliver(const PeerDelivery& delivery, const dse::MessageFields& message) {
  send(delivery.channel, AMQP_BASIC_DELIVER_METHOD,
       amqp_basic_deliver_t{.consumer_tag = amqp_text(delivery.consumer),
                            .delivery_tag = delivery.tag,
                            .redelivered = delivery.redelivered,
                            .exchange = amqp_text("exchange"),
                            .routing_key = amqp_text(message.key)});
  send_content(delivery.channel, message);
}

void AmqpPeer::deliver_undecodable(std::uint64_t tag, Undecodable how) {
  send(1, AMQP_BASIC_DELIVER_METHOD,
       amqp_basic_deliver_t{.consumer_tag = amqp_text("consumer"),
                            .delivery_tag = tag,
                            .exchange = amqp_text("exchange"),
                            .routing_key = amqp_text("k")});
  constexpr std::string_view kNoName("\0t\1", 3);
  constexpr std::string_view kNoType("\1hZ\1", 4);
  const std::string_view entry = how == Undecodable::kNoName ? kNoName : kNoType;
  std::string properties("\x20\0", 2);  // only headers
  add_number(properties, entry.size(), 4);
  send_content_header(1, 0, properties.append(entry));
}

void AmqpPeer::give_back(const PeerPublication& publication, std::uint16_t channel) {
  send(channel, AMQP_BASIC_RETURN_METHOD,
       amqp_basic_return_t{.reply_code = AMQP_NO_ROUTE,
                           .reply_text = amqp_text("NO_ROUTE"),
                           .exchange = amqp_text(publication.exchange),
                           .routing_key = amqp_text(publication.message.key)});
  send_content(channel, publication.message);
}

void AmqpPeer::close_connection(const Reply& reply) {
  send(0, AMQP_CONNECTION_CLOSE_METHOD,
       amqp_connection_close_t{.reply_code = static_cast<std::uint16_t>(reply.code),
                               .reply_text = amqp_text(reply.text),
                               .class_id = static_cast<std::uint16_t>(reply.about >> 16),
                               .method_id = static_cast<std::uint16_t>(reply.about & 0xFFFF)});
}

void AmqpPeer::close_channel(std::uint16_t channel, const Reply& reply) {
  send(channel, AMQP_CHANNEL_CLOSE_METHOD,
       amqp_channel_close_t{.reply_code = static_cast<std::uint16_t>(reply.code),
                            .reply_text = amqp_text(reply.text),
                            .class_id = static_cast<std::uint16_t>(reply.about >> 16),
                            .method_id = static_cast<std::uint16_t>(reply.about & 0xFFFF)});
}

void AmqpPeer::send_content(std::uint16_t channel, const dse::MessageFields& message) {
  constexpr std::size_t kBodyFrameBytesMax = 131072 - 8;
  amqp_basic_properties_t properties = dse::to_properties(message);
  dse::AmqpTable headers(message.headers);
  properties.headers = headers.table();
  const std::span<const std::byte> bytes = message.payload.bytes();
  const std::string_view body(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  send_content_header(channel, body.size(), properties_bytes(properties));
  for (std::size_t at = 0; at < body.size(); at += kBodyFrameBytesMax)
    send_frame({AMQP_FRAME_BODY, channel, std::string(body.substr(at, kBodyFrameBytesMax))});
}

void AmqpPeer::send_content_header(std::uint16_t channel, std::uint64_t body_bytes,
                                   const std::string& properties) {
  std::string payload;
  add_number(payload, AMQP_BASIC_CLASS, 2);
  add_number(payload, 0, 2);  // the weight, which is unused
  add_number(payload, body_bytes, 8);
  send_frame({AMQP_FRAME_HEADER, channel, payload + properties});
}

std::string AmqpPeer::frame_bytes(const AmqpFrame& frame) {
  std::string bytes;
  add_number(bytes, frame.type, 1);
  add_number(bytes, frame.channel, 2);
  add_number(bytes, frame.payload.size(), 4);
  bytes += frame.payload;
  add_number(bytes, AMQP_FRAME_END, 1);
  return bytes;
}

std::string AmqpPeer::encoded(amqp_method_number_t id, void* method) {
  std::string payload;
  add_number(payload, id, 4);
  std::string buffer(kBufferBytes, '\0');
  const int size = amqp_encode_method(id, method, amqp_text(buffer));
  if (size < 0) throw PeerError(name_of(id) + " cannot be encoded");
  return payload + buffer.substr(0, static_cast<std::size_t>(size));
}

void AmqpPeer::send_frame(const AmqpFrame& frame) { send_bytes(frame_bytes(frame)); }

void AmqpPeer::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // the other end has closed, which the next read notices
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool AmqpPeer::read_some() {
  std::array<char, 65536> buffer;
  const ssize_t had = recv(descriptor(), buffer.data(), buffer.size(), 0);
  if (had <= 0) return false;
  unread_.append(buffer.data(), static_cast<std::size_t>(had));
  return true;
}

std::optional<AmqpFrame> AmqpPeer::take_frame() {
  if (unread_.size() < kFrameHeaderBytes) return std::nullopt;
  const std::size_t size = number_at(unread_, 3, 4);
  const std::size_t whole = kFrameHeaderBytes + size + 1;
  if (unread_.size() < whole) return std::nullopt;
  if (static_cast<unsigned char>(unread_[whole - 1]) != AMQP_FRAME_END) throw PeerError("a frame has no end");
  AmqpFrame frame{.type = static_cast<std::uint8_t>(unread_[0]),
                  .channel = static_cast<std::uint16_t>(number_at(unread_, 1, 2)),
                  .payload = unread_.substr(kFrameHeaderBytes, size)};
  unread_.erase(0, whole);
  return frame;
}

AmqpFrame AmqpPeer::receive() {
  while (true) {
    if (std::optional<AmqpFrame> frame = take_frame()) return *frame;
    await_bytes();
  }
}

void AmqpPeer::await_bytes() {
  pollfd waited{descriptor(), POLLIN, 0};
  if (poll(&waited, 1, std::chrono::milliseconds(kLongestWait).count()) == 0)
    throw PeerError("nothing comes");
  if (!read_some()) throw PeerError("the other end has gone");
}

void ContentReader::begin(const AmqpMethodFrame& publish) {
  const auto& method = publish.as<amqp_basic_publish_t>();
  publication_ = {.exchange = to_string(method.exchange), .mandatory = method.mandatory != 0};
  publication_.message.key = to_string(method.routing_key);
  properties_.clear();
  body_.clear();
  body_bytes_ = 0;
}

std::optional<PeerPublication> ContentReader::add(const AmqpFrame& frame) {
  if (frame.type == AMQP_FRAME_HEADER) {
    body_bytes_ = number_at(frame.payload, 4, 8);
    properties_ = frame.payload.substr(12);
  } else if (frame.type == AMQP_FRAME_BODY) {
    body_ += frame.payload;
  } else {
    throw PeerError("a message is cut short by another frame");
  }
  if (body_.size() < body_bytes_) return std::nullopt;
  amqp_pool_t pool;
  init_amqp_pool(&pool, 4096);
  amqp_message_t message{};
  void* decoded = nullptr;
  amqp_decode_properties(AMQP_BASIC_CLASS, &pool, amqp_text(properties_), &decoded);
  message.properties = *static_cast<amqp_basic_properties_t*>(decoded);
  message.body = amqp_text(body_);
  std::string key = std::move(publication_.message.key);
  publication_.message = dse::read_message(message).fields;
  publication_.message.key = std::move(key);
  empty_amqp_pool(&pool);
  return std::move(publication_);
}

void PeerTransport::open(amqp_connection_state_t_* state, const dse::BrokerAddress& address,
                         std::chrono::milliseconds) const {
  std::array<int, 2> ends{};
  const std::lock_guard lock(mutex_);
  ++attempts_;
  opened_.notify_all();
  if (!reachable_) throw dse::ConnectionLost("broker " + address.describe() + " cannot be reached");
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw PeerError("there is no pair of sockets");
  waiting_.emplace_back(ends[1]);
  // rabbitmq-c waits in poll(), and reads until nothing is left. It closes the socket.
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  amqp_tcp_socket_set_sockfd(amqp_tcp_socket_new(state), ends[0]);
  if (notifier_ != nullptr) notifier_->notify();
}

AmqpPeer PeerTransport::accept() {
  std::unique_lock lock(mutex_);
  if (!opened_.wait_for(lock, kLongestWait, [this] { return !waiting_.empty(); }))
    throw PeerError("nobody opens a connection");
  AmqpPeer peer(std::move(waiting_.front()));
  waiting_.pop_front();
  return peer;
}

std::optional<AmqpPeer> PeerTransport::try_accept() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  AmqpPeer peer(std::move(waiting_.front()));
  waiting_.pop_front();
  return peer;
}

void PeerTransport::set_reachable(bool reachable) {
  const std::lock_guard lock(mutex_);
  reachable_ = reachable;
}

int PeerTransport::attempts() const {
  const std::lock_guard lock(mutex_);
  return attempts_;
}

void PeerTransport::set_notifier(const dse::Notifier* opened) {
  const std::lock_guard lock(mutex_);
  notifier_ = opened;
}
