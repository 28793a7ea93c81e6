// Tests of faults that are drawn from the seed: when they strike, and that nothing else shifts their draws.
#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "dse/plain_component.h"
#include "support/catch.h"
#include "support/programs.h"

using namespace dse;

namespace {

using Notes = std::vector<std::string>;
using Faults = std::vector<Fault>;

const std::vector<FaultKind> kEveryKind = {FaultKind::kLose,    FaultKind::kDuplicate, FaultKind::kSwap,
                                           FaultKind::kMute,    FaultKind::kCrash,     FaultKind::kDelay,
                                           FaultKind::kReorder, FaultKind::kSlow,      FaultKind::kCorrupt,
                                           FaultKind::kPause,   FaultKind::kPartition, FaultKind::kMislabel};

// Sees which messages each fault strikes.
struct Strikes : Observer {
  std::map<std::uint32_t, Notes> of;
  void on_event(const RunEvent& event) override {
    if (event.code != EventCode::kStruck) return;
    of[event.fault_number].push_back(event.message == nullptr ? "-" : (*event.message)->id());
  }
};

struct Ran {
  RunResult result;
  std::map<std::uint32_t, Notes> struck;
};

// A program that writes 200 messages with a label, one every 100 ns.
Program writing_labels() {
  Program program;
  for (std::int64_t number = 0; number < 200; ++number) {
    program.push_back(call([number](Machine& machine) {
      machine.eval(write_resource("a", machine.compose({.payload = Payload::copy_of("payload"),
                                                        .headers = {{"label", number % 10}}})),
                   after(100));
    }));
  }
  return program;
}

// A writer of 200 messages and a consumer, with these faults.
Ran ran(const Faults& faults, std::uint64_t seed = 1, bool with_other = false) {
  Simulation world({.seed = seed, .latency_ns = 10, .curve_every_ns = kNanosecondsPerSecond});
  Strikes strikes;
  Notes notes;
  Notes others;
  world.observe(strikes);
  world.add("reader", noting("a", notes, 30), {.reads = "a"});
  world.add("writer",
            make_component(writing_labels(), {.ports = {.writes = {"a"}}, .emits = {.labels = true}}), 50);
  if (with_other) world.add("other", noting("b", others, 30), {.reads = "b"});
  for (const Fault& fault : faults) world.inject(fault);
  return {.result = world.run(), .struck = strikes.of};
}

Fault fault_of(FaultKind kind, Probability probability) {
  const bool reads = kind == FaultKind::kMute || kind == FaultKind::kSlow || !is_of_link(kind);
  return {.kind = kind,
          .component = reads ? "reader" : "writer",
          .probability = probability,
          .time = DrawnTime::constant(500),
          .window = kind == FaultKind::kReorder ? 3 : 0,
          .factor = {.numerator = 2}};
}

}  // namespace

TEST_CASE("a drawn fault strikes so many of so many, by itself, the same ones for one seed") {
  const Ran once = ran({fault_of(FaultKind::kDuplicate, {1, 4})});
  const Notes& struck = once.struck.at(0);
  CHECK(struck.size() > 30);
  CHECK(struck.size() < 70);
  CHECK(once.result.faults[0].struck == struck.size());
  CHECK(once.result.deliveries == 200 + struck.size());
  CHECK(ran({fault_of(FaultKind::kDuplicate, {1, 4})}).struck == once.struck);
  CHECK(ran({fault_of(FaultKind::kDuplicate, {1, 4})}, 2).struck != once.struck);
}

TEST_CASE("a fault with probability 0 is as none, and one that is off as well") {
  const Ran none = ran({});
  for (const FaultKind kind : kEveryKind) {
    CAPTURE(static_cast<int>(kind));
    const Ran never = ran({fault_of(kind, {0, 5})});
    CHECK(never.result.fingerprints == none.result.fingerprints);
    CHECK(never.result.events == none.result.events);
    CHECK(never.result.faults == std::vector<FaultCount>{{}});
    Fault off = fault_of(kind, {1, 1});
    off.on = false;
    const Ran without = ran({off});
    CHECK(without.result.fingerprints == none.result.fingerprints);
    CHECK(without.result.events == none.result.events);
  }
}

