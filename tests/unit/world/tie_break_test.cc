#include "sim/world/tie_break.h"

#include <map>
#include <set>

#include "support/catch.h"
#include "support/programs.h"

using namespace dse;

namespace {

std::vector<std::uint64_t> places(TieBreak& tie_break, std::uint32_t target, EventKind kind, int count) {
  std::vector<std::uint64_t> result;
  for (int i = 0; i < count; ++i) result.push_back(tie_break.next(kind, ComponentIndex(target)));
  return result;
}

// The order in which a reader receives the messages of writers that all write at the same time.
std::vector<std::string> order_of(std::uint64_t ordering, bool with_listener, TimeNs* ended_ns = nullptr) {
  SimulationOptions options = kHopsOf10;
  options.ordering = ordering;
  Simulation world(options);
  std::vector<std::string> notes;
  std::vector<std::string> heard;
  if (with_listener) world.add("a-listener", noting("copies", heard));
  world.add("reader", noting("in", notes));
  for (const std::string name : {"w0", "w1", "w2", "w3", "w4"}) world.add(name, writing("in", 3, 100));
  if (with_listener) world.bind({.from = "in", .to = "copies", .key = "#"});
  const RunResult result = world.run();
  REQUIRE(result.status == RunStatus::kCompleted);
  CHECK(result.ordering == ordering);
  if (ended_ns != nullptr) *ended_ns = result.virtual_time_ns;
  REQUIRE(notes.size() == 15);
  if (with_listener) CHECK(heard.size() == 15);
  return notes;
}

}  // namespace

TEST_CASE("places are the key's, and lie below 2^56") {
  TieBreak one(1, {"a", "b"});
  TieBreak again(1, {"a", "b"});
  TieBreak other(2, {"a", "b"});
  CHECK(one.ordering() == 1);
  const auto first = places(one, 0, EventKind::kTimer, 50);
  CHECK(first == places(again, 0, EventKind::kTimer, 50));
  CHECK(first != places(other, 0, EventKind::kTimer, 50));
  for (const std::uint64_t place : first) CHECK(place < std::uint64_t{1} << TieBreak::kBits);
  CHECK(std::set(first.begin(), first.end()).size() == 50);
}

TEST_CASE("a component's places do not depend on the others, nor on other kinds of events") {
  TieBreak small(9, {"a", "b"});
  TieBreak large(9, {"x", "b", "y", "a"});
  places(large, 0, EventKind::kTimer, 7);
  places(large, 3, EventKind::kResult, 5);
  CHECK(places(small, 0, EventKind::kTimer, 20) == places(large, 3, EventKind::kTimer, 20));
  CHECK(places(small, 1, EventKind::kBusReceives, 20) == places(large, 1, EventKind::kBusReceives, 20));
}

TEST_CASE("an ordering permutes simultaneous events and nothing else") {
  TimeNs scheduled_end_ns = 0;
  const std::vector<std::string> scheduled = order_of(0, false, &scheduled_end_ns);
  CHECK(scheduled[0] == "w0-0@20");
  CHECK(scheduled[4] == "w4-0@20");
  std::set<std::vector<std::string>> seen = {scheduled};
  for (std::uint64_t ordering = 1; ordering <= 20; ++ordering) {
    CAPTURE(ordering);
    TimeNs end_ns = 0;
    const std::vector<std::string> order = order_of(ordering, false, &end_ns);
    CHECK(order == order_of(ordering, false));
    CHECK(end_ns == scheduled_end_ns);
    CHECK(std::multiset(order.begin(), order.end()) == std::multiset(scheduled.begin(), scheduled.end()));
    seen.insert(order);
  }
  CHECK(seen.size() > 15);
}

TEST_CASE("each of the possible orders comes up about as often") {
  std::map<std::string, int> first;
  for (std::uint64_t ordering = 1; ordering <= 500; ++ordering) ++first[order_of(ordering, false)[0]];
  REQUIRE(first.size() == 5);
  for (const auto& [note, times] : first) {
    CAPTURE(note);
    CHECK(times > 60);
    CHECK(times < 140);
  }
}

TEST_CASE("a listener that is added leaves the order of the others as it was") {
  for (std::uint64_t ordering = 0; ordering <= 30; ++ordering) {
    CAPTURE(ordering);
    CHECK(order_of(ordering, true) == order_of(ordering, false));
  }
}
