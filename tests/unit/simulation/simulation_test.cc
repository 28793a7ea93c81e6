// The simulator as a library: built in code, from a file, and driven step by step.
#include "dse/simulation.h"

#include <sys/stat.h>

#include <cmath>
#include <fstream>

#include "kinds/echo.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

// Writes what it reads from `from` to `to`, with its payload doubled, after `service_ns`.
Program doubling(const std::string& from, const std::string& to, TimeNs service_ns) {
  return {stream_resource(from, 0, [to, service_ns](Machine& machine, const MessagePtr& message) {
    const std::string twice(2, static_cast<char>(message->payload().bytes()[0]));
    machine.eval(after(service_ns), write_resource(to, machine.compose({.payload = Payload::copy_of(twice),
                                                                        .correlation_id = message->id()})));
  })};
}

std::string text_of(const MessagePtr& message) {
  const auto bytes = message->payload().bytes();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::vector<std::string> texts(const std::vector<MessagePtr>& messages) {
  std::vector<std::string> all;
  for (const MessagePtr& message : messages) all.push_back(text_of(message));
  return all;
}

Simulation doubler(TimeNs service_ns = 5) {
  Simulation simulation({.latency_ns = 10});
  simulation.add("doubler", doubling("numbers", "doubled", service_ns),
                 {.reads = "numbers", .writes = {"doubled"}});
  return simulation;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("simulation: what a test writes goes through a component, and comes out in time") {
  Simulation simulation = doubler();
  simulation.write("numbers", {.payload = Payload::copy_of("7")});
  simulation.advance_by(24);  // two hops of 10 to the component, 5 of service, one hop back
  CHECK(simulation.read("doubled").empty());
  simulation.advance_by(11);
  CHECK(simulation.now() == 35);
  const std::vector<MessagePtr> out = simulation.read("doubled");
  REQUIRE(out.size() == 1);
  CHECK(text_of(out[0]) == "77");
  CHECK(out[0]->correlation_id() == "driver-0");
  CHECK(out[0]->app_id() == "doubler");
  CHECK(simulation.read("doubled").empty());
  simulation.write("numbers", {.payload = Payload::copy_of("8"), .id = "mine"});
  simulation.drain();
  CHECK(texts(simulation.read("doubled")) == Texts{"88"});
  CHECK(texts(simulation.read("numbers")) == Texts{"7", "8"});
  CHECK(simulation.metric("doubler.latency_p50_ns") == 20);
  CHECK_FALSE(doubler().metric("doubler.latency_p50_ns").has_value());
  CHECK_THAT(usage([&] { simulation.metric("doubler.latency_p5_ns"); }),
             ContainsSubstring("has a metric 'doubler.latency_p5_ns'; did you mean"));
}

TEST_CASE("simulation: a test is told whether what it wrote was accepted, when it asks") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("s.toml")) << "[bus]\nlatency = \"10ns\"\n[resource.full]\nmax_length = 1\n"
                                          "overflow = \"reject-publish\"\n"
                                          "[[binding]]\nfrom = \"in\"\nto = \"full\"\n"
                                          "[component.w]\nkind = \"watch\"\nfrom = \"in\"\n";
  Simulation simulation = Simulation::from_file(folder.file("s.toml"));
  simulation.write_confirmed("in", {.id = "a"});
  simulation.write("in", {.id = "b"});
  simulation.write_confirmed("in", {});
  CHECK(simulation.take_confirms().empty());
  simulation.advance_by(19);
  CHECK(simulation.take_confirms().empty());
  simulation.advance_by(1);  // a hop to the bus and one back
  const std::vector<Simulation::Confirm> told = simulation.take_confirms();
  REQUIRE(told.size() == 2);
  CHECK(told[0].message->id() == "a");
  CHECK(told[0].accepted);
  CHECK(told[1].message->id() == "driver-2");
  CHECK_FALSE(told[1].accepted);
  CHECK(simulation.take_confirms().empty());
  CHECK(simulation.metric("full.nacked") == 2);
}

