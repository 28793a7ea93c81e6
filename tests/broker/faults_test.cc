// Messages that cross the gateway arrive once and in order, whatever happens to the broker and the
// connections.
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include "amqp/publisher.h"
#include "attached.h"
#include "support/tcp_proxy.h"

namespace {

using std::chrono::milliseconds;

// Lets the run continue until everything has arrived, as long as there is progress, ends it, and
// returns what it printed.
Outcome end_when_all_have_come(Process& process, const ProgramFixture& fixture, std::size_t messages) {
  for (int had = 0; had < static_cast<int>(messages);) {
    REQUIRE(unfinished_run(fixture) != "");
    wait_until([&] { return captured_so_far(fixture) > had; }, [&] { return process.err_so_far(); });
    had = captured_so_far(fixture);
    std::this_thread::sleep_for(milliseconds(500));
  }
  process.send_when(SIGINT, [] { return true; });
  const Outcome outcome = process.wait();
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == 130);
  check_all_crossed(fixture.run(), messages);
  return outcome;
}

// Without this, a broker that has not noticed yet that a connection has ended gives the next one
// only the messages after those of the old one.
const dse::AmqpArguments kOneReaderAtATime = {{"x-single-active-consumer", true}};

struct Kills {
  std::size_t messages = 0;
  int times = 0;
  int between = 0;  // messages that arrive between two kills
  std::string rate;
};

// Each message goes out through the gateway and comes in through it.
void cross_while_it_is_killed(const Kills& kills) {
  RabbitMq broker;
  {
    dse::Connection connection = connect_to(broker.url());
    declare_resource(connection, connection.open_channel(), "crossing", kOneReaderAtATime);
  }
  // A RabbitMQ (3.10) that is killed may no longer route by a binding that was made since it
  // started.
  broker.restart();
  const ProgramFixture fixture;
  const std::string scenario = crossing_scenario(fixture, kills.messages, "crossing", "crossing");
  Process process(broker_command(
      broker.url(),
      {"attach", scenario, "--set", "component.generator.rate=" + kills.rate, "--out", fixture.run()}));
  for (int time = 0; time < kills.times; ++time) {
    // Something is on its way now.
    const int before = captured_so_far(fixture);
    wait_until([&] { return captured_so_far(fixture) > before + kills.between; },
               [&] { return process.err_so_far(); });
    broker.kill();
    broker.restart();
  }
  CHECK_THAT(end_when_all_have_come(process, fixture, kills.messages).out,
             !ContainsSubstring("reconnects 0"));
}

struct Faults {
  std::size_t messages = 0;
  int times = 0;
  bool tls = false;
};

