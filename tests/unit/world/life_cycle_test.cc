// Components that stop, crash and come back, in worlds whose every event is known.
#include "dse/error.h"
#include "dse/plain_component.h"
#include "kinds/gateway_import.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/open_world.h"

using namespace dse;

namespace {

using Notes = std::vector<std::string>;

// What a component of a test does; made anew each time it starts.
using MakeProgram = std::function<Program(const MakeContext& context)>;

class OneProgram : public App {
 public:
  explicit OneProgram(Program program) : program_(std::move(program)) {}
  Program program() override { return program_; }

 private:
  Program program_;
};

std::shared_ptr<const Component> component_of(MakeProgram make) {
  return make_component([make = std::move(make)](const MakeContext& context) -> std::unique_ptr<App> {
    return std::make_unique<OneProgram>(make(context));
  });
}

struct LivingWorld : OpenWorld {
  LifeCycle& life(const std::string& name) {
    for (ComponentConfig& component : scenario.components) {
      if (component.name == name) return component.life;
    }
    throw std::out_of_range(name);
  }
  void crash(const std::string& name, TimeNs at_ns) {
    scenario.faults.push_back({.kind = FaultKind::kCrash, .component = name, .at_ns = at_ns});
  }
};

}  // namespace

TEST_CASE("stop: what a component has not acknowledged goes back in its place") {
  LivingWorld world;
  Notes stopped;
  Notes stays;
  world.add("stopped", noting("a", stopped, 100));
  world.add("stays", noting("a", stays, 100), 140);
  world.add("writer", writing("a", 4));
  world.life("stopped").stop_ns = 150;
  const RunResult result = world.run();
  CHECK(stopped == Notes{"writer-0@20", "writer-1@120"});
  // writer-1 was in hand, the others in the inbox.
  CHECK(stays == Notes{"writer-1*@170", "writer-2*@270", "writer-3*@370"});
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.failed.empty());
}

