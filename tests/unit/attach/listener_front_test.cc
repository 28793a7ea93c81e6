// How much the listener's clients may ask of a world: sim/attach's other parts are tested beside a real
// broker.
#include "sim/attach/listener_front.h"

#include <semaphore>

#include "support/catch.h"
#include "support/open_world.h"
#include "unit/listener/raw_client.h"

using namespace dse;
using namespace dse::wire;

TEST_CASE("listener front: a world gets nothing more before it has done what it has") {
  OpenWorld open;
  open.options.listens = true;
  World world(open.scenario, open.options, no_files());
  VirtualPace pace(1);
  Intake intake(open.scenario, world, nullptr, pace);
  std::counting_semaphore<> arrived(0);
  Listener listener({.check_password = [](const std::string&, const std::string&) { return Permissions{}; },
                     .arrived = [&arrived] { arrived.release(); }});
  ListenerFront front(listener);
  const auto waits_for_more = [&arrived] { return arrived.try_acquire_for(std::chrono::seconds(20)); };
  RawClient client(listener.port());
  client.log_in();
  client.expect<ConnectionTune>();
  client.send(method_frame(0, ConnectionTuneOk{2047, 131'072, 60}) +
              method_frame(0, ConnectionOpen{.virtual_host = "/"}));
  REQUIRE(waits_for_more());
  CHECK(front.take(intake));
  REQUIRE(world.has_commands());
  client.send(method_frame(1, ChannelOpen{}));
  REQUIRE(waits_for_more());
  CHECK_FALSE(front.take(intake));
  intake.advance_to(intake.end_ns());
  CHECK_FALSE(world.has_commands());
  CHECK(front.take(intake));
  CHECK(world.has_commands());
  intake.advance_to(intake.end_ns());
  REQUIRE(front.has_to_settle(intake));
  front.settle(intake);
  client.expect<ConnectionOpenOk>();
  client.expect<ChannelOpenOk>();
  listener.stop();
}
