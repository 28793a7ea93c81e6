// Just enough of TCP on loopback for the tests. Addresses are IPv4 in dotted notation, 127.0.0.0/8.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

// Owns a descriptor; movable.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  int descriptor() const { return descriptor_; }
  void close();
  // Closes a connection so that the peer sees a reset, not an end.
  void reset();

 private:
  int descriptor_ = -1;
};

struct Endpoint {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // to listen on: 0 for any free one
};

// These throw std::system_error.
Socket listen_on(const Endpoint& endpoint);
Socket connect_to(const Endpoint& endpoint);  // waits
Socket accept_from(const Socket& listener);   // waits
std::uint16_t port_of(const Socket& socket);