TEST_CASE("stop: it is no crash, its app finishes then, and later crashes find nobody") {
  struct Finishing : App {
    Notes& notes;
    Machine* machine = nullptr;
    explicit Finishing(Notes& to) : notes(to) {}
    Program program() override {
      return {call([this](Machine& one) {
                machine = &one;
                one.next();
              }),
              after(1'000)};
    }
    void finish() override { notes.push_back("finish@" + std::to_string(machine->now())); }
    void crash() override { notes.push_back("crash"); }
  };
  LivingWorld world;
  Notes notes;
  world.add("one", make_component([&](const MakeContext&) { return std::make_unique<Finishing>(notes); }));
  world.life("one").stop_ns = 50;
  world.life("one").restart = LifeCycle::Restart{.after_ns = 10};
  world.crash("one", 60);
  CHECK(world.run().metrics.at("one.restarts") == 0);
  CHECK(notes == Notes{"finish@50"});
}

TEST_CASE("stop: what waits for a consumer that was stopped is not pending, what waits for another is") {
  const auto status = [](bool stops) {
    LivingWorld world;
    Notes notes;
    world.add("reader", noting("a", notes));
    world.add("writer", writing("a", 3, 100));
    if (stops) {
      world.life("reader").stop_ns = 150;
    } else {
      world.crash("reader", 150);
    }
    return world.run().status;
  };
  CHECK(status(true) == RunStatus::kCompleted);
  CHECK(status(false) == RunStatus::kStalled);
}

TEST_CASE("restart: a component comes back after its delay, as often as it may, under its name") {
  LivingWorld world;
  Notes notes;
  world.add(
      "reader", component_of([&](const MakeContext& context) {
        notes.push_back("made " + std::to_string(context.restarts) + "@" + std::to_string(context.start_ns));
        return noting("a", notes, 100, 1);
      }));
  world.add("writer", writing("a", 3));
  world.life("reader").restart = LifeCycle::Restart{.after_ns = 30, .times = 2};
  for (const TimeNs at_ns : {50, 150, 250}) world.crash("reader", at_ns);
  const RunResult result = world.run();
  CHECK(notes ==
        Notes{"made 0@0", "writer-0@20", "made 1@80", "writer-0*@100", "made 2@180", "writer-0*@200"});
  CHECK(result.metrics.at("reader.restarts") == 2);
  CHECK(result.status == RunStatus::kStalled);  // after the third crash it stays away
  CHECK(result.failed.empty());
}

TEST_CASE("restart: nothing that was under way to the old program reaches the new one") {
  // A hop takes 10 ns: the new program streams before what was sent to the old one has arrived.
  for (const TimeNs after_ns : {0, 1, 9, 10, 11, 19, 20, 21}) {
    CAPTURE(after_ns);
    LivingWorld world;
    Notes notes;
    world.add("reader", noting("a", notes, 5, 2));
    world.add("writer", writing("a", 6, 3));
    world.life("reader").restart = LifeCycle::Restart{.after_ns = after_ns};
    world.crash("reader", 24);
    const RunResult result = world.run();
    REQUIRE(result.status == RunStatus::kCompleted);
    // writer-0 was in hand; nothing comes twice to the new program, and nothing is left out.
    REQUIRE(notes.size() == 7);
    CHECK(notes[0] == "writer-0@20");
    for (std::size_t number = 0; number < 6; ++number)
      CHECK(notes[number + 1].starts_with("writer-" + std::to_string(number)));
    CHECK(result.metrics.at("reader.unhandled") == 0);
  }
}

TEST_CASE("restart: neither a delay nor a message that came back wakes the wrong program") {
  LivingWorld world;
  Notes notes;
  world.add("one", component_of([&](const MakeContext&) -> Program {
              return {
                  call([&](Machine& machine) {
                    machine.set_on_return([&](const MessagePtr& message) { notes.push_back(message->id()); });
                    machine.eval(write_resource_mandatory("nowhere", machine.compose({})), after(100));
                  }),
                  call([&](Machine& machine) {
                    notes.push_back("woke@" + std::to_string(machine.now()));
                    machine.next();
                  })};
            }));
  world.life("one").restart = LifeCycle::Restart{.after_ns = 5};
  world.crash("one", 11);  // one-0 has just been returned
  const RunResult result = world.run();
  CHECK(notes == Notes{"one-1", "woke@116"});  // ids go on, and no two messages have one
  CHECK(result.status == RunStatus::kCompleted);
}

TEST_CASE("restart: random streams go on, and other components draw the same") {
  const auto draws = [](bool crashes) {
    LivingWorld world;
    std::vector<std::uint64_t> one;
    std::vector<std::uint64_t> other;
    const auto drawing = [](std::vector<std::uint64_t>& to) {
      return component_of([&to](const MakeContext& context) -> Program {
        to.push_back(context.random("weights").next_u64());
        return {after(100)};
      });
    };
    world.add("one", drawing(one));
    world.add("other", drawing(other));
    world.life("one").restart = LifeCycle::Restart{.after_ns = 5};
    if (crashes) world.crash("one", 50);
    world.options.fingerprint_components = true;
    const RunResult result = world.run();
    if (crashes) {
      REQUIRE(one.size() == 2);
      CHECK(one[0] != one[1]);
    }
    return std::pair(one[0], result.fingerprints_by_component.at("other"));
  };
  CHECK(draws(true) == draws(false));
}

TEST_CASE("restart: a component that crashes before it has started starts at its time") {
  LivingWorld world;
  Notes notes;
  world.add("reader", component_of([&](const MakeContext& context) -> Program {
              notes.push_back("made@" + std::to_string(context.start_ns));
              return {call([&](Machine& machine) {
                notes.push_back("starts@" + std::to_string(machine.now()));
                machine.next();
              })};
            }),
            100);
  world.life("reader").restart = LifeCycle::Restart{.after_ns = 5};
  world.crash("reader", 50);
  world.run();
  CHECK(notes == Notes{"made@100", "made@100", "starts@100"});
}

TEST_CASE(
    "restart: a component that crashes while it is cut off or stands still comes back, and misses nothing") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "reader", "troubles");
    const auto within = [&random](TimeNs most) {
      return static_cast<TimeNs>(random.below(static_cast<std::uint64_t>(most)));
    };
    LivingWorld world;
    world.scenario.heartbeat_ns = 50;
    world.scenario.bindings.push_back({.from = "a", .to = "work"});
    std::set<std::string> handled;
    Notes notes;
    world.add("reader", noting("work", notes, within(30), 1 + static_cast<std::uint32_t>(within(4))));
    world.add("writer", writing("a", 20, 20));
    world.life("reader").restart = LifeCycle::Restart{.after_ns = within(60)};
    const auto trouble = [&](FaultKind kind) {
      world.scenario.faults.push_back({.kind = kind,
                                       .component = "reader",
                                       .at_ns = within(600),
                                       .time = DrawnTime::constant(1 + within(300))});
    };
    for (TimeNs times = within(3); times >= 0; --times) trouble(FaultKind::kPartition);
    for (TimeNs times = within(2); times > 0; --times) trouble(FaultKind::kPause);
    for (TimeNs times = within(4); times >= 0; --times) trouble(FaultKind::kCrash);
    const RunResult result = world.run();
    REQUIRE(result.status == RunStatus::kCompleted);
    for (const std::string& note : notes) handled.insert(note.substr(0, note.find_first_of("*@")));
    REQUIRE(handled.size() == 20);
    REQUIRE(result.metrics.at("work.not_received") == 0);
  }
}

