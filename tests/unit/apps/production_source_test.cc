#include "apps/production_source.h"

#include "support/catch.h"
#include "unit/apps/app_run.h"

using namespace dse;

namespace {

ProductionSourceOptions options(std::uint32_t count) {
  return {.dataset = small_dataset(count), .last = count, .to = "camera", .rate = {7, 1'000}};
}

TruthSink nobody() {
  return [](const std::string&, int) {};
}

}  // namespace

TEST_CASE("the source sends its slice once, in file order, and exits") {
  ProductionSourceOptions how = options(40);
  how.first = 5;
  how.last = 25;
  how.key = "indoors";
  RandomStream random(1, "camera", "arrivals");
  ProductionSource source(how, random, nobody());
  AppRun run("camera", source);
  run.run();
  CHECK(run.machine.status() == 0);
  CHECK(metric(source, "sent") == 20);
  REQUIRE(run.link.published.size() == 20);
  for (std::size_t number = 0; number < 20; ++number) {
    const FakeLink::Published& one = run.link.published[number];
    CHECK(one.resource == "camera");
    CHECK(one.message->key() == "indoors");
    CHECK(image_number(*one.message) == static_cast<int>(number) + 5);
    CHECK(one.message->headers().empty());  // no label on the bus
  }
}

TEST_CASE("regular arrivals are exact, however long the source runs") {
  RandomStream random(1, "camera", "arrivals");
  ProductionSource source(options(200), random, nobody());
  AppRun run("camera", source);
  run.run();
  REQUIRE(run.link.published.size() == 200);
  for (std::size_t number = 0; number < 200; ++number) {
    CHECK(run.link.published[number].time_ns == static_cast<TimeNs>(number * 1'000 / 7));
  }
  CHECK(random.draws() == 0);
}

TEST_CASE("the truth is told before its message is sent, and by its id") {
  RandomStream random(1, "camera", "arrivals");
  std::vector<std::pair<std::string, int>> told;
  const FakeLink* link = nullptr;
  std::size_t too_late = 0;
  ProductionSource source(options(20), random, [&](const std::string& id, int label) {
    told.emplace_back(id, label);
    if (link != nullptr && link->published.size() >= told.size()) ++too_late;
  });
  AppRun run("camera", source);
  link = &run.link;
  run.run();
  REQUIRE(told.size() == 20);
  CHECK(too_late == 0);
  for (std::size_t number = 0; number < told.size(); ++number) {
    const Message& message = *run.link.published[number].message;
    CHECK(told[number] == std::pair(message.id(), image_number(message) % 10));
  }
}

TEST_CASE("a source of data without truth tells none") {
  ProductionSourceOptions how = options(5);
  how.dataset = small_dataset(5, false);
  RandomStream random(1, "camera", "arrivals");
  int told = 0;
  ProductionSource source(how, random, [&told](const std::string&, int) { ++told; });
  AppRun run("camera", source);
  run.run();
  CHECK(run.link.published.size() == 5);
  CHECK(told == 0);
}

TEST_CASE("Poisson arrivals have the rate's mean, by the seed's gaps") {
  constexpr std::uint32_t kCount = 10'000;
  ProductionSourceOptions how = options(kCount);
  how.arrivals = Arrivals::kPoisson;
  how.rate = {1, 1'000'000};
  RandomStream random(1, "camera", "arrivals");
  ProductionSource source(how, random, nobody());
  AppRun run("camera", source);
  run.run();
  REQUIRE(run.link.published.size() == kCount);
  CHECK(run.link.published.front().time_ns > 0);  // one gap after the start
  // Six standard deviations of the mean of 10,000 gaps: 6 * 1e6 / 100.
  const TimeNs mean = run.link.published.back().time_ns / kCount;
  CHECK(std::abs(mean - 1'000'000) < 60'000);

  RandomStream same(1, "camera", "arrivals");
  TimeNs expected = 0;
  for (std::size_t number = 0; number < 100; ++number) {
    expected += same.exponential_gap_ns(how.rate);
    CHECK(run.link.published[number].time_ns == expected);
  }
}
