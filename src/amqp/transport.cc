#include "amqp/transport.h"

#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <string>

#include "amqp/login.h"

namespace dse {
namespace {

[[noreturn]] void fail_for(const BrokerAddress& address, const std::string& text) {
  throw BrokerError(fmt::format("broker {}: {}", address.describe(), text));
}

// The certificate must list the URL's host among its names, or among its addresses if the host is
// one. OpenSSL compares them, because rabbitmq-c 0.11 would not find an address.
void expect_host(X509_VERIFY_PARAM* expected, const BrokerAddress& address) {
  const char* host = address.host.c_str();
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  int set = 0;
  // Addresses that inet_pton rejects, such as 010.0.0.1, are read differently by other functions.
  if (inet_pton(AF_INET, host, bytes.data()) == 1) {
    set = X509_VERIFY_PARAM_set1_ip(expected, bytes.data(), sizeof(in_addr));
  } else if (inet_pton(AF_INET6, host, bytes.data()) == 1) {
    set = X509_VERIFY_PARAM_set1_ip(expected, bytes.data(), sizeof(in6_addr));
  } else if (!address.host.empty()) {
    set = X509_VERIFY_PARAM_set1_host(expected, host, address.host.size());
  }
  if (set != 1) fail_for(address, "its host cannot be compared with a certificate's");
}

amqp_socket_t* tls_socket(amqp_connection_state_t state, const BrokerAddress& address) {
  amqp_socket_t* socket = amqp_ssl_socket_new(state);
  if (socket == nullptr) fail_for(address, "TLS is not available");
  auto* context = static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket));
  const TlsFiles& files = address.files;
  if (files.authorities.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (amqp_ssl_socket_set_cacert(socket, files.authorities.c_str()) != AMQP_STATUS_OK) {
    throw InputError({.file = files.authorities}, "is not a file of PEM certificates (--ca)");
  }
  if (!files.certificate.empty() &&
      amqp_ssl_socket_set_key(socket, files.certificate.c_str(), files.key.c_str()) != AMQP_STATUS_OK) {
    throw InputError(
        {.file = files.certificate},
        fmt::format("and '{}' are not a PEM certificate and its key (--cert, --key)", files.key));
  }
  amqp_ssl_socket_set_verify_peer(socket, 1);
  expect_host(SSL_CTX_get0_param(context), address);
  amqp_ssl_socket_set_verify_hostname(socket, 0);
  amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
  return socket;
}

}  // namespace

void NetworkTransport::open(amqp_connection_state_t_* state, const BrokerAddress& address,
                            std::chrono::milliseconds timeout) const {
  amqp_socket_t* socket = address.tls ? tls_socket(state, address) : amqp_tcp_socket_new(state);
  if (socket == nullptr) fail_for(address, "there is no memory for a socket");
  timeval longest = to_timeval(timeout);
  const int status = amqp_socket_open_noblock(socket, address.host.c_str(), address.port, &longest);
  if (status != AMQP_STATUS_OK) throw_not_connected(address.describe(), status);
  // A peer that is silent while we write would block us for a quarter of an hour.
  if (address.heartbeat_s > 0) {
    const unsigned silence_ms = static_cast<unsigned>(address.heartbeat_s) * 2 * 1000;
    setsockopt(amqp_socket_get_sockfd(socket), IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_ms, sizeof silence_ms);
  }
}

}  // namespace dse
