#include "dse/ring_buffer.h"

#include <algorithm>
#include <deque>
#include <memory>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

TEST_CASE("a ring buffer does what a deque does") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "ring", "deque");
    RingBuffer<std::uint64_t> ring;
    std::deque<std::uint64_t> deque;
    const std::uint64_t pushes_of_eight = 2 + random.below(5);
    for (int step = 0; step < 1'000; ++step) {
      const std::uint64_t choice = random.below(8);
      if (choice < pushes_of_eight) {
        const std::uint64_t value = random.below(50);
        if (random.below(4) == 0) {
          ring.push_front(value);
          deque.push_front(value);
        } else {
          ring.push_back(value);
          deque.push_back(value);
        }
      } else if (choice == 7 && random.below(4) == 0) {
        const std::uint64_t value = random.below(50);
        ring.remove(value);
        const auto at = std::find(deque.begin(), deque.end(), value);
        if (at != deque.end()) deque.erase(at);
      } else if (!deque.empty()) {
        REQUIRE(ring.pop_front() == deque.front());
        deque.pop_front();
      }
      REQUIRE(ring.size() == deque.size());
      REQUIRE(ring.empty() == deque.empty());
      if (deque.empty()) continue;
      REQUIRE(ring.front() == deque.front());
      REQUIRE(ring.back() == deque.back());
      for (std::size_t place = 0; place < deque.size(); ++place) REQUIRE(ring.at(place) == deque[place]);
    }
    while (!deque.empty()) {
      REQUIRE(ring.pop_front() == deque.front());
      deque.pop_front();
    }
  }
}

TEST_CASE("what leaves a ring buffer is not kept alive by it") {
  RingBuffer<std::shared_ptr<int>> ring;
  const auto value = std::make_shared<int>(0);
  for (int times = 0; times < 20; ++times) ring.push_back(value);
  CHECK(value.use_count() == 21);
  ring.pop_front();
  CHECK(value.use_count() == 20);
  ring.clear();
  CHECK(value.use_count() == 1);
}
