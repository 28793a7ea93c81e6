// How a run ends when the broker refuses exported messages or is silent, and what Ctrl-C does then.
#include <signal.h>

#include <chrono>

#include "attached.h"
#include "foreign_client.h"
#include "support/socket.h"
#include "support/tcp_proxy.h"

namespace {

using SteadyClock = std::chrono::steady_clock;

std::string exporting(const ProgramFixture& fixture, const std::string& exchange, int limit) {
  return fixture.write("exporting.toml",
                       "[component.generator]\nkind = \"training-generator\"\nimages = \"" + kSample +
                           "train-images-idx3-ubyte.gz\"\nlabels = \"" + kSample +
                           "train-labels-idx1-ubyte.gz\"\nto = \"digits\"\nrate = \"2000/s\"\nlimit = " +
                           std::to_string(limit) + "\n[[gateway.export]]\nfrom = \"digits\"\nexchange = \"" +
                           exchange + "\"\n");
}

std::string through(const TcpProxy& proxy, const std::string& more = "") {
  return "amqp://guest:guest@127.0.0.1:" + std::to_string(proxy.port()) + "/%2f" + more;
}

// Each of these runs would take at least this long if it waited for the broker in vain.
constexpr std::chrono::seconds kOldPatience{10};

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

}  // namespace

TEST_CASE("ending: what a full queue rejects is published again after pauses, and the reason is named") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('ending-full', **{'x-max-length': 5, 'x-overflow': 'reject-publish'})\n");
  const Outcome outcome = run_process(broker_command(
      broker.url(), {"attach", exporting(fixture, "ending-full", 50), "--out", fixture.run(), "--quiet"}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 3);
  CHECK_THAT(lines_of(outcome.err).back(),
             ContainsSubstring("exported messages were not confirmed") && ContainsSubstring("basic.nack"));
  const std::string summary = read_file(fixture.run() + "/summary.json");
  const std::size_t at = summary.find("\"export-digits.nacked\": ");
  REQUIRE(at != std::string::npos);
  const int nacked = std::stoi(summary.substr(at + 24));
  CHECK(nacked >= 45);
  CHECK(nacked < 45 * 30);  // 0.1 s, 0.2 s, ... 5 s apart: a dozen times each in 30 s
}

TEST_CASE("ending: when room is made, what was rejected arrives") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('ending-room', **{'x-max-length': 5, 'x-overflow': 'reject-publish'})\n");
  Process process(broker_command(
      broker.url(), {"attach", exporting(fixture, "ending-room", 20), "--out", fixture.run(), "--quiet"}));
  foreign_client(fixture, broker.url(),
                 "import time\nseen = set()\nend = time.time() + 60\n"
                 "while len(seen) < 20 and time.time() < end:\n"
                 "    method, properties, body = channel.basic_get('ending-room', auto_ack=True)\n"
                 "    if method: seen.add(properties.message_id)\n"
                 "assert len(seen) == 20, seen\n");
  const Outcome outcome = process.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
}

// This peer accepts connections, receives our first bytes, and never answers.
TEST_CASE("ending: Ctrl-C while the first connection is made") {
  const Socket listener = listen_on({});
  const std::string url = "amqp://guest:guest@127.0.0.1:" + std::to_string(port_of(listener)) + "/%2f";
  const ProgramFixture fixture;
  const std::string scenario = exporting(fixture, "ending", 10);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"attach", scenario}, {"node", scenario, "generator"}, {"nodes", scenario}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--out", fixture.run(), "--quiet"});
    Process process(broker_command(url, arguments));
    const Socket silent = accept_from(listener);
    const auto start = SteadyClock::now();
    process.send_when(SIGINT, [] { return true; });
    const Outcome outcome = process.wait();
    CAPTURE(command.front(), outcome.err);
    CHECK(outcome.status == 130);
    CHECK(seconds_since(start) < std::chrono::duration<double>(kOldPatience).count() / 2);
    CHECK(fixture.runs().empty());
  }
}

TEST_CASE("ending: Ctrl-C when nothing moves any more, and the results are kept") {
  const RabbitMq broker = RabbitMq::shared();
  {
    dse::Connection connection = connect_to(broker.url());
    declare_resource(connection, connection.open_channel(), "ending-stalled");
  }
  TcpProxy proxy({.target_port = broker.port()});
  const ProgramFixture fixture;
  Process process(broker_command(
      through(proxy, "?heartbeat=0"),
      {"attach", exporting(fixture, "ending-stalled", 2000), "--out", fixture.run(), "--quiet"}));
  wait_until([&] { return proxy.forwarded_bytes(TcpProxy::kToTarget) > 100'000; },
             [&] { return process.err_so_far(); });
  proxy.stall();
  const auto start = SteadyClock::now();
  process.send_when(SIGINT, [] { return true; });
  const Outcome outcome = process.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.status == 130);
  CHECK(seconds_since(start) < std::chrono::duration<double>(kOldPatience).count() / 2);
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"status\": \"interrupted\""));
}

TEST_CASE("ending: a second Ctrl-C ends the waiting for what a broker still confirms") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('ending-twice', **{'x-max-length': 5, 'x-overflow': 'reject-publish'})\n");
  Process process(broker_command(broker.url(),
                                 {"attach", exporting(fixture, "ending-twice", 50), "--out", fixture.run()}));
  wait_until([&] { return process.err_so_far().find("nacked") != std::string::npos; },
             [&] { return process.err_so_far(); });
  process.send_when(SIGINT, [] { return true; });
  process.send_when(SIGINT, [] { return true; });
  const Outcome outcome = process.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.status == 130);
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"status\": \"interrupted\""));
}
