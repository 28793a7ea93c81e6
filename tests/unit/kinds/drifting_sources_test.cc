// What sources and generators send when it drifts: which items, when, and under which labels.
#include <cmath>
#include <cstring>

#include "kinds/production_source.h"
#include "kinds/synthetic_source.h"
#include "kinds/training_generator.h"
#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;

namespace {

constexpr TimeNs kGapNs = 10;

// A stage on which the component `sender` drifts.
struct DriftingStage {
  Stage stage{.data = small_dataset(40)};
  std::vector<DriftEffect> effects = {};

  MakeContext context(ConceptDrift drift) {
    drift.components = {"sender"};
    drift.stream = "drift";
    MakeContext context = stage.context("sender");
    context.drifts = {drift};
    context.drifted = [this](std::size_t, DriftEffect effect) { effects.push_back(effect); };
    return context;
  }
};

ConceptDrift swap_of_1_and_2(TimeNs at_ns) {
  return {.kind = ConceptDriftKind::kClassSwap, .at_ns = at_ns, .classes = {1, 2}};
}

// No class 3 any more.
ConceptDrift without_class_3(TimeNs at_ns) {
  ConceptDrift drift{
      .kind = ConceptDriftKind::kClassPrior, .at_ns = at_ns, .weights = std::vector<double>(10, 1.0)};
  drift.weights[3] = 0;
  return drift;
}

GeneratorOptions generator() { return {.to = "digits", .rate = {1, kGapNs}, .shuffled = false}; }

}  // namespace

TEST_CASE("a generator sends the swapped label as header and as key, from the drift's time on") {
  DriftingStage drifting;
  const auto app = make_training_generator(generator())->make(drifting.context(swap_of_1_and_2(20 * kGapNs)));
  AppRun run("sender", *app);
  run.run();
  REQUIRE(run.link.published.size() == 40);
  for (int number = 0; number < 40; ++number) {
    const Message& message = *run.link.published[static_cast<std::size_t>(number)].message;
    int label = number % 10;
    if (number >= 20 && (label == 1 || label == 2)) label = 3 - label;
    CHECK(*message.headers().find_integer("label") == label);
    CHECK(message.key() == std::to_string(label));
    CHECK(image_number(message) == number);
  }
  CHECK(drifting.effects.size() == 20);
}

TEST_CASE("a source tells the truth of the new concept") {
  DriftingStage drifting;
  SourceOptions options{.to = "camera", .rate = {1, kGapNs}};
  const auto app = make_production_source(options)->make(drifting.context(swap_of_1_and_2(0)));
  AppRun run("sender", *app);
  run.run();
  REQUIRE(drifting.stage.truths.size() == 40);
  CHECK(drifting.stage.truths[1].second == 2);
  CHECK(drifting.stage.truths[2].second == 1);
  CHECK(drifting.stage.truths[3].second == 3);
}

TEST_CASE("late labels are those of the new concept, and what is left out has none") {
  for (const bool swaps : {true, false}) {
    CAPTURE(swaps);
    DriftingStage drifting;
    SourceOptions options{.to = "camera", .rate = {1, kGapNs}};
    options.labels = LateLabelOptions{.to = "labels", .delay = DrawnTime::constant(5 * kGapNs)};
    const auto app = make_production_source(options)->make(
        drifting.context(swaps ? swap_of_1_and_2(0) : without_class_3(0)));
    AppRun run("sender", *app);
    run.run();
    std::vector<std::int64_t> labels;
    for (const FakeLink::Published& one : run.link.published) {
      if (one.resource == "labels") labels.push_back(*one.message->headers().find_integer("label"));
    }
    REQUIRE(labels.size() == (swaps ? 40 : 36));
    labels.resize(4);
    CHECK(labels == (swaps ? std::vector<std::int64_t>{0, 2, 1, 3} : std::vector<std::int64_t>{0, 1, 2, 4}));
  }
}

