#include "dse/drawn_time.h"

#include <algorithm>
#include <vector>

#include "support/catch.h"

using namespace dse;

namespace {

std::vector<TimeNs> drawn(const DrawnTime& distribution, std::size_t count) {
  RandomStream random(7, "c", "time");
  std::vector<TimeNs> times;
  for (std::size_t i = 0; i < count; ++i) times.push_back(distribution.draw(random));
  return times;
}

}  // namespace

TEST_CASE("a constant time draws nothing") {
  RandomStream random(7, "c", "time");
  CHECK(DrawnTime::constant(5).draw(random) == 5);
  CHECK(random.draws() == 0);
}

TEST_CASE("a uniform time comes from both ends and between") {
  const std::vector<TimeNs> times = drawn(DrawnTime::uniform(3, 6), 400);
  for (TimeNs time = 3; time <= 6; ++time) {
    INFO(time);
    const auto count = std::count(times.begin(), times.end(), time);
    CHECK(count > 70);
    CHECK(count < 130);
  }
  CHECK(drawn(DrawnTime::uniform(4, 4), 3) == std::vector<TimeNs>{4, 4, 4});
}

TEST_CASE("an exponential time has its mean, and a third of it is longer") {
  const std::vector<TimeNs> times = drawn(DrawnTime::exponential(1'000'000), 20'000);
  double sum = 0;
  for (const TimeNs time : times) sum += static_cast<double>(time);
  CHECK(sum / 20'000 > 980'000);
  CHECK(sum / 20'000 < 1'020'000);
  const auto longer = std::count_if(times.begin(), times.end(), [](TimeNs one) { return one > 1'000'000; });
  CHECK(longer > 7'100);  // 20,000 / e is 7,358
  CHECK(longer < 7'600);
}

// Recorded: every machine, compiler and configuration draws these.
TEST_CASE("what is drawn is the same everywhere") {
  CHECK(drawn(DrawnTime::uniform(1'000'000, 9'000'000), 3) ==
        std::vector<TimeNs>{1'749'573, 3'316'022, 6'506'021});
  CHECK(drawn(DrawnTime::exponential(5'000'000), 3) == std::vector<TimeNs>{468'483, 5'462'846, 402'518});
}

TEST_CASE("what is no distribution is said so") {
  CHECK(DrawnTime::uniform(1, 2).mistake().empty());
  CHECK_THAT(DrawnTime::constant(-1).mistake(), ContainsSubstring("is negative"));
  CHECK_THAT(DrawnTime::uniform(2, 1).mistake(), ContainsSubstring("longest time of 1ns below"));
  CHECK_THAT(DrawnTime::exponential(0).mistake(), ContainsSubstring("more than nothing"));
  CHECK_THAT(DrawnTime::exponential(DrawnTime::kMeanMaxNs + 1).mistake(),
             ContainsSubstring("at most a year"));
  CHECK(drawn_time_text(DrawnTime::uniform(1'000'000, 9'000'000)) == "uniform from 1ms to 9ms");
  CHECK(drawn_time_text(DrawnTime::exponential(5'000'000)) == "exponential, 5ms on average");
  CHECK(drawn_time_text(DrawnTime::constant(0)) == "0s");
}
