// A gateway over the test's own broker: what goes out, what comes in, and what it counts.
#include "amqp/gateway.h"

#include <future>
#include <vector>

#include "amqp/topology.h"
#include "support/catch.h"
#include "unit/amqp/fake_broker.h"
#include "unit/amqp/manual_clock.h"
#include "unit/amqp/publishing.h"

using namespace dse;
using namespace std::chrono_literals;

namespace {

struct Joined {
  FakeBroker broker;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Gateway gateway;

  Joined()
      : gateway({.connection = {.address = parse_broker_url("amqp://there?heartbeat=0", "test"),
                                .name = "test",
                                .transport = broker.transport(),
                                .clock = clock},
                 .run = "1f",
                 .exports = {{"out"}, {"elsewhere"}},
                 .imports = {{.name = "inbox", .exchange = "out", .key = "a.#", .prefetch = 5}}}) {}

  std::vector<Imported> take(std::size_t count) {
    std::vector<Imported> taken;
    await_change(gateway.notifier(), [&] {
      for (Imported& one : gateway.take()) taken.push_back(std::move(one));
      return taken.size() >= count;
    });
    return taken;
  }
  void await_confirms() {
    await_change(gateway.notifier(), [this] { return gateway.unconfirmed() == 0; });
  }
};

MessagePtr keyed(const std::string& id, const std::string& key) {
  return make_message({.payload = Payload::copy_of("body"), .key = key, .id = id});
}

}  // namespace

TEST_CASE("gateway: what goes out comes in by its key, and is counted") {
  Joined one;
  one.gateway.write(0, keyed("0", "a.b"));
  one.gateway.write(0, keyed("1", "b"));  // no queue takes it
  one.gateway.write(1, keyed("2", "a"));  // nor this one
  one.gateway.write(0, keyed("3", "a"));
  const std::vector<Imported> taken = one.take(2);
  CHECK(taken[0].message->id() == "0");
  CHECK(taken[1].message->id() == "3");
  one.await_confirms();
  one.gateway.acknowledge(taken[0].tag);
  one.gateway.reject(taken[1].tag);
  const Gateway::Counts counts = one.gateway.counts();
  CHECK(counts.exported == 4);
  CHECK(counts.unroutable == 2);
  CHECK(counts.exports[0].unroutable == 1);
  CHECK(counts.exports[1].unroutable == 1);
  CHECK(counts.imported == 2);
  CHECK(counts.imports[0].imported == 2);
  CHECK(counts.problem == "");
}

TEST_CASE("gateway: through lost connections everything goes out and comes in once") {
  Joined one;
  one.broker.hold_confirms(true);
  one.gateway.write(0, keyed("0", "a"));
  one.gateway.write(0, keyed("1", "a"));
  std::vector<Imported> taken = one.take(2);  // the broker has both, and has not confirmed them
  one.broker.cut_all();
  one.broker.hold_confirms(false);
  one.clock->await_pause(100ms, 2);
  one.clock->advance(100ms);
  // Both come twice more: once because they were not acknowledged, once because they were published
  // again.
  const std::vector<Imported> again = one.take(4);
  for (const Imported& duplicate : again) {
    CHECK_FALSE(duplicate.message);
    one.gateway.acknowledge(duplicate.tag);
  }
  one.await_confirms();
  one.gateway.check();
  CHECK(one.gateway.counts().duplicates == 4);
  CHECK(one.gateway.counts().republished == 2);
  CHECK(one.gateway.counts().reconnects == 2);
}

TEST_CASE("gateway: what cannot be read is refused, with what is known of it") {
  Joined one;
  one.gateway.write(
      0, make_message({.key = "a", .headers = {{"text", std::string(70'000, 't')}}, .id = "large"}));
  const std::vector<Imported> taken = one.take(1);
  CHECK(taken[0].message->id() == "large");
  CHECK_THAT(taken[0].refused, ContainsSubstring("at most 65536"));
  one.gateway.reject(taken[0].tag);
  CHECK(one.gateway.counts().refused == 1);
  CHECK(one.gateway.stop_imports().empty());
  CHECK(one.gateway.settled());
  CHECK(one.gateway.take().empty());
}

TEST_CASE("gateway: what was rejected and not taken is given when the imports end") {
  const auto network = std::make_shared<PeerTransport>();
  const auto clock = std::make_shared<ManualClock>();
  auto made = std::async(std::launch::async, [&] {
    return std::make_unique<Gateway>(
        Gateway::Options{.connection = connection_to(network, clock),
                         .run = "1f",
                         .imports = {{.name = "inbox", .queue = "q", .prefetch = 5}}});
  });
  AmqpPeer peer = network->accept();
  peer.shake_hands();
  peer.accept_consumer("q");
  const std::unique_ptr<Gateway> gateway = made.get();
  peer.deliver({.tag = 1}, keyed("good", "a")->fields());
  peer.deliver_undecodable(2);
  peer.expect(AMQP_BASIC_NACK_METHOD);
  peer.cut();
  const std::vector<Imported> rejected = gateway->stop_imports();
  REQUIRE(rejected.size() == 1);  // the good one is unsettled, and comes again
  CHECK_THAT(rejected[0].refused, ContainsSubstring("cannot be decoded"));
  CHECK(gateway->counts().refused == 1);
}

TEST_CASE("gateway: while it cannot reach the broker it says why") {
  Joined one;
  one.broker.cut_all();
  await_change(one.gateway.notifier(), [&] { return one.gateway.counts().problem != ""; });
  CHECK_THAT(one.gateway.counts().problem, ContainsSubstring("has closed the connection"));
}

TEST_CASE("gateway: an exchange that is there is used as it is, of whatever type") {
  FakeBroker broker;
  const ConnectionOptions options{.address = parse_broker_url("amqp://there?heartbeat=0", "test"),
                                  .name = "test",
                                  .transport = broker.transport()};
  Connection other(options);
  const ChannelNumber channel = other.open_channel();
  assert_exchange(other, channel, "copies", {.type = ExchangeType::kFanout, .alternate = "rest"});
  Gateway gateway({.connection = options,
                   .run = "1f",
                   .exports = {{"copies"}, {"new"}},
                   .imports = {{.name = "inbox", .exchange = "copies", .key = "no key", .prefetch = 5}}});
  gateway.write(0, keyed("0", "a"));
  std::vector<Imported> taken;
  await_change(gateway.notifier(), [&] {
    taken = gateway.take();
    return !taken.empty();
  });
  CHECK(taken[0].message->id() == "0");
  CHECK(has_exchange(other, "new"));
  CHECK_NOTHROW(assert_exchange(other, channel, "new"));  // it was made as a topic exchange
}

TEST_CASE("gateway: a queue that is read has to be there") {
  const FakeBroker broker;
  Gateway::Options options{.connection = {.address = parse_broker_url("amqp://there?heartbeat=0", "test"),
                                          .name = "test",
                                          .transport = broker.transport()},
                           .run = "1f",
                           .imports = {{.name = "inbox", .queue = "missing"}}};
  try {
    const Gateway gateway(options);
    FAIL("it was there");
  } catch (const ChannelClosed& closed) {
    CHECK(closed.code() == AMQP_NOT_FOUND);
    CHECK_THAT(closed.what(), ContainsSubstring("missing") && ContainsSubstring("never declared"));
  }
}
