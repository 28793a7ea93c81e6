#include "sim/scheduler.h"

#include <algorithm>
#include <vector>

#include "core/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

// An event as it was scheduled, and how many were before.
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
        scheduler.schedule(one.time_ns, EventKind::kTimer, one.number, one.priority);
        pending.insert(std::upper_bound(pending.begin(), pending.end(), one, earlier), one);
      } else {
        REQUIRE(scheduler.next_time_ns() == pending.front().time_ns);
        const Event event = scheduler.pop();
        REQUIRE(event.target == pending.front().number);
        REQUIRE(event.time_ns == pending.front().time_ns);
        REQUIRE(scheduler.now() == event.time_ns);
        pending.erase(pending.begin());
      }
      REQUIRE(scheduler.size() == pending.size());
      REQUIRE(scheduler.empty() == pending.empty());
    }
  }
}

TEST_CASE("an event keeps its kind and its target") {
  Scheduler scheduler(1);
  scheduler.schedule(5, EventKind::kResult, 7);
  const Event event = scheduler.pop();
  CHECK(event.kind == EventKind::kResult);
  CHECK(event.target == 7);
  CHECK(scheduler.empty());
}

TEST_CASE("the clock moves with events, or by itself up to the next one") {
  Scheduler scheduler(2015);
  CHECK(scheduler.now() == 0);
  scheduler.schedule(100, EventKind::kTimer, 0);
  scheduler.advance_to(60);
  CHECK(scheduler.now() == 60);
  scheduler.pop();
  CHECK(scheduler.now() == 100);
  CHECK(scheduler.event_number() == 1);
  CHECK(scheduler.position().seed == 2015);
  CHECK(scheduler.position().virtual_time_ns == 100);
  CHECK(scheduler.position().event_number == 1);
}