TEST_CASE("simulation: a read competes with nobody, and changes no fingerprint") {
  const auto run = [](bool reading) {
    Simulation simulation = doubler();
    for (const char* number : {"1", "2", "3"}) {
      simulation.write("numbers", {.payload = Payload::copy_of(number)});
      simulation.advance_by(7);
      if (!reading) continue;
      simulation.read("doubled");
      simulation.read("numbers");
      simulation.metrics();
    }
    return simulation.run().fingerprints;
  };
  CHECK(run(true) == run(false));
}

TEST_CASE("simulation: an empty one runs and ends at once; two do not meet") {
  const RunResult result = Simulation().run();
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.events == 0);
  Simulation one = doubler();
  Simulation other = doubler();
  one.write("numbers", {.payload = Payload::copy_of("1")});
  one.drain();
  other.drain();
  CHECK(one.read("doubled").size() == 1);
  CHECK(other.read("doubled").empty());
}

TEST_CASE("simulation: queues fill while nobody takes what is in them") {
  Simulation simulation = doubler(1'000);
  simulation.set_prefetch("numbers", 1).bind({.from = "numbers", .to = "pile"});
  for (int number = 0; number < 5; ++number) simulation.write("numbers", {.payload = Payload::copy_of("x")});
  simulation.advance_by(100);
  CHECK(simulation.depth("pile") == 5);
  CHECK(simulation.metric("pile.max_depth") == 5);
}

TEST_CASE("simulation: a scenario file runs as dse replays it, and its expectations are told") {
  Simulation simulation = Simulation::from_file(DSE_SOURCE_DIR "/scenarios/few-digits.toml");
  const RunResult result = simulation.run();
  std::ifstream table(DSE_SOURCE_DIR "/scenarios/fingerprints.csv");
  std::string row;
  while (std::getline(table, row) && !row.starts_with("few-digits.toml")) {
  }
  CHECK_THAT(row, ContainsSubstring(result.fingerprints.events));
  CHECK_THAT(row, ContainsSubstring(result.fingerprints.models));
  REQUIRE_FALSE(simulation.expectations().empty());
  for (const ExpectationOutcome& one : simulation.expectations()) CHECK(one.as_planned);
}

TEST_CASE("simulation: a model that is driven learns, and what it has learned can be had at any time") {
  const std::string text =
      "[component.m]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"in\"\nto = \"out\"\nbatch = 1\n"
      "shape = [1, 4]\nclasses = 2\n";
  const TemporaryFolder folder;
  std::ofstream(folder.file("m.toml")) << text;
  Simulation simulation = Simulation::from_file(folder.file("m.toml"));
  const auto untaught = simulation.learned_state("m");
  simulation.write("in", {.payload = Payload::copy_of("\1\2\3\4"), .headers = {{"label", std::int64_t{1}}}});
  simulation.drain();
  REQUIRE(untaught.has_value());
  CHECK(simulation.learned_state("m") != untaught);
  CHECK(simulation.metric("m.trained") == 1);
  simulation.write("in", {.payload = Payload::copy_of("\1\2\3\4")});
  simulation.write("in", {.payload = Payload::copy_of("\1\2\3")});
  simulation.drain();
  REQUIRE(simulation.read("out").size() == 1);
  CHECK(simulation.metric("m.refused") == 1);
}

TEST_CASE("simulation: an observer sees everything that happens, once, in order") {
  struct Counter : Observer {
    std::vector<std::string> seen;
    TimeNs last_ns = 0;
    void on_event(const RunEvent& event) override {
      CHECK(event.time_ns >= last_ns);
      last_ns = event.time_ns;
      if (event.code == EventCode::kPublished || event.code == EventCode::kDelivered)
        seen.push_back(std::string(event.component()) + " " + std::string(event.resource()) + " " +
                       (*event.message)->id());
    }
  } counter;
  Simulation simulation = doubler();
  simulation.bind({.from = "doubled", .to = "kept"}).observe(counter);
  simulation.write("numbers", {.payload = Payload::copy_of("7")});
  simulation.run();
  CHECK(counter.seen ==
        Texts{"driver numbers driver-0", "doubler numbers driver-0", "doubler doubled doubler-0"});
}

TEST_CASE("simulation: a call that makes no sense says what to do, and changes nothing") {
  Simulation simulation = doubler();
  CHECK_THAT(usage([&] { simulation.add("doubler", Program()); }),
             ContainsSubstring("'doubler' is taken: give the component another"));
  CHECK_THAT(usage([&] { simulation.add("driver", Program()); }), ContainsSubstring("test driver"));
  CHECK_THAT(usage([&] { simulation.add("a b", Program()); }), ContainsSubstring("is not a name"));
  CHECK_THAT(usage([&] { simulation.add("x", Program(), {.reads = "no name"}); }),
             ContainsSubstring("'no name' is not a name: expected 1 to 200 letters"));
  CHECK_THAT(usage([&] { simulation.add("x", std::shared_ptr<const Component>()); }),
             ContainsSubstring("is null"));
  CHECK_THAT(usage([&] { simulation.expectations(); }), ContainsSubstring("before run()"));
  CHECK_THAT(usage([&] { simulation.read("doubeld"); }),
             ContainsSubstring("a resource 'doubeld'; did you mean 'doubled'?"));
  CHECK_THAT(usage([&] { simulation.depth("nothing"); }), ContainsSubstring("a resource 'nothing'"));
  simulation.advance_to(100);
  CHECK_THAT(usage([&] { simulation.advance_to(99); }),
             ContainsSubstring("advance_to(99ns) is in the past: it is 100ns already"));
  CHECK_THAT(usage([&] { simulation.advance_by(-1); }), ContainsSubstring("only goes on"));
  CHECK_THAT(usage([&] { simulation.bind({.from = "a", .to = "b"}); }),
             ContainsSubstring("after the first step"));
  CHECK_THAT(usage([&] { simulation.learned_state("nobody"); }), ContainsSubstring("no component 'nobody'"));
  simulation.write("numbers", {.payload = Payload::copy_of("7")});
  simulation.drain();
  CHECK(simulation.read("doubled").size() == 1);
  simulation.run();
  CHECK_THAT(usage([&] { simulation.advance_by(1); }), ContainsSubstring("after run()"));
  CHECK_THAT(usage([&] { simulation.run(); }), ContainsSubstring("after run()"));
  CHECK_THAT(usage([&] { simulation.write("numbers", {}); }), ContainsSubstring("after run()"));
}

TEST_CASE("simulation: faults and expectations are put in by code as by a file") {
  Simulation simulation = doubler();
  simulation.inject({.kind = FaultKind::kDuplicate, .component = "doubler", .every = 2});
  simulation.expect({.what = MetricExpectation{.metric = "doubled.mean_depth", .max = 0}})
      .expect({.name = "twice", .fails = true, .what = StatusExpectation{RunStatus::kStalled}})
      .expect({.what = DeliveryExpectation{.lost = 2}});
  for (const char* number : {"1", "2"}) simulation.write("numbers", {.payload = Payload::copy_of(number)});
  simulation.drain();
  CHECK(texts(simulation.read("doubled")) == Texts{"11", "22", "22"});
  simulation.run();
  const std::vector<ExpectationOutcome> outcomes = simulation.expectations();
  REQUIRE(outcomes.size() == 3);
  CHECK(outcomes[0].text == "doubled.mean_depth is 0, expected at most 0");
  CHECK(outcomes[1].text == "twice: the run completed, expected stalled");
  for (const ExpectationOutcome& one : outcomes) CHECK(one.as_planned);
}

TEST_CASE("simulation: a fault or an expectation that makes no sense is told at the first step") {
  const auto fault = [](const Fault& one) {
    return usage([&] {
      Simulation simulation = doubler();
      simulation.inject(one);
      simulation.run();
    });
  };
  CHECK(fault({.component = "dubler"}) == "fault.0: unknown component 'dubler'; did you mean 'doubler'?");
  CHECK_THAT(fault({.kind = FaultKind::kMislabel, .component = "doubler"}),
             ContainsSubstring("'doubler' writes no labels"));
  CHECK_THAT(fault({.component = "doubler", .every = 0}), ContainsSubstring("are 1 to"));
  CHECK_THAT(fault({.component = "doubler", .limit = 0}), ContainsSubstring("are 1 to"));
  CHECK_THAT(fault({.component = "doubler", .from_ns = -1}), ContainsSubstring("0 or more ns"));
  CHECK_THAT(fault({.component = "doubler", .classes = 1}), ContainsSubstring("are 2 to 256"));
  CHECK_THAT(fault({.component = "doubler", .at_ns = -1}), ContainsSubstring("0 or more ns"));
  CHECK_THAT(fault({.component = "doubler", .from_ns = 5, .until_ns = 5}),
             ContainsSubstring("never strikes"));
  CHECK_THAT(fault({.component = "doubler", .probability = Probability{2, 1}}),
             ContainsSubstring("above one"));
  CHECK_THAT(fault({.component = "doubler", .probability = Probability{0, 0}}),
             ContainsSubstring("above zero"));
  CHECK_THAT(fault({.component = "doubler", .probability = Probability{-1, 2}}),
             ContainsSubstring("below zero"));
  CHECK_THAT(fault({.component = "doubler", .every = 2, .probability = Probability{1, 2}}),
             ContainsSubstring("not both"));
  CHECK_THAT(fault({.component = "doubler", .time = DrawnTime::uniform(2, 1)}),
             ContainsSubstring("a fault's time has a longest time"));
  CHECK_THAT(fault({.kind = FaultKind::kReorder, .component = "doubler"}),
             ContainsSubstring("one of the two"));
  CHECK_THAT(fault({.component = "doubler", .factor = {.numerator = 0}}),
             ContainsSubstring("`factor` is 1 to"));
  CHECK_THAT(fault({.component = "doubler", .bits = 0}), ContainsSubstring("`bits` are 1 to"));
  const auto expectation = [](const Expectation& one) {
    return usage([&] {
      Simulation simulation = doubler();
      simulation.expect(one);
      simulation.advance_by(1);
    });
  };
  CHECK_THAT(expectation({.what = MetricExpectation{.metric = "doubled.max_dept", .max = 1}}),
             ContainsSubstring("expect.0.metric: unknown metric 'doubled.max_dept'; did you mean"));
  CHECK_THAT(expectation({.what = MetricExpectation{.metric = "doubled.max_depth"}}),
             ContainsSubstring("expect.0: expects nothing"));
  CHECK_THAT(expectation({.what = MetricExpectation{.metric = "doubled.max_depth", .rises = true}}),
             ContainsSubstring("'doubled.max_depth' has no curve; did you mean 'doubled.mean_depth'?"));
  CHECK_THAT(expectation({.what = DeliveryExpectation{.resource = "doubled", .fifo = true}}),
             ContainsSubstring("'doubled' has no queue"));
  CHECK_THAT(expectation({.what = StatusExpectation{RunStatus::kInterrupted}}),
             ContainsSubstring("expect another status"));
}

TEST_CASE("simulation: the lines that components keep go where the test wants them") {
  std::vector<std::string> lines;
  Simulation simulation({.open_lines = [&lines](const std::string& file) -> LineSink {
    return [&lines, file](std::string_view line) { lines.push_back(file + ": " + std::string(line)); };
  }});
  simulation.add("echo", make_echo({.from = "in"}));
  simulation.write("in", {.payload = Payload::copy_of("x")});
  simulation.drain();
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::StartsWith("echo.log: ") && ContainsSubstring("driver-0"));
}

