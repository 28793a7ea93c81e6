#include "kinds/late_labels.h"

#include <algorithm>
#include <map>

#include "kinds/production_source.h"
#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;
using Catch::Matchers::Contains;

namespace {

constexpr TimeNs kGapNs = 100;

SourceOptions with(DrawnTime delay, std::optional<LateLabelOptions::Share> lost = {}) {
  return {.to = "camera",
          .key = "image",
          .rate = {1, kGapNs},
          .labels = LateLabelOptions{.to = "labels", .delay = delay, .lost = lost}};
}

struct SourceRun {
  Stage stage;
  std::unique_ptr<App> source;
  AppRun run;

  explicit SourceRun(const SourceOptions& options, std::uint32_t count = 20)
      : stage{.data = small_dataset(count)},
        source(make_production_source(options)->make(stage.context("camera"))),
        run("camera", *source) {
    run.run();
  }
};

bool is_label(const FakeLink::Published& one) { return one.message->content_type() == kLabelContentType; }

}  // namespace

TEST_CASE("late labels: each says of which message it is, after the delay") {
  const SourceRun one(with(DrawnTime::constant(250)));
  CHECK(one.run.machine.status() == 0);
  std::map<std::string, const FakeLink::Published*> sent;
  int labels = 0;
  for (const FakeLink::Published& message : one.run.link.published) {
    if (!is_label(message)) {
      CHECK(message.resource == "camera");
      sent[message.message->id()] = &message;
      continue;
    }
    ++labels;
    CHECK(message.resource == "labels");
    CHECK(message.message->payload().size() == 0);
    REQUIRE(sent.contains(message.message->correlation_id()));
    const FakeLink::Published& labelled = *sent[message.message->correlation_id()];
    CHECK(message.time_ns == labelled.time_ns + 250);
    const int number = image_number(*labelled.message);
    CHECK(*message.message->headers().find_integer("label") == number % 10);
    CHECK(message.message->key() == std::to_string(number % 10));
  }
  CHECK(labels == 20);
  CHECK(metric(*one.source, "sent") == 20);
  CHECK(metric(*one.source, "labels_sent") == 20);
  CHECK(metric(*one.source, "labels_lost") == 0);
}

TEST_CASE("late labels: one that is due with an item is sent before it") {
  const SourceRun one(with(DrawnTime::constant(kGapNs)), 3);
  std::string order;
  for (const FakeLink::Published& message : one.run.link.published) order += is_label(message) ? 'l' : 'm';
  CHECK(order == "mlmlml");
}

TEST_CASE("late labels: drawn delays let labels pass one another, and shift no other draw") {
  const SourceRun one(with(DrawnTime::uniform(0, 1'000)), 200);
  std::map<std::string, TimeNs> sent;
  std::vector<TimeNs> delays;
  TimeNs before = 0;
  int passed = 0;
  TimeNs newest = -1;
  for (const FakeLink::Published& message : one.run.link.published) {
    CHECK(message.time_ns >= before);
    before = message.time_ns;
    if (!is_label(message)) {
      CHECK(message.time_ns == static_cast<TimeNs>(sent.size()) * kGapNs);
      sent[message.message->id()] = message.time_ns;
      continue;
    }
    const TimeNs from = sent.at(message.message->correlation_id());
    delays.push_back(message.time_ns - from);
    if (from < newest) ++passed;
    newest = std::max(newest, from);
  }
  REQUIRE(delays.size() == 200);
  CHECK(*std::min_element(delays.begin(), delays.end()) >= 0);
  CHECK(*std::max_element(delays.begin(), delays.end()) <= 1'000);
  CHECK(passed > 50);
}

TEST_CASE("late labels: a share of them is never sent, and counted") {
  const SourceRun half(with(DrawnTime::constant(0), LateLabelOptions::Share{.count = 1, .of = 2}), 2'000);
  CHECK(metric(*half.source, "labels_sent") + metric(*half.source, "labels_lost") == 2'000);
  CHECK(metric(*half.source, "labels_lost") > 900);
  CHECK(metric(*half.source, "labels_lost") < 1'100);
  const SourceRun none(with(DrawnTime::constant(0), LateLabelOptions::Share{.count = 1, .of = 1}));
  CHECK(metric(*none.source, "labels_sent") == 0);
  CHECK(metric(*none.source, "labels_lost") == 20);
  CHECK(none.stage.random.draws().empty());
}

TEST_CASE("late labels: those that waited are lost with their source") {
  Stage stage{.data = small_dataset(5)};
  const auto early =
      make_production_source(with(DrawnTime::constant(1'000'000)))->make(stage.context("camera"));
  {
    AppRun run("camera", *early);
    for (int sent = 0; sent < 3; ++sent) run.link.run(run.machine, 1);
  }
  const auto again = make_production_source(with(DrawnTime::constant(0)))->make(stage.context("camera"));
  again->add_counts(*early);
  CHECK(metric(*again, "labels_lost") == metric(*early, "sent"));
  CHECK(metric(*early, "sent") >= 3);
}

TEST_CASE("late labels: a source without labels cannot send them") {
  Stage stage{.data = small_dataset(5, false)};
  CHECK_THROWS_WITH(make_production_source(with(DrawnTime::constant(0)))->make(stage.context("camera")),
                    Contains("its items have none") && Contains("`truth`"));
}
