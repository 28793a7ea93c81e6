#include "listener/server_properties.h"

#include <string>

#include "core/version.h"

namespace dse {

Headers server_properties() {
  const Headers capabilities = {
      {"authentication_failure_close", true}, {"basic.nack", true},          {"connection.blocked", true},
      {"consumer_cancel_notify", true},       {"consumer_priorities", true}, {"direct_reply_to", true},
      {"exchange_exchange_bindings", true},   {"per_consumer_qos", true},    {"publisher_confirms", true}};
  return {{"capabilities", HeaderTable(capabilities)},
          {"cluster_name", std::string("dse")},
          {"information", std::string("A Data Service Exchange that speaks RabbitMQ's dialect of AMQP")},
          {"platform", std::string("dse ") + version()},
          {"product", std::string("RabbitMQ")},
          {"version", std::string("3.10.8")}};
}

}  // namespace dse
