#include "measure/prequential_accuracy.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dse/hash.h"
#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

struct Answered {
  TimeNs time_ns = 0;
  bool right = false;
};

std::vector<Answered> random_answers(std::size_t count, std::uint64_t seed) {
  RandomStream random(seed, "test", "answers");
  std::vector<Answered> answers;
  TimeNs now = 0;
  for (std::size_t at = 0; at < count; ++at) {
    // Many at one time, and sometimes none for several intervals. The accuracy improves over time.
    if (random.below(3) == 0) now += static_cast<TimeNs>(random.below(random.below(20) == 0 ? 1'000 : 30));
    answers.push_back({now, random.below(count) < at});
  }
  return answers;
}

// The definitions, computed each time from the first answer on; the powers are those of the C library.
double naive_window(const std::vector<Answered>& answers, std::size_t count, std::size_t window) {
  double right = 0;
  const std::size_t first = count > window ? count - window : 0;
  for (std::size_t at = first; at < count; ++at) right += answers[at].right ? 1 : 0;
  return right / static_cast<double>(count - first);
}

double naive_faded(const std::vector<Answered>& answers, std::size_t count, double fading) {
  double right = 0;
  double all = 0;
  for (std::size_t at = 0; at < count; ++at) {
    const double share = std::pow(fading, static_cast<double>(count - 1 - at));
    all += share;
    if (answers[at].right) right += share;
  }
  return right / all;
}

// The values at the end of each interval in which something was answered.
std::vector<Accuracy::Point> naive_curve(const std::vector<Answered>& answers, TimeNs every_ns,
                                         const std::function<double(std::size_t count)>& value) {
  std::vector<Accuracy::Point> points;
  for (std::size_t at = 0; at < answers.size(); ++at) {
    const TimeNs interval = answers[at].time_ns / every_ns;
    if (at + 1 < answers.size() && answers[at + 1].time_ns / every_ns == interval) continue;
    points.push_back({(interval + 1) * every_ns, value(at + 1)});
  }
  return points;
}

bool near(double a, double b) { return std::abs(a - b) < 1e-12; }

bool near(const std::vector<Accuracy::Point>& a, const std::vector<Accuracy::Point>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Accuracy::Point& one, const Accuracy::Point& other) {
                      return one.time_ns == other.time_ns && near(one.value, other.value);
                    });
}

}  // namespace

TEST_CASE("of no answer there is no prequential accuracy") {
  const PrequentialAccuracy accuracy({});
  CHECK_FALSE(accuracy.overall().value());
  CHECK_FALSE(accuracy.window());
  CHECK_FALSE(accuracy.faded());
  CHECK(accuracy.window_curve().empty());
  CHECK(accuracy.faded_curve().empty());
}

TEST_CASE("a window forgets at once, and fading little by little") {
  PrequentialAccuracy accuracy({.window = 2, .fading = 0.5});
  for (const bool right : {true, false, false}) accuracy.add(0, right);
  CHECK(*accuracy.overall().value() == 1.0 / 3);
  CHECK(accuracy.window() == 0);
  CHECK(accuracy.faded() == 0.25 / 1.75);
  accuracy.add(0, true);
  CHECK(accuracy.window() == 0.5);
  CHECK(accuracy.faded() == 1.125 / 1.875);
}

TEST_CASE("window and faded accuracy are what their definitions say, for any window and fading") {
  constexpr TimeNs kEvery = 100;
  struct Case {
    std::size_t window;
    double fading;
  };
  const Case cases[] = {{1, 0.5}, {2, 0.9}, {7, 0.99}, {64, 0.999}, {400, 1.0}, {1'000'000, 0.001}};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const Case& each : cases) {
      INFO("seed " << seed << ", window " << each.window << ", fading " << each.fading);
      const std::vector<Answered> answers = random_answers(400, seed);
      PrequentialAccuracy accuracy({.curve_every_ns = kEvery, .window = each.window, .fading = each.fading});
      const auto window = [&](std::size_t count) { return naive_window(answers, count, each.window); };
      const auto faded = [&](std::size_t count) { return naive_faded(answers, count, each.fading); };
      for (std::size_t at = 0; at < answers.size(); ++at) {
        accuracy.add(answers[at].time_ns, answers[at].right);
        REQUIRE(accuracy.window() == window(at + 1));
        REQUIRE(near(*accuracy.faded(), faded(at + 1)));
      }
      CHECK(near(accuracy.window_curve(), naive_curve(answers, kEvery, window)));
      CHECK(near(accuracy.faded_curve(), naive_curve(answers, kEvery, faded)));
      CHECK(accuracy.overall().curve().size() == accuracy.window_curve().size());
    }
  }
}

TEST_CASE("with a window of everything, or without fading, they are the accuracy of the whole stream") {
  PrequentialAccuracy accuracy({.window = 500, .fading = 1});
  for (const Answered& one : random_answers(500, 3)) {
    accuracy.add(one.time_ns, one.right);
    REQUIRE(accuracy.window() == accuracy.overall().value());
    REQUIRE(accuracy.faded() == accuracy.overall().value());
  }
}

// The bits are the same with every compiler and in every configuration.
TEST_CASE("the bits of the faded accuracy are known") {
  PrequentialAccuracy accuracy({});
  for (const Answered& one : random_answers(5'000, 1)) accuracy.add(one.time_ns, one.right);
  std::uint64_t bits = 0;
  const double value = *accuracy.faded();
  std::memcpy(&bits, &value, sizeof bits);
  CHECK(hex64(bits) == "3fe9c53626973cc7");
}