TEST_CASE("where an item is left out nothing is sent, and all others keep their times") {
  SourceOptions source{.to = "camera", .rate = {1, kGapNs}};
  for (const bool labelled : {true, false}) {
    CAPTURE(labelled);
    DriftingStage drifting;
    const MakeContext context = drifting.context(without_class_3(10 * kGapNs));
    const auto app = labelled ? make_training_generator(generator())->make(context)
                              : make_production_source(source)->make(context);
    AppRun run("sender", *app);
    run.run();
    CHECK(run.machine.status() == 0);
    REQUIRE(run.link.published.size() == 37);
    CHECK(metric(*app, "sent") == 37);
    for (const FakeLink::Published& one : run.link.published) {
      const int number = image_number(*one.message);
      CHECK(one.time_ns == number * kGapNs);
      CHECK((number < 10 || number % 10 != 3));
    }
  }
}

TEST_CASE("a drift leaves the other draws of its component as they are") {
  SourceOptions options{.to = "camera", .rate = {1, kGapNs}, .arrivals = Arrivals::kPoisson};
  const auto times = [&](const ConceptDrift& drift) {
    DriftingStage drifting;
    const auto app = make_production_source(options)->make(drifting.context(drift));
    AppRun run("sender", *app);
    run.run();
    std::vector<std::pair<int, TimeNs>> sent;
    for (const FakeLink::Published& one : run.link.published) {
      if (image_number(*one.message) % 10 != 3) sent.emplace_back(image_number(*one.message), one.time_ns);
    }
    return sent;
  };
  CHECK(times(without_class_3(0)) == times(without_class_3(INT64_MAX)));
}

TEST_CASE("the limit of a generator counts what is left out") {
  DriftingStage drifting;
  GeneratorOptions options = generator();
  options.limit = 10;
  const auto app = make_training_generator(options)->make(drifting.context(without_class_3(0)));
  AppRun run("sender", *app);
  run.run();
  CHECK(metric(*app, "sent") == 9);
}

TEST_CASE("rows of a synthetic stream drift, and its limit counts what is left out") {
  const SyntheticSourceOptions options{.stream = *find_stream(built_in_synthetic_streams(), "sea"),
                                       .values = {},
                                       .to = "rows",
                                       .rate = {1, kGapNs},
                                       .limit = 100};
  const auto rows_of = [&](const ConceptDrift& drift) {
    DriftingStage drifting;
    const auto app = make_synthetic_source(options)->make(drifting.context(drift));
    AppRun run("sender", *app);
    run.run();
    CHECK(metric(*app, "sent") == static_cast<double>(run.link.published.size()));
    std::map<TimeNs, std::vector<float>> rows;
    for (const FakeLink::Published& one : run.link.published) {
      std::vector<float> row(3);
      std::memcpy(row.data(), one.message->payload().bytes().data(), sizeof(float) * row.size());
      rows.emplace(one.time_ns, row);
    }
    return rows;
  };
  const auto plain =
      rows_of({.kind = ConceptDriftKind::kFeatureScale, .at_ns = INT64_MAX, .factor = 2, .features = {"f2"}});
  const auto scaled = rows_of(
      {.kind = ConceptDriftKind::kFeatureScale, .at_ns = 50 * kGapNs, .factor = 2, .features = {"f2"}});
  REQUIRE(plain.size() == 100);
  REQUIRE(scaled.size() == 100);
  for (const auto& [time_ns, row] : plain) {
    const float factor = time_ns < 50 * kGapNs ? 1 : 2;
    CHECK(scaled.at(time_ns) == std::vector<float>{row[0], factor * row[1], row[2]});
  }
  const auto fewer = rows_of({.kind = ConceptDriftKind::kClassPrior, .at_ns = 0, .weights = {0, 1}});
  CHECK(fewer.size() < 90);
  CHECK(fewer.size() > 10);
  for (const auto& [time_ns, row] : fewer) CHECK(plain.at(time_ns) == row);
}

TEST_CASE("a synthetic source that starts again still counts what was left out") {
  const SyntheticSourceOptions options{.stream = *find_stream(built_in_synthetic_streams(), "sea"),
                                       .values = {},
                                       .to = "rows",
                                       .rate = {1, kGapNs},
                                       .limit = 100};
  DriftingStage drifting;
  const MakeContext context =
      drifting.context({.kind = ConceptDriftKind::kClassPrior, .at_ns = 0, .weights = {0, 1}});
  const auto component = make_synthetic_source(options);
  const auto first = component->make(context);
  AppRun run("sender", *first);
  run.run();
  const auto second = component->make(context);
  second->add_counts(*first);
  AppRun again("sender", *second);
  again.run();
  CHECK(again.link.published.empty());
}
