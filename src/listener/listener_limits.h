// What a listener grants its clients, so that none can hurt the process or another client.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "message/carriage.h"

namespace dse {

struct ListenerLimits {
  // What connection.tune offers: RabbitMQ's own limits, which client libraries are used to.
  std::uint16_t channel_max = 2047;
  std::uint32_t frame_max = 131'072;  // bytes
  std::uint16_t heartbeat_s = 60;
  std::uint64_t body_bytes_max = kPayloadBytesMax;

  // Before the login nobody is known, so a peer gets little: frames of AMQP's least size, RabbitMQ's time
  // (handshake_timeout), and few such connections at once, each of which holds one password at most.
  std::uint32_t frame_max_before_login = 4096;
  std::chrono::milliseconds login_time{10'000};
  std::size_t half_open_max = 128;
  // After a login that failed, RabbitMQ's time before the connection ends (SILENT_CLOSE_DELAY).
  std::chrono::milliseconds refused_time{3000};
  // A refusal waits the longer the more logins from its address have failed, up to this.
  std::chrono::milliseconds failed_login_delay_max{500};

  // A connection takes up to 64 KiB and one descriptor; twice what a large test has.
  std::size_t connections_max = 4096;
  std::size_t connections_per_user_max = 2048;

  // Commands that the deciding thread has not taken. Beyond it sockets are not read: enough for milliseconds
  // of what a listener can read, and little memory.
  std::size_t waiting_bytes_max = 16 * 1024 * 1024;
  // Replies to one client that its socket has not taken. Beyond it the socket is not read: a client that asks
  // and never reads gets no more memory than this, about 25 MB. What is delivered unasked stays below it by
  // the door's window.
  std::size_t waiting_replies_max = 100'000;
  // The memory alarm: bodies, and about what headers take, of messages that are still alive anywhere. Beyond
  // it those who publish are blocked. A process that holds so much in queues is short of consumers.
  std::uint64_t alive_bytes_max = 1024ULL * 1024 * 1024;

  // How long a connection that was told connection.close may take to answer, and a listener to end its
  // connections when it stops.
  std::chrono::milliseconds closing_time{30'000};  // RabbitMQ's CLOSING_TIMEOUT
  std::chrono::milliseconds stopping_time{3000};
};

}  // namespace dse
