// A drift detector's alarms, and what it counts.
#include "kinds/drift_detector.h"

#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;

namespace {

const DriftDetectorInfo& detector(const std::string& name) {
  for (const DriftDetectorInfo& one : built_in_drift_detectors()) {
    if (one.name == name) return one;
  }
  FAIL("there is no detector " << name);
  return built_in_drift_detectors().front();
}

DriftDetectorOptions options_of(const std::string& name, DetectorParameters parameters = {}) {
  return {.detector = detector(name),
          .parameters = std::move(parameters),
          .consumer = {.from = "errors"},
          .to = "alarms"};
}

struct DetectorRun {
  Stage stage;
  std::unique_ptr<App> app;
  AppRun run;
  std::vector<std::string> refused;
  std::uint64_t fed = 0;

  explicit DetectorRun(DriftDetectorOptions options, std::vector<ConceptDrift> drifts = {})
      : app(made(std::move(options), std::move(drifts))), run("d", *app) {
    run.machine.set_on_refuse([this](const Message& message, const std::string& reason) {
      refused.push_back(message.id() + ": " + reason);
    });
  }

  std::unique_ptr<App> made(DriftDetectorOptions options, std::vector<ConceptDrift> drifts) {
    MakeContext context = stage.context("d", 8);
    context.drifts = std::move(drifts);
    return make_drift_detector(std::move(options))->make(context);
  }
  void feed(HeaderValue value, const std::string& header = "error") {
    run.deliver({.headers = {{header, std::move(value)}}, .id = "e-" + std::to_string(fed++)});
  }
  // Every `period`-th is an error.
  void feed_errors(int count, int period) {
    for (int i = 1; i <= count; ++i) feed(std::int64_t{i % period == 0});
  }
  // Until the detector's next message, and returns which value raised it.
  std::uint64_t fail_until_told() {
    const std::size_t before = run.link.published.size();
    while (run.link.published.size() == before && fed < 10'000) feed(std::int64_t{1});
    REQUIRE(run.link.published.size() == before + 1);
    return fed - 1;
  }
  double count(const std::string& name) const { return metric(*app, name); }
};

ConceptDrift drift_at(TimeNs at_ns, const std::string& name = "") { return {.name = name, .at_ns = at_ns}; }

std::string refusal(const DriftDetectorOptions& options, std::vector<ConceptDrift> drifts) {
  try {
    DetectorRun(options, std::move(drifts));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a detector declares what it writes and streams what it reads") {
  const DetectorRun one(options_of("adwin"));
  CHECK(one.run.link.calls ==
        std::vector<std::string>{"declare alarms", "declare errors", "stream errors 8"});
}

TEST_CASE("a detector alarms where the class of that name finds a drift") {
  DetectorRun one(options_of("adwin"));
  one.feed_errors(1'000, 10);
  CHECK(one.run.link.published.empty());
  const std::uint64_t raised_by = one.fail_until_told();
  const auto same = detector("adwin").make({});
  std::uint64_t drift = 0;
  for (int i = 1; i <= 1'000; ++i) same->update(i % 10 == 0 ? 1 : 0);
  while (same->update(1) != DriftState::kDrift) ++drift;
  CHECK(raised_by == 1'000 + drift);

  const FakeLink::Published& sent = one.run.link.published[0];
  CHECK(sent.resource == "alarms");
  const Message& alarm = *sent.message;
  CHECK(alarm.payload().size() == 0);
  CHECK(alarm.key() == "d.drift");
  CHECK(alarm.content_type() == "application/vnd.dse.alarm");
  CHECK(alarm.correlation_id() == "e-" + std::to_string(raised_by));
  CHECK(alarm.headers() == Headers{{"detector", std::string("d")},
                                   {"level", std::string("drift")},
                                   {"examples", static_cast<std::int64_t>(raised_by + 1)},
                                   {"mean", same->mean()}});
  CHECK(one.count("examples") == static_cast<double>(one.fed));
  CHECK(one.count("alarms") == 1);
  CHECK(one.count("warnings") == -1);
}

TEST_CASE("DDM tells of a warning once, when it begins, and starts anew after a drift") {
  DetectorRun one(options_of("ddm"));
  one.feed_errors(400, 4);
  const std::uint64_t warned = one.fail_until_told();
  const std::uint64_t alarmed = one.fail_until_told();
  CHECK(warned + 1 < alarmed);
  const Message& warning = *one.run.link.published[0].message;
  CHECK(warning.key() == "d.warning");
  CHECK(warning.headers().find("level") != nullptr);
  CHECK(*warning.headers().find("level") == HeaderValue(std::string("warning")));
  CHECK(one.run.link.published[1].message->key() == "d.drift");
  CHECK(one.count("warnings") == 1);
  CHECK(one.count("alarms") == 1);
  one.feed_errors(100, 1);  // all of a new concept, in which nothing changes
  CHECK(one.run.link.published.size() == 2);
}

TEST_CASE("an alarm is written when its message has had its time, before that is acknowledged") {
  DriftDetectorOptions options =
      options_of("page-hinkley", {{"min_instances", std::int64_t{1}}, {"threshold", 0.4}});
  options.consumer.service_ns = 30;
  DetectorRun one(std::move(options));
  one.feed(0.0);
  one.run.link.take_calls();
  one.feed(1.0);
  CHECK(one.run.link.calls ==
        std::vector<std::string>{"after 30", "declare alarms", "publish alarms d-0", "acknowledge 0"});
  CHECK(one.run.link.published.at(0).time_ns == 60);
}

TEST_CASE("a detector watches the header that it is told, of any type of number") {
  DriftDetectorOptions options = options_of("page-hinkley");
  options.value = "queue depth";
  DetectorRun one(std::move(options));
  one.feed(std::int64_t{7}, "queue depth");
  one.feed(NarrowInteger(std::uint8_t{7}), "queue depth");
  one.feed(7.5, "queue depth");
  one.feed(7.5F, "queue depth");
  CHECK(one.refused.empty());
  CHECK(one.count("examples") == 4);
}

TEST_CASE("a detector refuses what is no number for it, says why, and goes on") {
  DetectorRun one(options_of("ddm"));
  one.feed(std::int64_t{1}, "mistake");
  one.feed(std::string("1"));
  one.feed(true);
  one.feed(1.5);
  one.feed(std::numeric_limits<double>::quiet_NaN());
  one.feed(-std::numeric_limits<double>::infinity());
  REQUIRE(one.refused.size() == 6);
  CHECK_THAT(one.refused[0], ContainsSubstring("e-0: it has no header `error`"));
  CHECK_THAT(one.refused[1], ContainsSubstring("its header `error` is \"1\" (text), and no number"));
  CHECK_THAT(one.refused[2], ContainsSubstring("its header `error` is true (bool), and no number"));
  CHECK_THAT(one.refused[3], ContainsSubstring("is 1.5, and ddm takes numbers from 0 to 1"));
  CHECK_THAT(one.refused[4], ContainsSubstring("is nan, and"));
  CHECK_THAT(one.refused[5], ContainsSubstring("is -inf, and"));
  CHECK(one.count("examples") == 0);
  DetectorRun adwin(options_of("adwin"));
  adwin.feed(1e101);
  adwin.feed(1e100);
  CHECK_THAT(adwin.refused.at(0),
             ContainsSubstring("is 1e+101, and adwin takes numbers from -1e+100 to 1e+100"));
  CHECK(adwin.count("examples") == 1);
}

TEST_CASE("a detector that goes on from a checkpoint says what the one before would have said") {
  const auto options = [] { return options_of("ddm"); };
  DetectorRun first(options());
  first.feed_errors(400, 4);
  first.fail_until_told();  // it warns
  DetectorRun second(options());
  second.app->add_counts(*first.app);
  second.app->load_checkpoint(*first.app->save_checkpoint());
  CHECK(second.count("examples") == first.count("examples"));
  CHECK(second.count("warnings") == 1);
  second.fed = first.fed;
  CHECK(first.fail_until_told() == second.fail_until_told());
  CHECK(second.run.link.published.back().message->headers() ==
        first.run.link.published.back().message->headers());
  CHECK(second.count("warnings") == 1);
  CHECK_THROWS_AS(second.app->load_checkpoint("x"), InputError);
  CHECK_THROWS_AS(second.app->load_checkpoint(std::string("\3\0\0\0\0\0\0\0", 8)), InputError);
}

TEST_CASE("a detector without planted drifts has no figures of them") {
  const DetectorRun one(options_of("adwin"));
  CHECK(one.app->metrics().size() == 2);
}

TEST_CASE("a detector is judged by the drifts that it is told of") {
  const auto judged = [](std::vector<NamedDrift> named, std::optional<TimeNs> max_delay_ns = {}) {
    DriftDetectorOptions options =
        options_of("page-hinkley", {{"min_instances", std::int64_t{1}}, {"threshold", 0.4}});
    options.consumer.service_ns = 10;
    options.drifts = std::move(named);
    options.max_delay_ns = max_delay_ns;
    DetectorRun one(std::move(options), {drift_at(15, "turn"), drift_at(25, "twist"), drift_at(1'000'000)});
    for (const double value : {0.0, 0.0, 0.0, 1.0}) one.feed(value);  // the alarm is written at 40
    std::string text;
    for (const char* name : {"drifts", "detected", "missed", "repeated_alarms", "false_alarms",
                             "detection_delay_ns", "detection_delay_examples"})
      text += fmt::format("{} ", one.count(name));
    return text;
  };
  CHECK(judged({}) == "2 1 1 0 0 15 0 ");
  CHECK(judged({{"turn"}}) == "1 1 0 0 0 25 1 ");
  CHECK(judged({{"turn"}}, 24) == "1 0 1 0 1 -1 -1 ");
}

TEST_CASE("a detector refuses the name of a drift that is not there") {
  DriftDetectorOptions options = options_of("adwin");
  options.drifts = {{.name = "tern", .place = {.key = "component.d.drifts"}}};
  CHECK_THAT(refusal(options, {drift_at(1, "turn"), drift_at(2)}),
             ContainsSubstring("there is no [[drift]] named 'tern'; did you mean 'turn'?"));
  CHECK_THAT(refusal(options, {}), ContainsSubstring("there is no [[drift]] named 'tern'"));
}
