// TLS as a server: its certificate, and what clients' certificates are checked with.
#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace dse {

struct TlsServerFiles {
  std::string certificate;
  std::string key;
  std::string authorities;  // "" when clients show no certificates
};

struct SslDeleter {
  void operator()(ssl_st* ssl) const;
  void operator()(ssl_ctx_st* context) const;
};
using SslPtr = std::unique_ptr<ssl_st, SslDeleter>;

class TlsServer {
 public:
  // Throws InputError that names the file which is missing or wrong.
  explicit TlsServer(const TlsServerFiles& files);

  // A connection on this socket, whose handshake is still to be done.
  SslPtr accept(int socket) const;

 private:
  std::unique_ptr<ssl_ctx_st, SslDeleter> context_;
};

}  // namespace dse
