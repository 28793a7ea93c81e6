// The contract of a link, checked on the link to a real broker.
#include "support/link_contract.h"

#include "attached.h"
#include "support/amqp_rig.h"

TEST_CASE("link contract: the link to a broker") {
  const RabbitMq broker = RabbitMq::shared();
  for (const LinkPromise& promise : link_contract()) {
    DYNAMIC_SECTION(promise.text) {
      AmqpRig rig({.address = dse::parse_broker_url(broker.url(), "test"), .name = "test"});
      promise.check(rig);
    }
  }
}
