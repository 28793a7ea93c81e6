// Tests of the small parts: patience, recent ids, the worker, names of headers exchanges, run
// marks.
#include <thread>

#include "amqp/patience.h"
#include "amqp/recent_ids.h"
#include "amqp/run_mark.h"
#include "amqp/topology.h"
#include "amqp/worker.h"
#include "support/catch.h"
#include "unit/amqp/manual_clock.h"
#include "unit/amqp/peer_error.h"

using namespace dse;
using namespace std::chrono_literals;

TEST_CASE("patience: it ends after a standstill, or when it has lasted long enough") {
  ManualClock clock;
  Patience patience({.longest = 1'000ms, .standstill = 100ms}, clock);
  CHECK_FALSE(patience.is_over(5));
  clock.advance(99ms);
  CHECK_FALSE(patience.is_over(5));
  clock.advance(1ms);
  CHECK(patience.is_over(5));
  CHECK_FALSE(patience.is_over(4));  // there is progress again
  for (std::uint64_t left = 100; left > 91; --left) {
    clock.advance(99ms);
    CHECK_FALSE(patience.is_over(left));
  }
  clock.advance(9ms);
  CHECK(patience.is_over(1));
}

TEST_CASE("recent ids: bounded, and what is removed is new again") {
  RecentIds ids(2);
  CHECK(ids.add(1));
  CHECK_FALSE(ids.add(1));
  CHECK(ids.add(2));
  CHECK(ids.add(3));
  CHECK_FALSE(ids.contains(1));
  CHECK(ids.contains(3));
  ids.remove(3);
  ids.remove(9);
  CHECK(ids.add(3));
}

TEST_CASE("worker: jobs are done in order, and it is notified of each") {
  const RealClock clock;
  const Notifier done(clock);
  Worker worker(done);
  std::vector<int> order;
  for (int number = 1; number <= 100; ++number) worker.post([&order, number] { order.push_back(number); });
  await_change(done, [&worker] { return worker.done() == 100; });
  worker.wait_all();
  CHECK(std::is_sorted(order.begin(), order.end()));
  worker.post([] { throw RunError("broken"); });
  CHECK_THROWS_WITH(worker.wait_all(), "broken");
  CHECK_THROWS_WITH(worker.done(), "broken");
  CHECK_THROWS_WITH(worker.post([] {}), "broken");
}

TEST_CASE("headers exchange: its name is that of the binding, shortened when AMQP would not carry it") {
  CHECK(headers_exchange({.from = "a", .to = "b", .key = "k.#"}) == "a|k.#");
  const std::string x(200, 'x');
  const std::string first = headers_exchange({.from = x, .to = "b", .key = x + "1"});
  CHECK(first.size() == 255);
  CHECK(first != headers_exchange({.from = x, .to = "b", .key = x + "2"}));
}

TEST_CASE("run mark: 16 digits, others at every call") {
  CHECK(make_run_mark("m").size() == 16);
  CHECK(make_run_mark("m") != make_run_mark("m"));
}

TEST_CASE("real clock: it returns at once when it is late, or when there is something to read") {
  const RealClock clock;
  const Notifier notifier(clock);
  CHECK_FALSE(notifier.wait_until(clock.now()));
  CHECK_FALSE(notifier.wait_until(Clock::TimePoint::min()));
  CHECK_FALSE(notifier.wait_until(clock.now() + 1ms));
  notifier.notify();
  notifier.notify();
  CHECK(notifier.wait_until(Clock::TimePoint::max()));
  CHECK_FALSE(notifier.wait_until(clock.now()));
}