// Each message goes out through the gateway and comes in through it.
void cross_while_connections_fail(const Faults& faults) {
  const RabbitMq broker = RabbitMq::shared();
  {
    dse::Connection connection = connect_to(broker.url());
    declare_resource(connection, connection.open_channel(), "faults", kOneReaderAtATime);
  }
  TcpProxy proxy({.target_port = faults.tls ? broker.tls_port() : broker.port()});
  const ProgramFixture fixture;
  const std::string scenario = crossing_scenario(fixture, faults.messages, "faults", "faults");
  // The heartbeat notices a connection that is stalled for long.
  Command command = broker_command(fmt::format("{}://guest:guest@127.0.0.1:{}/%2f?heartbeat=1",
                                               faults.tls ? "amqps" : "amqp", proxy.port()),
                                   {"attach", scenario, "--out", fixture.run()});
  if (faults.tls) {
    command.arguments.push_back("--ca");
    command.arguments.push_back(broker.ca_file());
  }
  Process process(command);
  const auto cut_in_mid_frame = [&proxy](TcpProxy::Direction direction) {
    const std::uint64_t cuts = proxy.cuts();
    proxy.cut_after(direction, 333);
    wait_until([&] { return proxy.cuts() > cuts; });
  };
  // A first connection that fails is not tried again.
  wait_until([&] { return captured_so_far(fixture) > 0; }, [&] { return process.err_so_far(); });
  for (int time = 0; time < faults.times; ++time) {
    const std::uint64_t before = proxy.forwarded_bytes(TcpProxy::kToTarget);
    wait_until([&] { return proxy.forwarded_bytes(TcpProxy::kToTarget) > before + 2'000; },
               [&] { return process.err_so_far(); });
    switch (time % 4) {
      case 0:
        proxy.cut();
        break;
      case 1:
        cut_in_mid_frame(TcpProxy::kToTarget);
        break;
      case 2:
        cut_in_mid_frame(TcpProxy::kToClient);
        break;
      default:
        proxy.stall();
        // Every fifth stall is longer than two heartbeats, so that connection is given up.
        std::this_thread::sleep_for(milliseconds(time % 20 == 3 ? 3'000 : 300));
        proxy.resume();
    }
  }
  CHECK_THAT(end_when_all_have_come(process, fixture, faults.messages).out,
             !ContainsSubstring("reconnects 0"));
}

}  // namespace

TEST_CASE("faults: 20,000 messages each way, while the broker is killed three times") {
  cross_while_it_is_killed({.messages = 20'000, .times = 3, .between = 1'000, .rate = "800/s"});
}

TEST_CASE("faults: 200,000 messages each way, while the broker is killed twenty times", "[.][full]") {
  cross_while_it_is_killed({.messages = 200'000, .times = 20, .between = 5'000, .rate = "2000/s"});
}

TEST_CASE("faults: connections that are cut, in mid-frame too, and stalled, 100 times") {
  cross_while_connections_fail({.messages = 80'000, .times = 100});
}

TEST_CASE("faults: the same with TLS, 8 times") {
  cross_while_connections_fail({.messages = 12'000, .times = 8, .tls = true});
}

TEST_CASE("faults: a publisher ends, though its broker reads nothing and has no heartbeat") {
  const RabbitMq broker = RabbitMq::shared();
  TcpProxy proxy({.target_port = broker.port()});
  const std::string url = fmt::format("amqp://guest:guest@127.0.0.1:{}/%2f?heartbeat=0", proxy.port());
  const dse::RealClock clock;
  const dse::Notifier changed(clock);
  auto publisher = std::make_unique<dse::Publisher>(
      dse::Publisher::Options{.connection = {.address = dse::parse_broker_url(url, "test"), .name = "test"},
                              .set_up = [](dse::Connection&, dse::ChannelNumber) {}},
      changed);
  const dse::Payload megabyte = dse::Payload::copy_of(std::string(1 << 20, 'x'));
  // This is more than the broker takes before it is stalled and the sockets in between hold.
  for (int i = 0; i < 2'000; ++i)
    publisher->publish({.exchange = "", .message = dse::make_message({.payload = megabyte})});
  const std::uint64_t before = proxy.forwarded_bytes(TcpProxy::kToTarget);
  wait_until([&] { return proxy.forwarded_bytes(TcpProxy::kToTarget) > before + (1 << 20); });
  proxy.stall();
  auto ended = std::async(std::launch::async, [&publisher] { publisher.reset(); });
  const bool in_time = ended.wait_for(std::chrono::seconds(30)) == std::future_status::ready;
  proxy.cut();  // makes the publisher end in any case
  CHECK(in_time);
}

TEST_CASE("faults: a broker that is short of memory is waited for") {
  constexpr std::size_t kMessages = 3'000;
  RabbitMq broker;
  {
    dse::Connection connection = connect_to(broker.url());
    declare_resource(connection, connection.open_channel(), "crossing");
  }
  broker.ctl({"set_vm_memory_high_watermark", "absolute", "1MB"});
  const ProgramFixture fixture;
  const std::string scenario = crossing_scenario(fixture, kMessages, "crossing", "crossing");
  Process process(broker_command(broker.url(), {"attach", scenario, "--out", fixture.run()}));
  wait_until([&] { return broker.ctl({"list_connections", "state"}).find("blocked") != std::string::npos; });
  broker.ctl({"set_vm_memory_high_watermark", "0.4"});
  CHECK_THAT(end_when_all_have_come(process, fixture, kMessages).err,
             ContainsSubstring("the broker asks to wait"));
}