TEST_CASE("simulation: a file that a component does not list, or that nobody takes, is not opened") {
  const auto kept = [](const std::string& listed, const SimulationOptions& options) {
    Simulation simulation(options);
    simulation.add("keeper", make_component(
                                 [](const MakeContext& context) -> std::unique_ptr<App> {
                                   context.open_lines(".json")("line");
                                   return nullptr;
                                 },
                                 {.kept_files = {listed}}));
    return usage([&] { simulation.run(); });
  };
  CHECK_THAT(kept(".txt", {}),
             ContainsSubstring("'keeper' opens keeper.json, which kept_files() does not list"));
  CHECK_THAT(kept(".json", {.open_lines = [](const std::string&) { return LineSink(); }}),
             ContainsSubstring("open_lines gave an empty function for keeper.json"));
  CHECK_THAT(kept(".json", {}), ContainsSubstring("has made no application"));
}

TEST_CASE("simulation: a mistake in a program is told, and nothing goes on after it") {
  const auto told = [](Program program) {
    Simulation simulation;
    simulation.add("odd", std::move(program), {.reads = "in"});
    simulation.write("in", {});
    std::string text = usage([&] { simulation.advance_by(10); });
    CHECK_THAT(usage([&] { simulation.drain(); }), ContainsSubstring("after something was thrown"));
    CHECK_THAT(usage([&] { simulation.run(); }), ContainsSubstring("make another"));
    return text;
  };
  const auto handler = [](auto steps) {
    return Program{
        stream_resource("in", 0, [steps](Machine& machine, const MessagePtr&) { machine.eval(steps()); })};
  };
  CHECK_THAT(told(handler([] { return after(-5); })), ContainsSubstring("0 or more ns"));
  const auto soon = [] { return make_message({.more = MoreProperties{.expiration = "soon"}}); };
  CHECK_THAT(told(handler([soon] { return write_resource("out", soon()); })),
             ContainsSubstring("no broker takes the message that is written to 'out': its expiration is"));
  CHECK_THAT(told(handler([] { return write_resource("out", MessagePtr()); })),
             ContainsSubstring("written to 'out': the message is null"));
  CHECK_THAT(told(handler([] { return call(nullptr); })), ContainsSubstring("no callback"));
  CHECK_THAT(told(handler([] { return stream_resource("more", 0, [](Machine&, const MessagePtr&) {}); })),
             ContainsSubstring("the program of 'odd' streams 'more' beside another"));
  CHECK_THAT(told({call([](Machine& machine) { machine.refuse_current("no"); })}),
             ContainsSubstring("handles no message"));
}

