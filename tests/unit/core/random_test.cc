#include "dse/random.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "support/catch.h"

using namespace dse;

TEST_CASE("a stream depends on seed, component and purpose, and on nothing else") {
  RandomStream a(1, "trainer", "order");
  RandomStream same(1, "trainer", "order");
  RandomStream other_seed(2, "trainer", "order");
  RandomStream other_purpose(1, "trainer", "weights");
  const std::uint64_t first = a.next_u64();
  CHECK(first == same.next_u64());
  CHECK(first != other_seed.next_u64());
  CHECK(first != other_purpose.next_u64());
}

TEST_CASE("below is uniform") {
  RandomStream random(7, "test", "below");
  constexpr std::size_t kDraws = 60'000;
  std::array<int, 6> seen{};
  for (std::size_t draw = 0; draw < kDraws; ++draw) ++seen[random.below(6)];
  // Six standard deviations of a binomial(60000, 1/6) are 548.
  for (int count : seen) CHECK(std::abs(count - 10'000) < 548);
}

TEST_CASE("a permutation holds every index once") {
  RandomStream random(7, "test", "permutation");
  std::vector<std::uint32_t> order = random.permutation(1000);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> expected(1000);
  std::iota(expected.begin(), expected.end(), 0U);
  CHECK(order == expected);
  CHECK(random.permutation(0).empty());
}

TEST_CASE("exponential gaps have the exponential's mean, median and tail") {
  RandomStream random(7, "test", "gaps");
  constexpr int kDraws = 100'000;
  const Rate rate{1, 1'000'000};
  std::int64_t sum = 0;
  int below_median = 0;
  int beyond_three_means = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    const TimeNs gap = random.exponential_gap_ns(rate);
    REQUIRE(gap >= 0);
    sum += gap;
    if (gap < 693'147) ++below_median;
    if (gap > 3'000'000) ++beyond_three_means;
  }
  // Six standard deviations: of the mean 1e6 * 6 / sqrt(1e5), of the counts 6 * sqrt(n p (1-p)).
  CHECK(std::abs(sum / kDraws - 1'000'000) < 18'974);
  CHECK(std::abs(below_median - 50'000) < 949);
  CHECK(std::abs(beyond_three_means - 4'979) < 413);
}

TEST_CASE("a stream nobody draws from leaves the fingerprint alone") {
  RandomStreams alone(1);
  alone.stream("a", "x").next_u64();
  RandomStreams beside(1);
  beside.stream("b", "x");
  beside.stream("a", "x").next_u64();
  CHECK(alone.digest() == beside.digest());
  beside.stream("b", "x").next_u64();
  CHECK(alone.digest() != beside.digest());
}
