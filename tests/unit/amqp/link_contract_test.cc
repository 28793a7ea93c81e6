// The contract of a link, checked on the link to a real broker, with a fake broker.
#include "support/link_contract.h"

#include "support/amqp_rig.h"
#include "support/catch.h"
#include "unit/amqp/fake_broker.h"

TEST_CASE("link contract: the link to a broker") {
  for (const LinkPromise& promise : link_contract()) {
    DYNAMIC_SECTION(promise.text) {
      const FakeBroker broker;
      AmqpRig rig({.address = dse::parse_broker_url("amqp://there?heartbeat=0", "test"),
                   .name = "test",
                   .transport = broker.transport()});
      promise.check(rig);
    }
  }
}
