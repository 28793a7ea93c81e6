// The simulator's own broker compared with a real RabbitMQ.
#include <signal.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "amqp/connection.h"
#include "sim/conform/broker_run.h"
#include "sim/conform/case_clients.h"
#include "sim/conform/case_minimiser.h"
#include "sim/conform/comparison.h"
#include "support/catch.h"
#include "support/planted_side.h"
#include "support/process.h"
#include "support/rabbitmq.h"

namespace {

Command conform(const RabbitMq& broker, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "conform");
  return {.program = DSE_BINARY, .arguments = arguments, .environment = {{"DSE_AMQP_URL", broker.url()}}};
}

bool holds_a_case(const RabbitMq& broker) {
  const std::string names = broker.ctl({"list_exchanges", "name"}) + broker.ctl({"list_queues", "name"});
  return names.find("dse-conform-") != std::string::npos;
}

// The first of some cases in which the real broker and a side with a mistake differ, minimised.
std::optional<dse::MinimisedCase> find_mistake(const dse::MakeSide& mistaken) {
  const RabbitMq broker = RabbitMq::shared();
  dse::CaseClients clients([&broker] {
    return std::make_unique<dse::Connection>(
        dse::ConnectionOptions{.address = dse::parse_broker_url(broker.url(), "test"), .name = "test"});
  });
  const dse::MakeSide real = dse::broker_runs(clients);
  const auto run = [&](const dse::ConformCase& drawn) { return dse::compare(drawn, mistaken, real); };
  const std::atomic<bool> interrupted{false};
  for (std::uint64_t number = 1; number <= 50; ++number) {
    const dse::ConformCase drawn = dse::draw_case(1, number);
    const dse::Comparison comparison = run(drawn);
    if (comparison.differs) return dse::minimise_case(drawn, comparison, run, interrupted);
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE(
    "conform: RabbitMQ, a listener and the broker in the process do the same, and nothing stays behind") {
  const RabbitMq broker = RabbitMq::shared();
  const auto outcome = run_process(conform(broker, {"--cases", "120", "--seed", "7", "--listener"}));
  CAPTURE(outcome.err);
  CHECK(outcome.out == "120 cases, no difference\n");
  CHECK(outcome.status == 0);
  CHECK_FALSE(holds_a_case(broker));
}

TEST_CASE("conform: RabbitMQ and the broker in the process do the same as time passes") {
  const RabbitMq broker = RabbitMq::shared();
  const auto outcome = run_process(conform(broker, {"--timed", "8", "--side-by-side", "8", "--seed", "7"}));
  CAPTURE(outcome.err);
  // Where the machine is busy, the broker may be too slow for some of them, which is said in another line.
  CHECK(outcome.out.starts_with("8 cases with times, no difference\n"));
  CHECK(outcome.status == 0);
  CHECK_FALSE(holds_a_case(broker));
}

TEST_CASE("conform: a prefetch that is one too large is found, and reduced to three operations") {
  const std::optional<dse::MinimisedCase> minimised = find_mistake(sides_of<HandsOutOneMore>());
  REQUIRE(minimised);
  INFO(dse::describe(minimised->comparison, {"mistaken", "RabbitMQ"}));
  CHECK(minimised->smallest.operations.size() == 3);
}

TEST_CASE("conform: a redelivery that is not told is found") {
  const std::optional<dse::MinimisedCase> minimised = find_mistake(sides_of<ForgetsRedelivery>());
  REQUIRE(minimised);
  INFO(dse::describe(minimised->comparison, {"mistaken", "RabbitMQ"}));
  CHECK(minimised->smallest.operations.size() <= 3);
}

TEST_CASE("conform: Ctrl-C says how far it got and leaves nothing behind") {
  const RabbitMq broker = RabbitMq::shared();
  Process process(conform(broker, {"--cases", "1000000"}));
  process.send_when(SIGINT, [&broker] { return holds_a_case(broker); });
  const auto outcome = process.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.status == 130);
  CHECK(outcome.out.find("interrupted after ") == 0);
  CHECK(outcome.out.find(" of 1000000 cases, no difference\n") != std::string::npos);
  CHECK_FALSE(holds_a_case(broker));
}

TEST_CASE("conform: a broker that is not there is trouble, not a difference") {
  Command command{.program = DSE_BINARY, .arguments = {"conform", "--broker", "amqp://guest@127.0.0.1:1/"}};
  const auto outcome = run_process(command);
  CHECK(outcome.status == 3);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find("127.0.0.1:1") != std::string::npos);
}
