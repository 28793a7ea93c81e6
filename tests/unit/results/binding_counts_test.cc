// How many messages each binding passed, according to a run and its record of events.
#include "sim/results/results.h"
#include "support/catch.h"
#include "support/recorded_run.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

using Counts = std::vector<std::uint64_t>;

// Writes ten digits as messages, each with its number as key and header.
Program writing_digits() {
  Program program = {create_resource("digits")};
  for (std::int64_t digit = 0; digit < 10; ++digit) {
    program.push_back(call([digit](Machine& machine) {
      const Headers headers = {{"label", digit}, {"odd", digit % 2 == 1}};
      machine.eval(
          write_resource("digits", machine.compose({.key = std::to_string(digit), .headers = headers})));
    }));
  }
  return program;
}

Program reading_some() {
  return {stream_resource("some", 0, [](Machine& machine, const MessagePtr&) { machine.next(); })};
}

Simulation digits(const std::vector<BindingSpec>& bindings) {
  Simulation simulation(kHopsOf10);
  for (const BindingSpec& binding : bindings) simulation.bind(binding);
  simulation.add("writer", writing_digits()).add("reader", reading_some());
  return simulation;
}

// The same world, open so that its record and warnings can be inspected.
struct OpenDigits : OpenWorld {
  explicit OpenDigits(std::vector<BindingSpec> bindings) {
    scenario.bindings = std::move(bindings);
    add("writer", writing_digits());
    add("reader", reading_some());
  }
};

}  // namespace

TEST_CASE("every binding that a message fits counts it, though the queue gets one copy") {
  const RunResult result = digits({{.from = "digits", .to = "some", .key = "7"},
                                   {.from = "digits", .to = "some", .key = "#"},
                                   {.from = "digits", .to = "some", .key = "*", .headers = {{"odd", true}}},
                                   {.from = "digits", .to = "some", .key = "8.#"},
                                   {.from = "digits", .to = "some", .key = "9.9"},
                                   {.from = "digits", .to = "some", .key = "7"},
                                   {.from = "other", .to = "some"}})
                               .run();
  CHECK(result.deliveries == 10);
  CHECK(result.passed == Counts{1, 10, 5, 1, 0, 1, 0});
}

TEST_CASE("a message that fits several headers of one binding counts once") {
  Simulation simulation = digits({{.from = "digits",
                                   .to = "some",
                                   .headers = {{"label", std::int64_t{3}}, {"odd", true}},
                                   .match = HeaderMatch::kAny},
                                  {.from = "digits",
                                   .to = "some",
                                   .headers = {{"label", std::int64_t{4}}, {"odd", true}},
                                   .match = HeaderMatch::kAll}});
  CHECK(simulation.run().passed == Counts{5, 0});
}

TEST_CASE("a binding that a component makes again changes no count, and a new one has its own") {
  Simulation simulation = digits({{.from = "digits", .to = "some", .key = "7"}});
  simulation.add("binder",
                 Program{create_resource("some"), bind({.from = "digits", .to = "some", .key = "7"}),
                         bind({.from = "digits", .to = "some", .key = "#"})},
                 {}, 1);
  const RunResult result = simulation.run();
  CHECK(result.passed == Counts{1, 0});  // the new one came after all messages
  CHECK(result.bound == std::vector<BindingSpec>{{.from = "digits", .to = "some", .key = "#"}});
}

TEST_CASE("the run warns of bindings that passed nothing, unless it was cut short") {
  OpenDigits world({{.from = "digits", .to = "some", .key = "1"},
                    {.from = "digits", .to = "some", .key = "ten", .headers = {{"odd", true}}}});
  RunResult result = world.run();
  const std::vector<std::string> warnings = run_warnings(world.scenario, result);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], ContainsSubstring("digits -> some  key ten"));
  CHECK_THAT(warnings[0], ContainsSubstring("passed no message"));
  result.status = RunStatus::kInterrupted;
  CHECK(run_warnings(world.scenario, result).empty());
}

TEST_CASE("the record has a row for each binding, in the order of the scenario") {
  const TemporaryFolder folder;
  OpenDigits world(
      {{.from = "digits", .to = "some", .key = "7"},
       {.from = "digits", .to = "some", .headers = {{"odd", true}}, .match = HeaderMatch::kAny}});
  const std::string path = folder.file("events.sqlite");
  record_world(world, path);
  EventRecord record(path);  // it has the current version
  Database database = Database::open(path);
  Statement rows = database.prepare("SELECT exchange, queue, key, headers, match, passed FROM bindings");
  std::vector<std::string> found;
  while (rows.next_row()) {
    std::string line;
    for (const int column : {0, 1, 2, 3, 4}) line += std::string(rows.text(column)) + " ";
    found.push_back(line + std::to_string(rows.integer(5)));
  }
  CHECK(found == std::vector<std::string>{"digits some 7 {} all 1", "digits some # {\"odd\":true} any 5"});
}