TEST_CASE("simulation: what a computation throws ends it, whoever waits for it") {
  Simulation simulation;
  simulation.add(
      "worker",
      Program{post([] { throw RunError("no paper"); }),
              stream_resource("in", 0, [](Machine& machine, const MessagePtr&) { machine.next(); })});
  simulation.advance_by(0);
  CHECK_THROWS_WITH(simulation.metrics(), "no paper");
  CHECK_THAT(usage([&] { simulation.drain(); }), ContainsSubstring("after something was thrown"));
}

TEST_CASE("simulation: a timer at the end of time is left to run()") {
  Simulation simulation;
  simulation.add("sleeper", Program{after(INT64_MAX)});
  simulation.drain();
  CHECK(simulation.now() == 0);
}

TEST_CASE("simulation: after a refusal that ends the run the clock stands, and what is there can be read") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("s.toml"))
      << "[component.m]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"in\"\nto = \"out\"\n"
         "shape = [1, 4]\nclasses = 2\non_refused = \"end\"\n";
  Simulation simulation = Simulation::from_file(folder.file("s.toml"));
  simulation.write("in", {.payload = Payload::copy_of("123")});
  simulation.drain();
  CHECK(simulation.metric("m.refused") == 1);
  CHECK_THAT(usage([&] { simulation.advance_by(5); }),
             ContainsSubstring("on_refused is \"end\" has refused a message"));
  CHECK_THAT(usage([&] { simulation.write("in", {}); }), ContainsSubstring("make another simulation"));
  CHECK(simulation.read("in").size() == 1);
  CHECK(simulation.run().status == RunStatus::kRefused);
}

