#include "amqp/login.h"

#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <string_view>

#include "amqp/properties.h"

namespace dse {
namespace {

constexpr int kFrameBytesMax = 131072;  // what RabbitMQ offers

[[noreturn]] void fail(const std::string& broker, const std::string& text) {
  throw BrokerError(fmt::format("broker {}: {}", broker, text));
}

// The certificate must have the URL's host among its names, or its addresses if it is one. OpenSSL compares,
// as rabbitmq-c 0.11 would not find an address.
void expect_host(X509_VERIFY_PARAM* expected, const BrokerAddress& address) {
  const char* host = address.host.c_str();
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  int set = 0;
  // What inet_pton does not read, such as 010.0.0.1, other functions read in different ways.
  if (inet_pton(AF_INET, host, bytes.data()) == 1) {
    set = X509_VERIFY_PARAM_set1_ip(expected, bytes.data(), sizeof(in_addr));
  } else if (inet_pton(AF_INET6, host, bytes.data()) == 1) {
    set = X509_VERIFY_PARAM_set1_ip(expected, bytes.data(), sizeof(in6_addr));
  } else if (!address.host.empty()) {
    set = X509_VERIFY_PARAM_set1_host(expected, host, address.host.size());
  }
  if (set != 1) fail(address.describe(), "its host cannot be compared with a certificate's");
}

amqp_socket_t* tls_socket(amqp_connection_state_t state, const BrokerAddress& address) {
  amqp_socket_t* socket = amqp_ssl_socket_new(state);
  if (socket == nullptr) fail(address.describe(), "TLS is not available");
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

void open_socket(amqp_connection_state_t state, const ConnectionOptions& options) {
  const BrokerAddress& address = options.address;
  amqp_socket_t* socket = address.tls ? tls_socket(state, address) : amqp_tcp_socket_new(state);
  if (socket == nullptr) fail(address.describe(), "there is no memory for a socket");
  timeval timeout = to_timeval(options.timeout);
  const int status = amqp_socket_open_noblock(socket, address.host.c_str(), address.port, &timeout);
  if (status != AMQP_STATUS_OK) throw_not_connected(address.describe(), status);
  // A peer that is silent while we write would hold us up for a quarter of an hour.
  if (address.heartbeat_s > 0) {
    const unsigned silence_ms = static_cast<unsigned>(address.heartbeat_s) * 2 * 1000;
    setsockopt(amqp_socket_get_sockfd(socket), IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_ms, sizeof silence_ms);
  }
}

// `text` must outlive the result.
amqp_table_entry_t text_entry(const char* name, std::string_view text) {
  amqp_table_entry_t entry{amqp_cstring_bytes(name), {}};
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = amqp_text(text);
  return entry;
}

amqp_table_entry_t capability(const char* name) {
  amqp_table_entry_t entry{amqp_cstring_bytes(name), {}};
  entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  entry.value.value.boolean = 1;
  return entry;
}

amqp_rpc_reply_t shake_hands(amqp_connection_state_t state, const ConnectionOptions& options) {
  const BrokerAddress& address = options.address;
  std::array capabilities = {capability("connection.blocked"), capability("consumer_cancel_notify"),
                             capability("authentication_failure_close"), capability("basic.nack"),
                             capability("publisher_confirms")};
  amqp_table_entry_t of_client{amqp_cstring_bytes("capabilities"), {}};
  of_client.value.kind = AMQP_FIELD_KIND_TABLE;
  of_client.value.value.table = {static_cast<int>(capabilities.size()), capabilities.data()};
  std::array properties = {of_client, text_entry("connection_name", options.name),
                           text_entry("product", "dse")};
  const amqp_table_t table{static_cast<int>(properties.size()), properties.data()};
  constexpr int kNoLimit = 0;
  if (address.external) {
    return amqp_login_with_properties(state, address.vhost.c_str(), kNoLimit, kFrameBytesMax,
                                      address.heartbeat_s, &table, AMQP_SASL_METHOD_EXTERNAL,
                                      address.user.c_str());
  }
  return amqp_login_with_properties(state, address.vhost.c_str(), kNoLimit, kFrameBytesMax,
                                    address.heartbeat_s, &table, AMQP_SASL_METHOD_PLAIN, address.user.c_str(),
                                    address.password.c_str());
}

void check_login(const amqp_rpc_reply_t& reply, const BrokerAddress& address) {
  const std::string broker = address.describe();
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
  if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
    const auto& close = *static_cast<const amqp_connection_close_t*>(reply.reply.decoded);
    if (close.reply_code == AMQP_ACCESS_REFUSED) {
      fail(broker,
           fmt::format("refuses the login of user '{}': check the name and the password (DSE_AMQP_URL or "
                       "--password-file)",
                       address.user));
    }
    if (close.reply_code == AMQP_NOT_ALLOWED) {
      fail(broker, fmt::format("{}; check the vhost '{}' of the URL and that user '{}' may use it",
                               to_string(close.reply_text), address.vhost, address.user));
    }
    throw_closed(broker, close.reply_code, to_string(close.reply_text));
  }
  const int status = reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION ? reply.library_error
                                                                         : AMQP_STATUS_CONNECTION_CLOSED;
  if (status == AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD) {
    fail(broker,
         fmt::format("does not offer the login {}: {}", address.external ? "EXTERNAL" : "PLAIN",
                     address.external ? "enable rabbitmq_auth_mechanism_ssl there, or log in by password"
                                      : "give a certificate (--cert, --key)"));
  }
  throw_not_connected(broker, status);
}

// What means the same whether the connection is being made or was there.
void throw_if_silent_or_closed(const std::string& broker, int status) {
  switch (status) {
    case AMQP_STATUS_HEARTBEAT_TIMEOUT:
      throw ConnectionLost(fmt::format("broker {} has been silent for too long", broker));
    case AMQP_STATUS_CONNECTION_CLOSED:
    case AMQP_STATUS_SOCKET_CLOSED:
      throw ConnectionLost(fmt::format("broker {} has closed the connection", broker));
    case AMQP_STATUS_SSL_ERROR:
      throw ConnectionLost(fmt::format("broker {}: the TLS connection broke: check that it runs", broker));
    default:
      return;
  }
}

// Classes and methods of AMQP 0-9-1 that advice is given for.
constexpr int kExchangeClass = 40;
constexpr int kQueueClass = 50;
constexpr int kDeclareMethod = 10;

std::string advice_on_precondition(const AmqpMethod& method, const std::string& text) {
  if (text.find("acknowledgement") != std::string::npos && text.find("timed out") != std::string::npos)
    return "; a message was with a component for longer than the broker's consumer_timeout: make "
           "`service` or the prefetch smaller, or raise consumer_timeout on the broker";
  const bool declares = (method.class_id == kExchangeClass || method.class_id == kQueueClass) &&
                        method.method_id == kDeclareMethod;
  if (!declares) return "";
  return "; it is there with other properties: choose another name, or, if nobody needs what is in it, "
         "delete it on the broker";
}

}  // namespace

timeval to_timeval(std::chrono::milliseconds time) {
  return {.tv_sec = time.count() / 1000, .tv_usec = time.count() % 1000 * 1000};
}

void AmqpStateCloser::operator()(amqp_connection_state_t state) const {
  const timeval patience = {.tv_sec = 1, .tv_usec = 0};
  amqp_set_rpc_timeout(state, &patience);
  amqp_connection_close(state, AMQP_REPLY_SUCCESS);
  amqp_destroy_connection(state);
}

AmqpState log_in(const ConnectionOptions& options) {
  AmqpState state(amqp_new_connection());
  if (state == nullptr) fail(options.address.describe(), "there is no memory for a connection");
  const timeval timeout = to_timeval(options.timeout);
  amqp_set_handshake_timeout(state.get(), &timeout);
  amqp_set_rpc_timeout(state.get(), &timeout);
  open_socket(state.get(), options);
  check_login(shake_hands(state.get(), options), options.address);
  return state;
}

void throw_not_connected(const std::string& broker, int status) {
  throw_if_silent_or_closed(broker, status);
  switch (status) {
    case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED:
      throw ConnectionLost(fmt::format("broker {}: its host name does not resolve: check the URL", broker));
    case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
      fail(broker,
           "its certificate does not verify, or is for another host: name the authority that signed it with "
           "--ca, and the host in the URL as the certificate has it");
    case AMQP_STATUS_SSL_CONNECTION_FAILED:
      // A broker that goes down in the middle of the handshake looks the same.
      throw ConnectionLost(fmt::format(
          "broker {}: TLS failed: check that TLS is spoken on this port, and name our certificate "
          "with --cert and --key if it wants one",
          broker));
    case AMQP_STATUS_SOCKET_ERROR:
    case AMQP_STATUS_TCP_ERROR:
      throw ConnectionLost(
          fmt::format("broker {} cannot be reached: check the host and the port, and that it runs", broker));
    case AMQP_STATUS_TIMEOUT:
      throw ConnectionLost(
          fmt::format("broker {} does not answer: check that AMQP is spoken on this port", broker));
    default:
      throw ConnectionLost(fmt::format("broker {}: {}; check that AMQP 0-9-1 is spoken on this port", broker,
                                       amqp_error_string2(status)));
  }
}

void throw_broken(const std::string& broker, int status) {
  throw_if_silent_or_closed(broker, status);
  switch (status) {
    case AMQP_STATUS_SOCKET_ERROR:
    case AMQP_STATUS_TCP_ERROR:
      throw ConnectionLost(fmt::format("broker {}: the connection broke: check that it runs", broker));
    case AMQP_STATUS_TIMEOUT:
      throw ConnectionLost(fmt::format("broker {} does not answer: check that it runs", broker));
    case AMQP_STATUS_BAD_AMQP_DATA:
    case AMQP_STATUS_INVALID_PARAMETER:  // of a table that it decodes, such as an entry without a name
      throw UndecodableData(fmt::format(
          "broker {} sent what cannot be decoded: check that AMQP 0-9-1 is spoken on this port", broker));
    case AMQP_STATUS_TABLE_TOO_BIG:
      fail(broker, "the headers of a message do not fit a frame: make them shorter");
    default:
      fail(broker, fmt::format("{}: nothing is known that would mend it; please report what led to it",
                               amqp_error_string2(status)));
  }
}

void throw_closed(const std::string& broker, int code, const std::string& text) {
  const std::string message = fmt::format("broker {} has closed the connection: {}", broker, text);
  // It goes down, or an operator closed it: it may be back.
  if (code == AMQP_CONNECTION_FORCED || code == AMQP_INTERNAL_ERROR) throw ConnectionLost(message);
  throw BrokerError(message);
}

std::string advice_for(int code, const AmqpMethod& method, const std::string& text) {
  if (text.find("message size") != std::string::npos)
    return "; make the messages smaller, or raise max_message_size on the broker";
  switch (code) {
    case AMQP_ACCESS_REFUSED:
      if (text.find("reserved prefix") != std::string::npos)
        return "; names that begin with amq. are the broker's own: choose another one";
      return "; give the user this permission (rabbitmqctl set_permissions) or use another one";
    case AMQP_NOT_FOUND:
      return "; it was deleted, or never declared";
    case AMQP_PRECONDITION_FAILED:
      return advice_on_precondition(method, text);
    case AMQP_RESOURCE_LOCKED:
      return "; another connection has it for itself";
    default:
      return "";
  }
}

}  // namespace dse
