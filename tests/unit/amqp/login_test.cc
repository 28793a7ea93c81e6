#include "amqp/login.h"

#include "amqp/broker_error.h"
#include "support/catch.h"

using namespace dse;

namespace {

constexpr AmqpMethod kExchangeDeclare{40, 10};
constexpr AmqpMethod kQueueDeclare{50, 10};
constexpr AmqpMethod kNone{0, 0};

}  // namespace

TEST_CASE("advice: that of a declaration is for declarations") {
  const std::string text = "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'x' in vhost '/'";
  for (const AmqpMethod& method : {kExchangeDeclare, kQueueDeclare})
    CHECK_THAT(advice_for(406, method, text), ContainsSubstring("other properties"));
  CHECK(advice_for(406, kNone, "PRECONDITION_FAILED - unknown delivery tag 3") == "");
}

TEST_CASE("advice: a consumer that is too slow for the broker is not told to delete its queue") {
  const std::string advice =
      advice_for(406, kNone,
                 "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: "
                 "60000 ms. This timeout value can be configured, see consumers doc guide to learn more");
  CHECK_THAT(advice, ContainsSubstring("consumer_timeout") && !ContainsSubstring("delete"));
}

TEST_CASE("advice: a name that is the broker's own is no matter of permissions") {
  const std::string advice = advice_for(
      403, kExchangeDeclare, "ACCESS_REFUSED - exchange name 'amq.x' contains reserved prefix 'amq.*'");
  CHECK_THAT(advice, ContainsSubstring("choose another") && !ContainsSubstring("permission"));
  CHECK_THAT(advice_for(403, kExchangeDeclare, "ACCESS_REFUSED - access to exchange 'x' refused"),
             ContainsSubstring("set_permissions"));
}

TEST_CASE("statuses of the library: only what is about the connection is a lost connection") {
  const auto is_lost = [](int status) {
    try {
      throw_broken("b", status);
    } catch (const ConnectionLost&) {
      return true;
    } catch (const BrokerError&) {
      return false;
    }
  };
  for (const int status :
       {AMQP_STATUS_SOCKET_ERROR, AMQP_STATUS_TCP_ERROR, AMQP_STATUS_CONNECTION_CLOSED,
        AMQP_STATUS_SOCKET_CLOSED, AMQP_STATUS_HEARTBEAT_TIMEOUT, AMQP_STATUS_SSL_ERROR, AMQP_STATUS_TIMEOUT})
    CHECK(is_lost(status));
  for (const int status :
       {AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_INVALID_PARAMETER, AMQP_STATUS_TABLE_TOO_BIG,
        AMQP_STATUS_UNKNOWN_METHOD, AMQP_STATUS_WRONG_METHOD, AMQP_STATUS_UNEXPECTED_STATE})
    CHECK_FALSE(is_lost(status));
  CHECK_THROWS_AS(throw_broken("b", AMQP_STATUS_BAD_AMQP_DATA), UndecodableData);
  CHECK_THROWS_WITH(throw_broken("b", AMQP_STATUS_SOCKET_ERROR), !ContainsSubstring("cannot be reached"));
}
