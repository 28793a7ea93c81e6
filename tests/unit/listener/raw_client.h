// A client of a listener that sends whatever bytes it likes.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/socket.h"
#include "unit/listener/session_rig.h"

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(connect_to({.port = port})) {}

  // Waits until the listener has taken all of it.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) throw std::runtime_error("the listener has ended the connection");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  // Sends what the socket takes without waiting; returns how much that was.
  std::size_t try_send(std::string_view bytes) {
    const ssize_t count =
        ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }

  // The bytes that came next; "" at the end of the connection. Throws when nothing comes for a long time.
  std::string receive() {
    pollfd waiting{.fd = socket_.descriptor(), .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, 20'000) <= 0) throw std::runtime_error("nothing came");
    std::string bytes(65'536, '\0');
    const ssize_t count = recv(socket_.descriptor(), bytes.data(), bytes.size(), 0);
    bytes.resize(count <= 0 ? 0 : static_cast<std::size_t>(count));
    return bytes;
  }
  // All that came until the end of the connection.
  std::string receive_all() {
    for (std::string bytes = receive(); !bytes.empty(); bytes = receive()) unread_ += bytes;
    return std::exchange(unread_, {});
  }
  // The next frame. Throws at the end of the connection.
  WrittenFrame next() {
    while (true) {
      const std::vector<WrittenFrame> frames = SessionRig::frames_of(unread_);
      if (!frames.empty()) {
        unread_.erase(0, frames[0].payload.size() + dse::wire::kFrameOverheadBytes);
        return frames[0];
      }
      const std::string bytes = receive();
      if (bytes.empty()) throw std::runtime_error("the connection has ended");
      unread_ += bytes;
    }
  }
  // The next method, which must be this one; heartbeats are passed over.
  template <typename Method>
  Method expect() {
    WrittenFrame frame = next();
    while (frame.type == 8) frame = next();
    if (frame.as<Method>() == nullptr) throw std::runtime_error("another method came");
    return *frame.as<Method>();
  }

  void log_in(const std::vector<std::string>& capabilities = {}, const std::string& password = "secret") {
    send(kProtocolHeader);
    expect<dse::wire::ConnectionStart>();
    send(method_frame(0, start_ok("ann", password, capabilities)));
  }
  // The whole handshake, and a channel.
  void open(const std::vector<std::string>& capabilities = {}) {
    log_in(capabilities);
    expect<dse::wire::ConnectionTune>();
    send(method_frame(0, dse::wire::ConnectionTuneOk{2047, 131'072, 60}) +
         method_frame(0, dse::wire::ConnectionOpen{.virtual_host = "/"}) +
         method_frame(1, dse::wire::ChannelOpen{}));
    expect<dse::wire::ConnectionOpenOk>();
    expect<dse::wire::ChannelOpenOk>();
  }

 private:
  Socket socket_;
  std::string unread_;
};