namespace {

// Learns the number of messages that it has handled; its state is that number.
struct Counter : App {
  Notes& notes;
  std::uint64_t known = 0;
  explicit Counter(Notes& to) : notes(to) {}
  Program program() override {
    notes.push_back("knows " + std::to_string(known));
    return {stream_resource("a", 1, [this](Machine& machine, const MessagePtr&) {
      ++known;
      machine.eval(after(20));
    })};
  }
  std::optional<std::string> save_state() const override { return std::to_string(known); }
  void load_checkpoint(std::string_view state) override { known = std::stoull(std::string(state)); }
};

struct CountingComponent : dse::Component {
  Notes& notes;
  explicit CountingComponent(Notes& to) : notes(to) {}
  Ports ports() const override { return {.reads = "a"}; }
  std::vector<MetricInfo> metrics() const override { return {}; }
  bool keeps_state() const override { return true; }
  std::unique_ptr<App> make(const MakeContext&) const override { return std::make_unique<Counter>(notes); }
};

struct CountingWorld : LivingWorld {
  Notes notes;

  // It handles a message every 40 ns from 20 ns on: 20 of service, and two hops for the next.
  explicit CountingWorld(std::optional<TimeNs> checkpoint_ns) {
    add("counter", std::make_shared<CountingComponent>(notes));
    add("writer", writing("a", 6));
    life("counter").restart = LifeCycle::Restart{.after_ns = 10};
    life("counter").checkpoint_every_ns = checkpoint_ns;
  }
};

}  // namespace

TEST_CASE("checkpoint: without one, what was learned is forgotten, and counted") {
  CountingWorld world(std::nullopt);
  world.crash("counter", 111);  // it has settled two messages, and has the third in hand
  const RunResult result = world.run();
  CHECK(world.notes == Notes{"knows 0", "knows 0"});
  CHECK(result.metrics.at("counter.forgotten") == 2);
}

