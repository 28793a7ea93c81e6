#include "amqp/settled_tags.h"

#include "support/catch.h"

using dse::Clock;
using dse::SettledTags;

TEST_CASE("settled tags: up to the first that is not settled, whatever the order, when it is old enough") {
  SettledTags tags;
  const Clock::TimePoint start{};
  const auto later = start + SettledTags::kTakenIn;
  CHECK(tags.taken_in(later) == 0);
  tags.add(2, start);
  CHECK(tags.taken_in(later) == 0);
  tags.add(1, start);
  CHECK(tags.taken_in(start) == 0);
  CHECK(tags.taken_in(later - std::chrono::nanoseconds(1)) == 0);
  CHECK(tags.taken_in(later) == 2);
  for (const std::uint64_t tag : {5U, 4U, 7U}) tags.add(tag, later);
  tags.add(3, later);
  tags.add(3, later);  // a second time
  CHECK(tags.taken_in(later) == 2);
  CHECK(tags.taken_in(later + SettledTags::kTakenIn) == 5);
  tags.add(6, later + SettledTags::kTakenIn);
  CHECK(tags.taken_in(later + 2 * SettledTags::kTakenIn) == 7);
}
