// What [[drift]] tables say, and what is refused of them.
#include "sim/scenario/drift_check.h"
#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

const std::string kComponents = R"(until = "30s"
[component.camera]
kind = "production-source"
images = "i"
to = "digits"
rate = "1/s"
[component.trainer]
kind = "training-generator"
images = "i"
labels = "l"
to = "digits"
rate = "1/s"
count = 2
[component.echo]
kind = "echo"
from = "digits"
)";

Scenario scenario_with(const std::string& drifts) {
  return parse_scenario(kComponents + drifts, "s.toml", built_in_tables());
}

std::string drift(const std::string& kind, const std::string& keys) {
  return "[[drift]]\ncomponent = \"camera\"\nkind = \"" + kind + "\"\n" + keys + "\n";
}

std::string refusal(const std::string& kind, const std::string& keys) {
  return input_error([&] { scenario_with(drift(kind, keys)); });
}

const std::string kAt = "at = \"1s\"\n";

}  // namespace

TEST_CASE("every kind of drift is read with its keys") {
  using Kind = ConceptDriftKind;
  const Scenario scenario = scenario_with(
      drift("rotation", kAt + "degrees = -22.5") + drift("shift", kAt + "by = [3, -2]") +
      drift("noise", kAt + "deviation = 30") + drift("contrast", kAt + "factor = 0.5") +
      drift("class-swap", kAt + "classes = [3, 8]") + drift("class-prior", kAt + "weights = [1, 0.25]") +
      drift("feature-shift", kAt + "features = [\"x\", \"y\"]\nby = 1.5") +
      drift("feature-scale", kAt + "factor = -2"));
  const std::vector<ConceptDrift>& drifts = scenario.drifts;
  REQUIRE(drifts.size() == 8);
  for (std::size_t i = 0; i < drifts.size(); ++i) {
    CHECK(drifts[i].kind == static_cast<Kind>(i));
    CHECK(drifts[i].at_ns == kNanosecondsPerSecond);
    CHECK(drifts[i].transition == DriftTransition::kAbrupt);
    CHECK(drifts[i].on);
  }
  CHECK(drifts[0].degrees == -22.5);
  CHECK(drifts[1].by == std::array<std::int64_t, 2>{3, -2});
  CHECK(drifts[2].deviation == 30);
  CHECK(drifts[3].factor == 0.5);
  CHECK(drifts[4].classes == std::array{3, 8});
  CHECK(drifts[5].weights == std::vector{1, 0.25});
  CHECK(drifts[6].features == std::vector<std::string>{"x", "y"});
  CHECK(drifts[6].added == 1.5);
  CHECK(drifts[7].features.empty());
  CHECK(drifts[7].factor == -2);
}

TEST_CASE("a drift says when and whose it is") {
  const Scenario scenario = scenario_with(R"([[drift]]
name = "day and night"
component = ["camera", "trainer"]
kind = "contrast"
factor = 0.1
at = "10s"
transition = "recurring"
period = "5s"
width = "2s"
[[drift]]
component = "trainer-2"
kind = "contrast"
factor = 0.1
at = "0s"
transition = "gradual"
width = "3s"
on = false
)");
  REQUIRE(scenario.drifts.size() == 2);
  const ConceptDrift& first = scenario.drifts[0];
  CHECK(first.name == "day and night");
  CHECK(first.components == std::vector<std::string>{"camera", "trainer"});
  CHECK(first.transition == DriftTransition::kRecurring);
  CHECK(first.period_ns == 5 * kNanosecondsPerSecond);
  CHECK(first.width_ns == 2 * kNanosecondsPerSecond);
  CHECK(drift_title(first, 0) == "'day and night', contrast of camera and trainer");
  CHECK(drift_times(first) == "at 10s, then every 5s, over 2s");
  const ConceptDrift& second = scenario.drifts[1];
  CHECK_FALSE(second.on);
  CHECK(drift_title(second, 1) == "contrast of trainer-2 (drift 1)");
  CHECK(drift_times(second) == "at 0s, over 3s");
}