TEST_CASE("simulation: a scenario that is a pipe is refused, because it may keep the program waiting") {
  const TemporaryFolder folder;
  REQUIRE(mkfifo(folder.file("s.toml").c_str(), 0600) == 0);
  CHECK_THROWS_AS(Simulation::from_file(folder.file("s.toml")), InputError);
}

TEST_CASE("simulation: a kind's port that is no resource's name is refused at its place in the file") {
  Tables tables = built_in_tables();
  tables.kinds.add({.name = "odd", .read = [](const KeyReader&) {
                      return make_component(Program(), {.ports = {.reads = "no name"}});
                    }});
  const TemporaryFolder folder;
  std::ofstream(folder.file("s.toml")) << "[component.x]\nkind = \"odd\"\n";
  CHECK_THROWS_WITH(Simulation::from_file(folder.file("s.toml"), tables),
                    ContainsSubstring("s.toml:1:1: component.x: 'no name' is not a name"));
}

TEST_CASE("simulation: it is not driven from within") {
  struct Meddler : Observer {
    Simulation* simulation = nullptr;
    std::string told;
    void on_event(const RunEvent&) override {
      if (told.empty()) told = usage([this] { simulation->write("numbers", {}); });
    }
  } meddler;
  Simulation simulation = doubler();
  std::string told;
  meddler.simulation = &simulation;
  simulation.add("meddler", Program{call([&](Machine& machine) {
                   told = usage([&] { simulation.advance_by(5); });
                   machine.next();
                 })});
  simulation.observe(meddler);
  simulation.drain();
  CHECK_THAT(told, ContainsSubstring("advance_to() from a callback or an observer"));
  CHECK_THAT(meddler.told, ContainsSubstring("write() from a callback or an observer"));
  CHECK(simulation.run().status == RunStatus::kCompleted);
}

