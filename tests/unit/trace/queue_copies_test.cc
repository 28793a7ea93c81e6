#include "sim/trace/queue_copies.h"

#include <algorithm>
#include <random>
#include <vector>

#include "support/catch.h"

using dse::QueueCopies;
using dse::QueueCopy;

TEST_CASE("queue copies: the oldest of equal ones is found, by who has it") {
  QueueCopies copies;
  CHECK(copies.find(3, 7, QueueCopy::kWaits) == 0);
  const std::uint32_t first = copies.add(3, 7);
  const std::uint32_t second = copies.add(3, 7);
  CHECK(first == 1);
  CHECK(copies.find(3, 7, QueueCopy::kWaits) == first);
  copies[first].holder = 5;
  CHECK(copies.find(3, 7, QueueCopy::kWaits) == second);
  CHECK(copies.find(3, 7, 5) == first);
  CHECK(copies.find(4, 7, QueueCopy::kWaits) == 0);
  copies.remove(3, 7, second);
  CHECK(copies.find(3, 7, QueueCopy::kWaits) == 0);
  CHECK(copies.find(3, 7, 5) == first);
}

TEST_CASE("queue copies: random operations, against a list") {
  struct Listed {
    std::int64_t queue;
    std::int64_t message;
    std::int64_t holder;
    std::uint32_t copy;
  };
  for (unsigned seed = 1; seed <= 10; ++seed) {
    INFO("seed " << seed);
    std::minstd_rand draw(seed);
    const auto below = [&draw](std::int64_t most) { return static_cast<std::int64_t>(draw()) % most; };
    QueueCopies copies;
    std::vector<Listed> list;
    for (int i = 0; i < 2000; ++i) {
      const std::int64_t queue = below(3);
      const std::int64_t message = 1 + below(4);
      const std::int64_t holder = below(3) - 1;
      const auto found = std::ranges::find_if(list, [&](const Listed& one) {
        return one.queue == queue && one.message == message && one.holder == holder;
      });
      const std::uint32_t copy = copies.find(queue, message, holder);
      REQUIRE(copy == (found == list.end() ? 0 : found->copy));
      if (copy == 0 || below(3) == 0) {
        list.push_back({queue, message, QueueCopy::kWaits, copies.add(queue, message)});
      } else if (below(2) == 0) {
        found->holder = copies[copy].holder = below(3) - 1;
      } else {
        copies.remove(queue, message, copy);
        list.erase(found);
      }
    }
  }
}
