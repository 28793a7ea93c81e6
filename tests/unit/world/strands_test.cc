#include "sim/world/strands.h"

#include <atomic>
#include <stdexcept>
#include <string>

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
  for (std::size_t strand = 0; strand < results.size(); ++strand) strands.add({});
  for (std::uint64_t job = 0; job < 3'000; ++job) {
    const std::size_t place = random.below(results.size());
    const StrandIndex strand(static_cast<std::uint32_t>(place));
    const JobTicket ticket =
        strands.post(strand, [&digest = results[place], job] { digest = hash_chain(digest, job); });
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