TEST_CASE("checkpoint: a component goes on from the last one before the crash") {
  CountingWorld world(55);
  world.crash("counter", 111);
  const RunResult result = world.run();
  // The one at 55 finds nothing in hand and one message settled; the one at 110 waits for the third, until
  // 120.
  CHECK(world.notes == Notes{"knows 0", "knows 1"});
  CHECK(result.metrics.at("counter.forgotten") == 1);
}

TEST_CASE("checkpoint: one that falls into the handling of a message is made when that is settled") {
  CountingWorld world(55);
  world.crash("counter", 121);
  const RunResult result = world.run();
  CHECK(world.notes == Notes{"knows 0", "knows 3"});
  CHECK(result.metrics.at("counter.forgotten") == 0);
}

TEST_CASE("checkpoint: intervals begin anew after a restart, whose crash goes back to the one before") {
  CountingWorld world(55);
  world.crash("counter", 121);  // knows 3, and starts again at 131
  world.crash("counter", 175);  // when it has settled one more, and before the next checkpoint at 186
  const RunResult result = world.run();
  CHECK(world.notes == Notes{"knows 0", "knows 3", "knows 3"});
  CHECK(result.metrics.at("counter.forgotten") == 1);
}

TEST_CASE("checkpoint: they are in the record of events, and change no fingerprint") {
  const auto run = [](std::optional<TimeNs> checkpoint_ns) {
    CountingWorld world(checkpoint_ns);
    return world.run();
  };
  const RunResult with = run(7);
  const RunResult without = run(std::nullopt);
  CHECK(with.fingerprints == without.fingerprints);
  CHECK(with.virtual_time_ns == without.virtual_time_ns);
  CHECK(with.events > without.events);
}

TEST_CASE("checkpoint: those that the clock has passed are made when something comes from outside") {
  const auto run = [](TimeNs step_ns) {
    CountingWorld driven(55);
    driven.add("door", make_gateway_import({.queue = "in", .to = "a"}));
    driven.crash("counter", 1'150);
    World world(driven.scenario, driven.options, no_files());
    for (TimeNs now_ns = 0; now_ns <= 2'000; now_ns += step_ns) {
      // Handed in when it comes, as in an attached run, or long before, as in its replay.
      for (const TimeNs time_ns : {TimeNs{1'000}, TimeNs{1'500}}) {
        if (time_ns >= now_ns && time_ns < now_ns + step_ns) world.import(2, make_message({}), time_ns);
      }
      REQUIRE(world.advance_to(now_ns, driven.interrupted, [](TimeNs, std::uint64_t) {}));
      REQUIRE(world.now() == now_ns);
    }
    REQUIRE(world.advance_to(2'000, driven.interrupted, [](TimeNs, std::uint64_t) {}));
    RunResult result = world.finish(RunStatus::kCompleted);
    CHECK(result.virtual_time_ns == 2'000);
    CHECK(driven.notes == Notes{"knows 0", "knows 7"});
    return result;
  };
  const RunResult whole = run(4'000);
  for (const TimeNs step_ns : {1, 7, 50, 55, 100, 400}) {
    CAPTURE(step_ns);
    const RunResult steps = run(step_ns);
    CHECK(steps.fingerprints == whole.fingerprints);
    CHECK(steps.events == whole.events);
    CHECK(steps.metrics == whole.metrics);
  }
}

TEST_CASE("checkpoint: a component that gives none ends the run, and is named") {
  struct Silent : CountingComponent {
    using CountingComponent::CountingComponent;
    std::unique_ptr<App> make(const MakeContext&) const override {
      return std::make_unique<OneProgram>(Program{after(100)});
    }
  };
  LivingWorld world;
  Notes notes;
  world.add("silent", std::make_shared<Silent>(notes));
  world.life("silent").restart = LifeCycle::Restart{.after_ns = 10};
  world.life("silent").checkpoint_every_ns = 50;
  CHECK_THAT(error_text<RunError>([&] { world.run(); }),
             ContainsSubstring("component 'silent' gives nothing for its checkpoint"));
}
