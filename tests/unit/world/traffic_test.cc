// How much each component has written and got, and how long messages took.
#include "sim/world/traffic.h"

#include <fmt/format.h>

#include <map>

#include "support/catch.h"
#include "support/programs.h"

using namespace dse;

namespace {

std::vector<std::string> texts(const std::vector<Flow>& flows) {
  std::vector<std::string> texts;
  for (const Flow& flow : flows) {
    texts.push_back(fmt::format("{} {} written {} unroutable {} delivered {}", flow.component, flow.resource,
                                flow.written, flow.unroutable, flow.delivered));
  }
  return texts;
}

}  // namespace

TEST_CASE("what is written is counted for each exchange, in the order of the first message to it") {
  Traffic traffic;
  traffic.note_written(ResourceIndex(7), true);
  traffic.note_written(ResourceIndex(3), false);
  traffic.note_written(ResourceIndex(7), false);
  traffic.note_delivered();
  REQUIRE(traffic.written().size() == 2);
  CHECK(traffic.written()[0].exchange == ResourceIndex(7));
  CHECK(traffic.written()[0].messages == 2);
  CHECK(traffic.written()[0].unroutable == 1);
  CHECK(traffic.written()[1].exchange == ResourceIndex(3));
  CHECK(traffic.written()[1].messages == 1);
  CHECK(traffic.written()[1].unroutable == 1);
  CHECK(traffic.delivered() == 1);
}

TEST_CASE("a run's flows and latencies count every message once") {
  Simulation simulation(kHopsOf10);
  std::vector<std::string> notes;
  simulation.add("reader", noting("letters", notes));
  simulation.add("writer", writing("letters", 3), {.writes = {"letters"}});
  simulation.add("slow", writing("letters", 40, 5), {.writes = {"letters"}});
  simulation.add("alone", writing("nowhere", 2), {.writes = {"nowhere"}});
  const RunResult result = simulation.run();
  CHECK(texts(result.flows) == std::vector<std::string>{"reader letters written 0 unroutable 0 delivered 43",
                                                        "writer letters written 3 unroutable 0 delivered 0",
                                                        "slow letters written 40 unroutable 0 delivered 0",
                                                        "alone nowhere written 2 unroutable 2 delivered 0"});
  CHECK(result.unroutable == 2);

  std::map<std::string, std::uint64_t> messages;
  for (std::size_t number = 0; number < result.latencies.size(); ++number) {
    const LatencyRow& row = result.latencies[number];
    CHECK(row.component == "reader");
    CHECK(row.messages > 0);
    messages[row.measure] += row.messages;
    const bool goes_on = number > 0 && result.latencies[number - 1].measure == row.measure;
    if (goes_on) CHECK(result.latencies[number - 1].largest_ns < row.largest_ns);
  }
  CHECK(messages.at("latency") == result.deliveries);
  CHECK(messages == std::map<std::string, std::uint64_t>{{"latency", 43}, {"sojourn", 43}, {"wait", 43}});
}

TEST_CASE("a message that goes back to its writer is unroutable, once") {
  Simulation simulation(kHopsOf10);
  simulation.add("asks", {call([](Machine& machine) {
                   machine.eval(write_resource_mandatory("nowhere", machine.compose({})));
                 })});
  CHECK(texts(simulation.run().flows) ==
        std::vector<std::string>{"asks nowhere written 1 unroutable 1 delivered 0"});
}

TEST_CASE("a message that comes again is delivered again") {
  Simulation simulation(kHopsOf10);
  int refusals = 0;
  simulation.add("reader",
                 {stream_resource("letters", 1,
                                  [&refusals](Machine& machine, const MessagePtr&) {
                                    if (refusals++ == 0) machine.reject_current(true);
                                    machine.next();
                                  })},
                 {.reads = "letters"});
  simulation.add("writer", writing("letters", 1), {.writes = {"letters"}});
  const RunResult result = simulation.run();
  CHECK(texts(result.flows) == std::vector<std::string>{"reader letters written 0 unroutable 0 delivered 2",
                                                        "writer letters written 1 unroutable 0 delivered 0"});
}