TEST_CASE("a fault that always strikes draws nothing to choose, and every kind strikes") {
  const Ran none = ran({});
  for (const FaultKind kind : kEveryKind) {
    CAPTURE(static_cast<int>(kind));
    const Ran always = ran({fault_of(kind, {1, 1})});
    CHECK(always.result.faults[0].struck > 0);
    // A label that nobody learns is in no fingerprint.
    if (kind != FaultKind::kMislabel) CHECK(always.result.fingerprints != none.result.fingerprints);
    if (kind == FaultKind::kReorder || kind == FaultKind::kCorrupt) continue;  // they draw how
    CHECK(always.result.fingerprints.draws == none.result.fingerprints.draws);
  }
}

TEST_CASE("no other fault and no other component shifts a fault's draws") {
  const Fault lose = fault_of(FaultKind::kLose, {1, 10});
  const Fault corrupt = fault_of(FaultKind::kCorrupt, {1, 10});
  Fault again = fault_of(FaultKind::kLose, {1, 10});
  again.name = "again";
  const Notes lost = ran({lose}).struck.at(0);
  CHECK(ran({corrupt, lose}).struck.at(1).size() > 0);
  CHECK(ran({lose, corrupt}).struck.at(0) == lost);
  CHECK(ran({lose}, 1, true).struck.at(0) == lost);
  CHECK(ran({again, lose}).struck.at(1) != ran({again, lose}).struck.at(0));
  // The second of two equals does not draw what the first does; with a name of its own it keeps its draws.
  CHECK(ran({lose, lose}).struck.at(0) == lost);
  const auto known = [](const Ran& one, std::uint32_t number) {
    return std::set<std::string>(one.struck.at(number).begin(), one.struck.at(number).end());
  };
  Fault off = lose;
  off.on = false;
  CHECK(known(ran({off, again}), 1) == known(ran({again}), 0));
}

TEST_CASE("a fault strikes from its time until another, at most so often") {
  Fault lose = fault_of(FaultKind::kLose, {1, 1});
  lose.from_ns = 250;
  lose.until_ns = 650;  // messages are written at 50, 150, 250 ...
  CHECK(ran({lose}).struck.at(0) == Notes{"writer-2", "writer-3", "writer-4", "writer-5"});
  lose.limit = 3;
  CHECK(ran({lose}).struck.at(0) == Notes{"writer-2", "writer-3", "writer-4"});
  CHECK(ran({lose}).result.faults[0] == FaultCount{.struck = 3, .last_ns = 450});
}

TEST_CASE(
    "a drawn crash comes as the handler would begin: the message is not handled, the next is not taken") {
  Simulation world(kHopsOf10);
  Notes notes;
  Notes living;
  world.add("dying", noting("a", notes), {.reads = "a"});
  world.add("living", noting("a", living, 0, 1), {.reads = "a"});
  world.add("writer", writing("a", 6, 100), {.writes = {"a"}}, 50);
  world.inject({.kind = FaultKind::kCrash, .component = "dying", .every = 2});
  const RunResult result = world.run();
  CHECK(result.status == RunStatus::kCompleted);
  CHECK(result.failed.empty());
  CHECK(notes == Notes{"writer-0@70"});
  CHECK(living == Notes{"writer-1@170", "writer-2*@290", "writer-3@370", "writer-4@470", "writer-5@570"});
  CHECK(result.faults[0].struck == 1);
}

TEST_CASE("a crash at a time strikes once, and only who lives") {
  for (const TimeNs at_ns : {TimeNs{100}, TimeNs{1'000'000'000}}) {
    const Ran one = ran({{.kind = FaultKind::kCrash, .component = "writer", .at_ns = at_ns}});
    CHECK(one.result.faults[0].struck == (at_ns == 100 ? 1U : 0U));
  }
}

TEST_CASE("fault reorder: a message is overtaken by at most a window of later ones") {
  const Probability often = GENERATE(Probability{1, 5}, Probability{1, 1});
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 100, 10), {.writes = {"a"}}, 50);
  world.inject({.kind = FaultKind::kReorder, .component = "writer", .probability = often, .window = 4});
  const RunResult result = world.run();
  REQUIRE(notes.size() == 100);
  std::size_t late = 0;
  std::vector<int> order;
  for (const std::string& note : notes) order.push_back(std::stoi(note.substr(7)));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto overtook = std::count_if(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(i),
                                        [&](int other) { return other > order[i]; });
    CHECK(overtook <= 4);
    late += overtook > 0 ? 1 : 0;
  }
  CHECK(late > 10);
  CHECK(late <= result.faults[0].struck);
}

