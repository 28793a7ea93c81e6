#include "sim/world/scheduler.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

// An event as it was scheduled, and the number of events scheduled before it.
struct Scheduled {
  TimeNs time_ns = 0;
  EventPriority priority = EventPriority::kNormal;
  std::uint32_t number = 0;
};

bool earlier(const Scheduled& a, const Scheduled& b) {
  return std::tie(a.time_ns, a.priority, a.number) < std::tie(b.time_ns, b.priority, b.number);
}

}  // namespace

TEST_CASE("events come in the order of time, priority and scheduling") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "scheduler", "events");
    Scheduler scheduler(seed);
    std::vector<Scheduled> pending;  // sorted
    std::uint32_t number = 0;
    const std::uint64_t spread = 1 + random.below(random.below(2) == 0 ? 4 : 1'000);
    const std::uint64_t pushes_of_ten = 4 + random.below(4);
    for (int step = 0; step < 600; ++step) {
      if (random.below(10) < pushes_of_ten || pending.empty()) {
        const Scheduled one{scheduler.now() + static_cast<TimeNs>(random.below(spread)),
                            random.below(4) == 0 ? EventPriority::kControl : EventPriority::kNormal,
                            number++};
        scheduler.schedule(one.time_ns, EventKind::kTimer, ComponentIndex(one.number), one.priority);
        pending.insert(std::upper_bound(pending.begin(), pending.end(), one, earlier), one);
      } else {
        REQUIRE(scheduler.next_time_ns() == pending.front().time_ns);
        const Event event = scheduler.pop();
        REQUIRE(event.target == ComponentIndex(pending.front().number));
        REQUIRE(event.time_ns == pending.front().time_ns);
        REQUIRE(scheduler.now() == event.time_ns);
        pending.erase(pending.begin());
      }
      REQUIRE(scheduler.size() == pending.size());
      REQUIRE(scheduler.empty() == pending.empty());
    }
  }
}

TEST_CASE("with a tie-break, simultaneous events come by control, then by their places") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "scheduler", "tie-break");
    const std::vector<std::string> names = {"a", "b", "c"};
    TieBreak places(seed, names);  // the same places as the scheduler's
    Scheduler scheduler(seed);
    scheduler.break_ties(TieBreak(seed, names));
    CHECK(scheduler.position().ordering == seed);
    std::vector<std::tuple<TimeNs, EventPriority, std::uint64_t, ComponentIndex>> pending;
    for (std::uint64_t number = 0; number < 400; ++number) {
      if (random.below(5) < 3 || pending.empty()) {
        const ComponentIndex target(static_cast<std::uint32_t>(random.below(3)));
        const bool control = random.below(4) == 0;
        const TimeNs time_ns = scheduler.now() + static_cast<TimeNs>(random.below(3));
        const EventPriority priority = control ? EventPriority::kControl : EventPriority::kNormal;
        scheduler.schedule(time_ns, EventKind::kTimer, target, priority);
        pending.emplace_back(time_ns, priority, control ? number : places.next(EventKind::kTimer, target),
                             target);
        std::sort(pending.begin(), pending.end());
      } else {
        const Event event = scheduler.pop();
        REQUIRE(event.time_ns == std::get<0>(pending.front()));
        REQUIRE(event.target == std::get<3>(pending.front()));
        pending.erase(pending.begin());
      }
    }
  }
}

TEST_CASE("an event is caused by the one during which it was scheduled") {
  Scheduler scheduler(1);
  scheduler.trace_causes();
  scheduler.schedule(10, EventKind::kTimer, ComponentIndex(0));
  scheduler.schedule(20, EventKind::kTimer, ComponentIndex(1));
  scheduler.pop();
  CHECK(scheduler.last_cause() == 0);  // scheduled before the run
  scheduler.schedule(15, EventKind::kResult, ComponentIndex(1));
  scheduler.schedule(30, EventKind::kTimer, ComponentIndex(0));
  scheduler.pop();
  CHECK(scheduler.last_cause() == 1);
  scheduler.pop();
  CHECK(scheduler.last_cause() == 0);
  scheduler.pop();
  CHECK(scheduler.last_cause() == 1);
}

TEST_CASE("an event keeps its kind and its target") {
  Scheduler scheduler(1);
  scheduler.schedule(5, EventKind::kResult, ComponentIndex(7));
  const Event event = scheduler.pop();
  CHECK(event.kind == EventKind::kResult);
  CHECK(event.target == ComponentIndex(7));
  CHECK(scheduler.empty());
}

TEST_CASE("the clock moves with events, or by itself up to the next one") {
  Scheduler scheduler(2015);
  CHECK(scheduler.now() == 0);
  scheduler.schedule(100, EventKind::kTimer, ComponentIndex(0));
  scheduler.advance_to(60);
  CHECK(scheduler.now() == 60);
  scheduler.pop();
  CHECK(scheduler.now() == 100);
  CHECK(scheduler.event_number() == 1);
  CHECK(scheduler.position().seed == 2015);
  CHECK(scheduler.position().virtual_time_ns == 100);
  CHECK(scheduler.position().event_number == 1);
}

TEST_CASE("an event that is postponed comes later, is counted once, and keeps its cause and its priority") {
  constexpr ComponentIndex kOne(0);
  constexpr ComponentIndex kOther(1);
  Scheduler scheduler(1);
  scheduler.trace_causes();
  scheduler.schedule(5, EventKind::kTimer, kOther);
  scheduler.pop();  // event 1 causes what follows
  scheduler.schedule(10, EventKind::kComponentReceives, kOne);
  scheduler.schedule(30, EventKind::kComponentReceives, kOne);
  scheduler.schedule(20, EventKind::kStart, kOther, EventPriority::kImport);
  const Event first = scheduler.pop();
  CHECK(scheduler.last_cause() == 1);
  CHECK(scheduler.event_number() == 2);
  scheduler.postpone(first, 20);
  CHECK(scheduler.event_number() == 1);
  scheduler.schedule(20, EventKind::kTimer, kOther, EventPriority::kControl);
  CHECK(scheduler.pop().kind == EventKind::kTimer);
  CHECK(scheduler.pop().kind == EventKind::kComponentReceives);
  CHECK(scheduler.last_cause() == 1);
  CHECK(scheduler.now() == 20);
  CHECK(scheduler.event_number() == 3);
  CHECK(scheduler.pop().kind == EventKind::kStart);
  CHECK(scheduler.pop().kind == EventKind::kComponentReceives);
  CHECK(scheduler.last_cause() == 1);
  scheduler.cancel_last();
  CHECK(scheduler.event_number() == 4);
  CHECK(scheduler.empty());
}
