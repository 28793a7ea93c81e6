#include "sim/world/strands.h"

#include <atomic>
#include <barrier>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "dse/hash.h"
#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

constexpr unsigned kThreads[] = {1, 2, 4};

// The digests of a few strands after a few thousand jobs, each of which chains a number to the digest of its
// strand.
std::vector<std::uint64_t> digests(unsigned threads, std::uint64_t seed) {
  RandomStream random(seed, "strands", "jobs");
  std::vector<std::uint64_t> results(5, 0);
  std::vector<std::uint64_t> read_on_the_way;
  Strands strands(threads);
  for (std::size_t strand = 0; strand < results.size(); ++strand) strands.add({.waits = strand % 2 == 1});
  for (std::uint64_t job = 0; job < 3'000; ++job) {
    const std::size_t place = random.below(results.size());
    const StrandIndex strand(static_cast<std::uint32_t>(place));
    const Urgency urgency = random.below(2) == 0 ? Urgency::kAtOnce : Urgency::kWhenever;
    const JobTicket ticket = strands.post(
        strand, [&digest = results[place], job] { digest = hash_chain(digest, job); }, urgency);
    if (random.below(20) != 0) continue;
    strands.wait(strand, ticket);
    read_on_the_way.push_back(results[place]);
  }
  strands.wait_all();
  results.insert(results.end(), read_on_the_way.begin(), read_on_the_way.end());
  return results;
}

}  // namespace

TEST_CASE("results are the same on one thread, two or four") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    const std::vector<std::uint64_t> alone = digests(1, seed);
    CHECK(digests(2, seed) == alone);
    CHECK(digests(4, seed) == alone);
  }
}

TEST_CASE("jobs of a strand run in order, one at a time") {
  for (unsigned threads : kThreads) {
    CAPTURE(threads);
    Strands strands(threads);
    const StrandIndex one = strands.add({});
    const StrandIndex other = strands.add({});
    std::atomic<int> running{0};
    std::atomic<bool> together{false};
    std::vector<int> order;
    for (int job = 0; job < 500; ++job) {
      strands.post(one, [&, job] {
        if (running.fetch_add(1) != 0) together = true;
        order.push_back(job);
        running.fetch_sub(1);
      });
      strands.post(other, [] {});
    }
    strands.wait_all();
    CHECK_FALSE(together.load());
    REQUIRE(order.size() == 500);
    CHECK(std::is_sorted(order.begin(), order.end()));
  }
}

TEST_CASE("tickets count the jobs of their own strand, and waiting for one waits for those before") {
  Strands strands(2);
  const StrandIndex one = strands.add({});
  const StrandIndex other = strands.add({});
  int done = 0;
  CHECK(strands.post(one, [&done] { ++done; }) == 1);
  CHECK(strands.post(other, [] {}) == 1);
  CHECK(strands.post(one, [&done] { ++done; }) == 2);
  strands.wait(one, 2);
  CHECK(done == 2);
  strands.wait(one, 1);  // long done
  strands.wait_all();
}