TEST_CASE("fault reorder: within a time, and at the latest when the program ends") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 10, 10), {.writes = {"a"}}, 50);
  world.inject({.kind = FaultKind::kReorder, .component = "writer", .limit = 1, .within_ns = 35});
  world.inject({.kind = FaultKind::kReorder, .component = "writer", .from_ns = 140, .within_ns = 1'000'000});
  world.run();
  REQUIRE(notes.size() == 10);
  const auto first = std::find_if(notes.begin(), notes.end(),
                                  [](const std::string& note) { return note.starts_with("writer-0@"); });
  REQUIRE(first != notes.end());
  const int at = std::stoi(first->substr(9));
  CHECK(at > 70);
  CHECK(at <= 70 + 35);
  CHECK(notes.back() == "writer-9@170");  // the program ends at 150
}

TEST_CASE("fault delay: a message takes longer, and holds up what is sent after it") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes), {.reads = "a"});
  world.add("writer", writing("a", 5, 100), {.writes = {"a"}}, 50);
  world.inject({.kind = FaultKind::kDelay,
                .component = "writer",
                .limit = 1,
                .from_ns = 100,
                .time = DrawnTime::constant(150)});
  const RunResult result = world.run();
  CHECK(notes == Notes{"writer-0@70", "writer-1@320", "writer-2@320", "writer-3@370", "writer-4@470"});
  CHECK(result.faults[0] == FaultCount{.struck = 1, .last_ns = 300});
}

TEST_CASE("fault slow: services take longer, by a ratio") {
  Simulation world(kHopsOf10);
  Notes notes;
  world.add("reader", noting("a", notes, 100), {.reads = "a"});
  world.add("writer", writing("a", 5), {.writes = {"a"}}, 50);
  world.inject({.kind = FaultKind::kSlow,
                .component = "reader",
                .from_ns = 200,
                .until_ns = 400,
                .factor = {.numerator = 3, .denominator = 2}});
  world.run();
  CHECK(notes == Notes{"writer-0@70", "writer-1@170", "writer-2@270", "writer-3@420", "writer-4@520"});
}

TEST_CASE("fault corrupt: so many bits are flipped, and nothing else changes") {
  for (const std::int64_t bits : {1, 5, 56, 1000}) {
    CAPTURE(bits);
    Simulation world(kHopsOf10);
    std::vector<MessagePtr> seen;
    world.add("reader",
              Program{stream_resource("a", 0,
                                      [&seen](Machine& machine, const MessagePtr& message) {
                                        seen.push_back(message);
                                        machine.next();
                                      })},
              {.reads = "a"});
    world.add("writer", writing("a", 20), {.writes = {"a"}}, 50);
    world.add("empty", Program{call([](Machine& machine) {
                machine.eval(write_resource("a", machine.compose({.key = "k"})));
              })},
              {.writes = {"a"}}, 50);
    world.inject({.kind = FaultKind::kCorrupt, .component = "writer", .every = 2, .bits = bits});
    world.inject({.kind = FaultKind::kCorrupt, .component = "empty"});
    const RunResult result = world.run();
    REQUIRE(seen.size() == 21);
    const std::string_view whole = "payload";
    for (const MessagePtr& message : seen) {
      if (message->app_id() == "empty") continue;
      const bool struck = (std::stoi(message->id().substr(7)) + 1) % 2 == 0;
      std::int64_t flipped = 0;
      REQUIRE(message->payload().size() == whole.size());
      for (std::size_t i = 0; i < whole.size(); ++i) {
        flipped += std::popcount(
            static_cast<unsigned char>(static_cast<unsigned char>(message->payload().bytes()[i]) ^
                                       static_cast<unsigned char>(whole[i])));
      }
      CHECK(flipped == (struck ? std::min<std::int64_t>(bits, 56) : 0));
      CHECK(message->timestamp() == 50);
    }
    CHECK(result.faults[0].struck == 10);
    CHECK(result.faults[1].struck == 0);
  }
}