TEST_CASE("a drift whose values make no sense is refused, with the place of the key") {
  const auto refused = [](const std::string& kind, const std::string& keys, const std::string& text) {
    CAPTURE(kind, keys);
    CHECK_THAT(refusal(kind, keys), ContainsSubstring(text));
  };
  refused("rotations", kAt, "s.toml:19:8: drift.0.kind: unknown value 'rotations'; did you mean 'rotation'?");
  refused("rotation", kAt, "drift.0.degrees: is missing");
  refused("rotation", kAt + "degree = 5\n", "drift.0.degree: unknown key; did you mean 'degrees'?");
  refused("rotation", kAt + "degrees = 361",
          "s.toml:21:11: drift.0.degrees: 361 is out of range: expected -360 to 360");
  refused("rotation", kAt + "degrees = nan", "drift.0.degrees: expected a finite number");
  refused("rotation", kAt + "degrees = 1\nfactor = 2", "drift.0.factor: unknown key");
  refused("shift", kAt + "by = 3", "drift.0.by: expected");
  refused("shift", kAt + "by = [1, 70000]", "drift.0.by: 70000 is out of range");
  refused("noise", kAt + "deviation = -1", "drift.0.deviation: -1 is out of range: expected 0 to 255");
  refused("contrast", kAt + "factor = -1", "drift.0.factor: -1 is out of range: expected 0 to 255");
  refused("class-swap", kAt + "classes = [3, 3]", "drift.0.classes: swaps 3 with itself: name two classes");
  refused("class-swap", kAt + "classes = [3, -1]", "drift.0.classes: -1 is no class");
  refused("class-swap", kAt + "classes = [3, 4294967299]", "drift.0.classes: 2147483647 is no class");
  refused("class-prior", kAt + "weights = []", "drift.0.weights: the list is empty");
  refused("class-prior", kAt + "weights = [1, 1.5]", "drift.0.weights: 1.5 is out of range: expected 0 to 1");
  refused("class-prior", kAt + "weights = [0, 0]",
          "drift.0.weights: are all 0: nothing would be sent any more");
  refused("feature-shift", kAt + "by = 1e31", "drift.0.by: 1e+31 is out of range");
  refused("feature-scale", kAt + "factor = 1\nfeatures = [\"x\", \"x\"]",
          "drift.0.features: 'x' is named twice");
  refused("noise", "deviation = 1", "drift.0.at: is missing");
  refused("noise", "deviation = 1\nat = \"30s\"",
          "s.toml:21:6: drift.0.at: is not before `until`, 30s: the drift would never begin");
}

TEST_CASE("a drift has the times that its transition needs, and no other") {
  const auto refused = [](const std::string& times, const std::string& text) {
    CAPTURE(times);
    CHECK_THAT(refusal("noise", "deviation = 1\n" + kAt + times), ContainsSubstring(text));
  };
  refused("width = \"1s\"", "s.toml:22:9: drift.0.width: is of a change that takes time");
  refused("period = \"1s\"", "drift.0.period: is of concepts that take turns");
  refused("transition = \"gradual\"", "drift.0.width: is missing, or nothing");
  refused("transition = \"gradual\"\nwidth = \"0s\"", "drift.0.width: is missing, or nothing");
  refused("transition = \"gradual\"\nwidth = \"1s\"\nperiod = \"1s\"",
          "drift.0.period: is of concepts that take turns");
  refused("transition = \"recurring\"", "drift.0.period: is missing, or nothing");
  refused("transition = \"recurring\"\nperiod = \"1s\"\nwidth = \"2s\"",
          "drift.0.width: is longer than `period`, 1s");
  refused("transition = \"sudden\"", "unknown value 'sudden'");
}

TEST_CASE("a drift is of components that send items of data") {
  const auto of = [](const std::string& component) {
    return input_error([&] {
      scenario_with("[[drift]]\nkind = \"noise\"\ndeviation = 1\n" + kAt + "component = " + component + "\n");
    });
  };
  CHECK(of("\"trainer\"").empty());
  CHECK(of("\"trainer-1\"").empty());
  CHECK_THAT(of("\"camra\""),
             ContainsSubstring("drift.0.component: unknown component 'camra'; did you mean 'camera'?"));
  CHECK_THAT(
      of("[\"camera\", \"echo\"]"),
      ContainsSubstring("s.toml:21:13: drift.0.component: 'echo' sends no items of data, which could drift"));
  CHECK_THAT(of("[\"camera\", \"camera\"]"), ContainsSubstring("'camera' is named twice"));
  CHECK_THAT(of("[]"), ContainsSubstring("the list is empty"));
}

TEST_CASE("two drifts have two names") {
  const std::string named = "name = \"a\"\n" + kAt + "deviation = 1";
  CHECK_THAT(input_error([&] { scenario_with(drift("noise", named) + drift("noise", named)); }),
             ContainsSubstring("drift.1.name: 'a' is the name of another drift"));
  CHECK_THAT(refusal("noise", "name = \"7\"\n" + kAt + "deviation = 1"),
             ContainsSubstring("drift.0.name: is no name"));
}