TEST_CASE("a strand takes any number of jobs in bounded room") {
  for (unsigned threads : kThreads) {
    CAPTURE(threads);
    Strands strands(threads);
    const StrandIndex strand = strands.add({});
    std::atomic<std::uint64_t> posted{0};
    std::uint64_t done = 0;
    std::uint64_t most_waiting = 0;
    for (std::uint64_t job = 0; job < 2'000; ++job) {
      strands.post(strand, [&] {
        ++done;
        const std::uint64_t so_far = posted.load();
        most_waiting = std::max(most_waiting, so_far - std::min(so_far, done));
      });
      posted.store(job + 1);
    }
    strands.wait_all();
    CHECK(done == 2'000);
    CHECK(most_waiting <= Strands::kJobsMax + 1);
  }
}

TEST_CASE("what a job throws comes out where its strand is waited for, and nowhere else") {
  for (unsigned threads : kThreads) {
    CAPTURE(threads);
    Strands strands(threads);
    const StrandIndex bad = strands.add({});
    const StrandIndex good = strands.add({});
    const JobTicket thrown = strands.post(bad, [] { throw std::runtime_error("out of paper"); });
    const JobTicket fine = strands.post(good, [] {});
    CHECK_NOTHROW(strands.wait(good, fine));
    CHECK_THROWS_WITH(strands.wait(bad, thrown), "out of paper");
    CHECK_THROWS_WITH(strands.wait_all(), "out of paper");
  }
}

TEST_CASE("jobs that nobody waited for may be dropped, but not kept") {
  auto held = std::make_shared<int>(0);
  for (unsigned threads : kThreads) {
    CAPTURE(threads);
    {
      Strands strands(threads);
      const StrandIndex strand = strands.add({});
      for (int job = 0; job < 50; ++job) strands.post(strand, [held] {});
    }
    CHECK(held.use_count() == 1);
  }
}

TEST_CASE("a job and what it holds are gone when it is done") {
  for (unsigned threads : kThreads) {
    CAPTURE(threads);
    Strands strands(threads);
    const StrandIndex strand = strands.add({});
    auto held = std::make_shared<int>(0);
    const std::weak_ptr<int> alive = held;
    strands.wait(strand, strands.post(strand, [held = std::move(held)] {}));
    CHECK(alive.expired());
  }
}

TEST_CASE("strands that wait have a thread each, however few threads there are") {
  for (unsigned threads : kThreads) {
    CAPTURE(threads);
    constexpr int kWaiting = 8;
    Strands strands(threads);
    std::vector<StrandIndex> waiting;
    for (int i = 0; i < kWaiting; ++i) waiting.push_back(strands.add({.waits = true}));
    // Each job waits for all the others, and this thread waits for none of them before they are done.
    std::barrier all(kWaiting + 1);
    for (const StrandIndex strand : waiting) strands.post(strand, [&all] { all.arrive_and_wait(); });
    all.arrive_and_wait();
    strands.wait_all();
  }
}

TEST_CASE("the thread of a strand that waits takes no other job") {
  Strands strands(1);
  const StrandIndex waiting = strands.add({.waits = true});
  const StrandIndex working = strands.add({});
  std::thread::id of_the_waiting;
  strands.wait(waiting, strands.post(waiting, [] {}));
  std::promise<void> seen;
  strands.post(waiting, [&] {
    of_the_waiting = std::this_thread::get_id();
    seen.set_value();
  });
  seen.get_future().wait();  // so that it was not this thread
  CHECK(of_the_waiting != std::this_thread::get_id());
  int elsewhere = 0;
  for (int job = 0; job < 500; ++job) {
    strands.post(working, [&elsewhere, here = std::this_thread::get_id()] {
      if (std::this_thread::get_id() != here) ++elsewhere;
    });
  }
  strands.wait_all();
  CHECK(elsewhere == 0);
}

TEST_CASE("a job that is wanted at once is run by the thread that wants it") {
  for (unsigned threads : kThreads) {
    CAPTURE(threads);
    Strands strands(threads);
    const StrandIndex strand = strands.add({.waits = true});
    // A thread that has just started looks for jobs by itself; after its first job it sleeps until it is
    // called.
    std::promise<void> started;
    strands.post(strand, [&started] { started.set_value(); });
    started.get_future().wait();
    strands.wait_all();
    for (int job = 0; job < 200; ++job) {
      std::thread::id by;
      strands.wait(strand, strands.post(
                               strand, [&by] { by = std::this_thread::get_id(); }, Urgency::kAtOnce));
      CHECK(by == std::this_thread::get_id());
    }
  }
}

TEST_CASE("a job that is wanted at once comes after those before it") {
  for (unsigned threads : kThreads) {
    CAPTURE(threads);
    Strands strands(threads);
    const StrandIndex strand = strands.add({.waits = true});
    std::promise<void> gate;
    std::vector<int> order;
    strands.post(strand, [&order, wait = gate.get_future().share()] {
      wait.wait();
      order.push_back(1);
    });
    strands.post(strand, [&order] { order.push_back(2); });
    const JobTicket last = strands.post(
        strand, [&order] { order.push_back(3); }, Urgency::kAtOnce);
    gate.set_value();
    strands.wait(strand, last);
    CHECK(order == std::vector<int>{1, 2, 3});
  }
}

TEST_CASE("a job that was wanted at once, and that nobody waits for, is run in the end") {
  Strands strands(1);
  const StrandIndex strand = strands.add({.waits = true});
  int done = 0;
  strands.post(
      strand, [&done] { ++done; }, Urgency::kAtOnce);
  strands.post(
      strand, [&done] { ++done; }, Urgency::kAtOnce);
  strands.wait_all();
  CHECK(done == 2);
}

TEST_CASE("a strand that waits takes any number of jobs, too") {
  for (unsigned threads : kThreads) {
    CAPTURE(threads);
    Strands strands(threads);
    const StrandIndex one = strands.add({.waits = true});
    const StrandIndex other = strands.add({});
    std::vector<int> order;
    for (int job = 0; job < 1'000; ++job) {
      strands.post(one, [&order, job] { order.push_back(job); });
      strands.post(other, [] {});
    }
    strands.wait_all();
    REQUIRE(order.size() == 1'000);
    CHECK(std::is_sorted(order.begin(), order.end()));
  }
}

TEST_CASE("what a waiting job throws comes out, too, and the others go on") {
  Strands strands(1);
  const StrandIndex bad = strands.add({.waits = true});
  const StrandIndex good = strands.add({.waits = true});
  const JobTicket thrown = strands.post(bad, [] { throw std::runtime_error("out of ink"); });
  const JobTicket fine = strands.post(good, [] {});
  CHECK_NOTHROW(strands.wait(good, fine));
  CHECK_THROWS_WITH(strands.wait(bad, thrown), "out of ink");
}
