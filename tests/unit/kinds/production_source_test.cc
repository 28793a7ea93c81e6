#include "kinds/production_source.h"

#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;

namespace {

SourceOptions options() { return {.to = "camera", .rate = {7, 1'000}}; }

std::unique_ptr<App> made(const SourceOptions& options, Stage& stage) {
  return make_production_source(options)->make(stage.context("camera"));
}

}  // namespace

TEST_CASE("the source sends its slice once, in file order, and exits") {
  SourceOptions how = options();
  how.data.slice = Slice{.first = 5, .last = 25};
  how.key = "indoors";
  Stage stage{.data = small_dataset(40)};
  const auto source = made(how, stage);
  AppRun run("camera", *source);
  run.run();
  CHECK(run.machine.status() == 0);
  CHECK(metric(*source, "sent") == 20);
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
  Stage stage{.data = small_dataset(200)};
  const auto source = made(options(), stage);
  AppRun run("camera", *source);
  run.run();
  REQUIRE(run.link.published.size() == 200);
  for (std::size_t number = 0; number < 200; ++number) {
    CHECK(run.link.published[number].time_ns == static_cast<TimeNs>(number * 1'000 / 7));
  }
  CHECK(stage.random.draws().empty());
}

TEST_CASE("the truth is told before its message is sent, and by its id") {
  Stage stage{.data = small_dataset(20)};
  std::vector<std::pair<std::string, int>> told;
  const FakeLink* link = nullptr;
  std::size_t too_late = 0;
  MakeContext context = stage.context("camera");
  context.truth = [&](const std::string& id, int label) {
    told.emplace_back(id, label);
    if (link != nullptr && link->published.size() >= told.size()) ++too_late;
  };
  const auto source = make_production_source(options())->make(context);
  AppRun run("camera", *source);
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
  Stage stage{.data = small_dataset(5, false)};
  const auto source = made(options(), stage);
  AppRun run("camera", *source);
  run.run();
  CHECK(run.link.published.size() == 5);
  CHECK(stage.truths.empty());
}

TEST_CASE("Poisson arrivals have the rate's mean, by the seed's gaps") {
  constexpr std::uint32_t kCount = 10'000;
  SourceOptions how = options();
  how.arrivals = Arrivals::kPoisson;
  how.rate = {1, 1'000'000};
  Stage stage{.data = small_dataset(kCount)};
  const auto source = made(how, stage);
  AppRun run("camera", *source);
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
