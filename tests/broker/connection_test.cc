// What a connection does with messages that AMQP cannot carry.
#include "amqp/connection.h"

#include <limits>

#include "attached.h"

TEST_CASE("connection: a header that AMQP or the broker cannot carry is no lost connection") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  const auto publish = [&](const dse::Headers& headers) {
    connection.publish(channel, {.exchange = "amq.topic", .message = {.headers = headers, .id = "m"}});
  };
  for (const dse::Headers& headers :
       {dse::Headers{{std::string(256, 'h'), std::int64_t{1}}}, dse::Headers{{"", std::int64_t{1}}},
        dse::Headers{{"h", std::numeric_limits<double>::quiet_NaN()}},
        dse::Headers{{"h", dse::HeaderArray({dse::HeaderFloat(std::numeric_limits<float>::infinity())})}}}) {
    CHECK_THROWS_WITH(publish(headers), ContainsSubstring("cannot be sent: its header") &&
                                            !ContainsSubstring("cannot be reached"));
  }
  publish({{std::string(255, 'h'), 0.5}});
  CHECK(connection.open_channel() > 0);
}