TEST_CASE("simulation: a binding or a bound that no file could have is refused") {
  Simulation simulation;
  CHECK_THAT(usage([&] {
               simulation.bind({.from = "a", .to = "b", .headers = {{"h", NAN}}});
             }),
             ContainsSubstring("expected a finite number"));
  CHECK_THAT(usage([&] { simulation.bind({.from = "a", .to = "b", .key = "a\nb"}); }),
             ContainsSubstring("is not a routing key"));
  CHECK_THAT(usage([&] { simulation.bind({.from = "a", .to = "b", .match = HeaderMatch::kAny}); }),
             ContainsSubstring("there are no headers"));
  CHECK_THAT(usage([&] { simulation.set_prefetch("a", 65'536); }), ContainsSubstring("give 0 to 65535"));
  simulation.add("echo", make_echo({.from = "a"}));
  simulation.expect({.what = MetricExpectation{.metric = "echo.received", .min = NAN}});
  CHECK_THAT(usage([&] { simulation.run(); }), ContainsSubstring("no finite number"));
}

TEST_CASE("simulation: what cannot be wired stays so") {
  Simulation simulation;
  simulation.add("none", MakeApp([](const MakeContext&) { return std::unique_ptr<App>(); }));
  CHECK_THAT(usage([&] { simulation.write("a", {}); }), ContainsSubstring("has made no application"));
  CHECK_THAT(usage([&] { simulation.read("a"); }), ContainsSubstring("make another"));
}

TEST_CASE("simulation: options and times that make no sense are refused") {
  CHECK_THAT(usage([] { Simulation({.latency_ns = -1}); }), ContainsSubstring("latency_ns is negative"));
  CHECK_THAT(usage([] { Simulation({.varied_latency = DrawnTime::exponential(0)}); }),
             ContainsSubstring("varied_latency has a mean out of range"));
  CHECK_THAT(usage([] { Simulation({.heartbeat_ns = -1}); }),
             ContainsSubstring("heartbeat_ns is out of range"));
  CHECK_THAT(usage([] { Simulation({.threads = 0}); }), ContainsSubstring("threads is 0"));
  CHECK_THAT(usage([] { Simulation({.curve_every_ns = 0}); }), ContainsSubstring("curve_every_ns"));
  CHECK_THAT(usage([] { Simulation({.until_ns = -1}); }), ContainsSubstring("until_ns is negative"));
  Simulation simulation = doubler();
  CHECK_THAT(usage([&] { simulation.advance_to(INT64_MAX); }), ContainsSubstring("goes no further"));
}

TEST_CASE("simulation: a scenario may have a component named driver, and be driven beyond its end") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("s.toml")) << "until = \"1us\"\n[component.driver]\nkind = \"echo\"\n"
                                          "from = \"a\"\nservice = \"3us\"\n";
  Simulation simulation = Simulation::from_file(folder.file("s.toml"));
  simulation.write("a", {});
  simulation.drain();
  CHECK(simulation.now() == 0);
  simulation.advance_to(2'000);
  CHECK(simulation.read("a").front()->app_id() == "driver-2");
  const RunResult result = simulation.run();
  CHECK(result.virtual_time_ns == 2'000);
  CHECK(result.metrics.at("driver.unhandled") == 1);
}

TEST_CASE("simulation: a program that calls neither next nor eval is named") {
  Simulation simulation;
  simulation.add("sleeper", {stream_resource("in", 0, [](Machine&, const MessagePtr&) {})}, {.reads = "in"});
  simulation.write("in", {});
  CHECK_THAT(usage([&] { simulation.advance_by(10); }),
             ContainsSubstring("the program of 'sleeper' stands still at 10ns") &&
                 ContainsSubstring("next() or eval()"));
}
