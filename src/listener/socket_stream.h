// The bytes of one client's socket, which does not block, with TLS or without. Its thread must block SIGPIPE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "listener/tls_server.h"

namespace dse {

class SocketStream {
 public:
  // Without `ssl` there is no TLS. Somebody else owns the socket, and closes it after this object.
  SocketStream(int socket, SslPtr ssl) : socket_(socket), ssl_(std::move(ssl)) {}

  enum class Outcome : std::uint8_t { kDone, kWaitsToRead, kWaitsToWrite, kEnded };
  struct Transfer {
    std::size_t bytes = 0;
    Outcome outcome = Outcome::kDone;
  };
  // Does the next part of TLS's handshake; done at once without TLS.
  Outcome shake_hands();
  // How many bytes there were, or what must be waited for first.
  Transfer read(std::span<char> buffer);
  Transfer write(std::string_view bytes);
  // Whether there may be more to read though the socket has nothing.
  bool has_read_ahead() const { return ssl_ != nullptr; }
  // Tells the other end that nothing more comes.
  void end_output();

  // The common name in the certificate that the client has shown, which TLS has verified; empty when there is
  // none, or more than one.
  std::optional<std::string> common_name() const;

 private:
  Transfer tls_transfer(int result);

  int socket_;
  SslPtr ssl_;
};

}  // namespace dse
