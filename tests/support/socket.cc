#include "support/socket.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

sockaddr_in address_of(const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  if (inet_pton(AF_INET, endpoint.address.c_str(), &address.sin_addr) != 1) {
    throw std::system_error(EINVAL, std::generic_category(), endpoint.address);
  }
  return address;
}

template <typename Value>
void set_option(const Socket& socket, int level, int name, const Value& value) {
  checked(setsockopt(socket.descriptor(), level, name, &value, sizeof value), "setsockopt");
}

// Disables Nagle's algorithm: a small write must not wait for more.
Socket without_delay(Socket socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  return socket;
}

}  // namespace

void Socket::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void Socket::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

Socket listen_on(const Endpoint& endpoint) {
  Socket listener(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  set_option(listener, SOL_SOCKET, SO_REUSEADDR, 1);
  const sockaddr_in address = address_of(endpoint);
  checked(bind(listener.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(listen(listener.descriptor(), SOMAXCONN), "listen");
  return listener;
}

Socket connect_to(const Endpoint& endpoint) {
  Socket result(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const sockaddr_in address = address_of(endpoint);
  checked(connect(result.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connect");
  return without_delay(std::move(result));
}

Socket accept_from(const Socket& listener) {
  return without_delay(
      Socket(checked(accept4(listener.descriptor(), nullptr, nullptr, SOCK_CLOEXEC), "accept")));
}

std::uint16_t port_of(const Socket& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}
