#include "amqp/login.h"

#include <amqp_framing.h>
#include <fmt/format.h>

#include <array>
#include <string_view>

#include "amqp/properties.h"

namespace dse {
namespace {

constexpr int kFrameBytesMax = 131072;  // what RabbitMQ offers

[[noreturn]] void fail(const std::string& broker, const std::string& text) {
  throw BrokerError(fmt::format("broker {}: {}", broker, text));
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

void check_login(amqp_connection_state_t state, const amqp_rpc_reply_t& reply, const BrokerAddress& address) {
  const std::string broker = address.describe();
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
  if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
    const auto& close = *static_cast<const amqp_connection_close_t*>(reply.reply.decoded);
    agree_to_close(state);
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

// Statuses that mean the same during the login and later.
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

// The classes and methods of AMQP 0-9-1 for which there is advice.
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
  if (says_goodbye) {
    const timeval patience = {.tv_sec = 1, .tv_usec = 0};
    amqp_set_rpc_timeout(state, &patience);
    amqp_connection_close(state, AMQP_REPLY_SUCCESS);
  }
  amqp_destroy_connection(state);
}

void agree_to_close(amqp_connection_state_t state) {
  amqp_connection_close_ok_t ok{};
  amqp_send_method(state, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &ok);
}

AmqpState log_in(const ConnectionOptions& options) {
  AmqpState state(amqp_new_connection());
  if (state == nullptr) fail(options.address.describe(), "there is no memory for a connection");
  const timeval timeout = to_timeval(options.timeout);
  amqp_set_handshake_timeout(state.get(), &timeout);
  amqp_set_rpc_timeout(state.get(), &timeout);
  options.transport->open(state.get(), options.address, options.timeout);
  check_login(state.get(), shake_hands(state.get(), options), options.address);
  state.get_deleter().says_goodbye = true;
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
      // A broker that shuts down during the handshake looks the same.
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
    case AMQP_STATUS_INVALID_PARAMETER:  // for example, a table has an entry without a name
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
  // The broker is shutting down, or an operator closed the connection: trying again may succeed.
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
