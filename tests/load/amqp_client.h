// A connection of rabbitmq-c with one channel, for programs that load a broker. What goes wrong ends the
// program.
#pragma once

#include <amqp.h>
#include <amqp_tcp_socket.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

class AmqpClient {
 public:
  struct Address {
    std::string host;
    int port = 0;
    std::string user;
    std::string password;
  };

  explicit AmqpClient(const Address& address) : connection_(amqp_new_connection()) {
    constexpr int kFrameMax = 131'072;
    amqp_socket_t* socket = amqp_tcp_socket_new(connection_);
    if (amqp_socket_open(socket, address.host.c_str(), address.port) != AMQP_STATUS_OK) fail("connect");
    require(amqp_login(connection_, "/", 0, kFrameMax, 60, AMQP_SASL_METHOD_PLAIN, address.user.c_str(),
                       address.password.c_str()),
            "log in");
    amqp_channel_open(connection_, 1);
    require(amqp_get_rpc_reply(connection_), "open a channel");
  }
  ~AmqpClient() {
    if (connection_ != nullptr) amqp_destroy_connection(connection_);
  }
  AmqpClient(AmqpClient&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  AmqpClient& operator=(AmqpClient&&) = delete;

  amqp_connection_state_t get() const { return connection_; }

  void declare(const std::string& queue, bool exclusive) const {
    amqp_queue_declare(connection_, 1, amqp_cstring_bytes(queue.c_str()), 0, 0, exclusive ? 1 : 0, 0,
                       amqp_empty_table);
    require(amqp_get_rpc_reply(connection_), "declare a queue");
  }
  void publish(const std::string& queue, const std::string& body) const {
    const amqp_bytes_t bytes{body.size(), const_cast<char*>(body.data())};
    if (amqp_basic_publish(connection_, 1, amqp_empty_bytes, amqp_cstring_bytes(queue.c_str()), 0, 0, nullptr,
                           bytes) != AMQP_STATUS_OK)
      fail("publish");
  }
  // The message on its own, without waiting longer than this; false when none came.
  bool take(amqp_envelope_t& envelope, const timeval* longest) const {
    amqp_maybe_release_buffers(connection_);
    const amqp_rpc_reply_t reply = amqp_consume_message(connection_, &envelope, longest, 0);
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return true;
    if (reply.library_error != AMQP_STATUS_TIMEOUT) fail("get a message");
    return false;
  }

  [[noreturn]] static void fail(const char* what) {
    std::fprintf(stderr, "a client could not %s\n", what);
    std::exit(1);
  }
  static void require(const amqp_rpc_reply_t& reply, const char* what) {
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) fail(what);
  }

 private:
  amqp_connection_state_t connection_;
};

// As long as a picture of MNIST.
inline const std::string kLoadBody(784, 'x');

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
