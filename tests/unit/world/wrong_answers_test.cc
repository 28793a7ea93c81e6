// The wrong answers that are kept: the most confident ones of each component.
#include <cmath>
#include <limits>

#include "sim/world/scorer.h"
#include "support/catch.h"

using namespace dse;

namespace {

Scorer scorer_of_sevens(int messages) {
  Scenario scenario;
  scenario.curve_every_ns = kNanosecondsPerSecond;
  Scorer scorer(scenario);
  for (int number = 0; number < messages; ++number) scorer.add_truth("camera-" + std::to_string(number), 7);
  return scorer;
}

void answer(Scorer& scorer, const std::string& component, int number, std::int64_t label,
            std::optional<double> confidence) {
  const std::string about = "camera-" + std::to_string(number);
  const std::string id = component + "-" + std::to_string(number);
  scorer.score(
      number,
      {.component = component, .message_id = about, .label = label, .id = id, .confidence = confidence});
}

std::vector<std::string> ids(const Scorer& scorer) {
  std::vector<std::string> ids;
  for (const WrongAnswer& one : scorer.wrong_answers()) ids.push_back(one.message);
  return ids;
}

using Texts = std::vector<std::string>;

// Tells the scorer of an answer that reaches the bus.
struct Bus : RunNames {
  std::string_view component(ComponentIndex) const override { return "lenet"; }
  std::string_view resource(ResourceIndex) const override { return "answers"; }

  void receive(Scorer& scorer, const std::string& id, const HeaderValue& confidence) const {
    const MessagePtr message =
        make_message({.headers = {{"label", std::int64_t{1}}, {"confidence", confidence}},
                      .id = id,
                      .correlation_id = "camera-0"});
    RunEvent event{.names = *this};
    event.time_ns = 5;
    event.message = &message;
    event.answer = true;
    scorer.on_event(event);
  }
};

}  // namespace

TEST_CASE("wrong answers are kept by component, the most confident first, the earlier one of equals first") {
  Scorer scorer = scorer_of_sevens(5);
  answer(scorer, "mlp", 0, 1, 0.5);
  answer(scorer, "lenet", 0, 1, 0.5);
  answer(scorer, "lenet", 1, 2, 0.9);
  answer(scorer, "lenet", 2, 3, 0.5);
  answer(scorer, "lenet", 3, 7, 0.99);  // right
  answer(scorer, "lenet", 4, 4, 0.9);
  answer(scorer, "lenet", 9, 4, 0.9);  // whose truth nobody knows
  CHECK(ids(scorer) == Texts{"lenet-1", "lenet-4", "lenet-0", "lenet-2", "mlp-0"});
  const WrongAnswer first = scorer.wrong_answers().front();
  CHECK(first.time_ns == 1);
  CHECK(first.component == "lenet");
  CHECK(first.answers == "camera-1");
  CHECK(first.label == 2);
  CHECK(first.truth == 7);
  CHECK(first.confidence == 0.9);
}

TEST_CASE("of each component 24 are kept") {
  Scorer scorer = scorer_of_sevens(60);
  for (int number = 0; number < 60; ++number) {
    answer(scorer, "rising", number, 1, number / 100.0);
    answer(scorer, "falling", number, 1, 1 - number / 100.0);
    answer(scorer, "level", number, 1, 0.5);
  }
  std::map<std::string, std::vector<TimeNs>> times;
  for (const WrongAnswer& one : scorer.wrong_answers()) times[one.component].push_back(one.time_ns);
  REQUIRE(times["rising"].size() == Scorer::kWrongAnswersKept);
  CHECK(times["rising"].front() == 59);
  CHECK(times["rising"].back() == 36);
  CHECK(times["falling"].size() == 24);
  CHECK(times["falling"].front() == 0);
  CHECK(times["falling"].back() == 23);
  CHECK(times["level"] == times["falling"]);
}

TEST_CASE("an answer without a confidence is scored, and not kept") {
  Scorer scorer = scorer_of_sevens(1);
  answer(scorer, "lenet", 0, 1, std::nullopt);
  CHECK(scorer.wrong_answers().empty());
  CHECK(scorer.figures().contains("lenet"));
}

TEST_CASE("the confidence is that of the answer's header, if that is a number") {
  Scorer scorer = scorer_of_sevens(1);
  const Bus bus;
  bus.receive(scorer, "a", 0.25);
  bus.receive(scorer, "b", std::string("0.9"));
  bus.receive(scorer, "c", std::numeric_limits<double>::quiet_NaN());
  bus.receive(scorer, "d", std::numeric_limits<double>::infinity());
  bus.receive(scorer, "e", 0.75);
  CHECK(ids(scorer) == Texts{"e", "a"});
}

TEST_CASE("an answer names the item that it is about, if that is of a data set") {
  Scorer scorer = scorer_of_sevens(3);
  scorer.add_index("camera-0", "left", 17);
  scorer.add_index("camera-1", "right", 0);
  scorer.add_index("unknown", "left", 3);
  for (int number = 0; number < 3; ++number) answer(scorer, "lenet", number, 1, 0.9);
  const std::vector<WrongAnswer> kept = scorer.wrong_answers();
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].source == "left");
  CHECK(kept[0].index == 17U);
  CHECK(kept[1].source == "right");
  CHECK(kept[1].index == 0U);
  CHECK(kept[2].source == "");
  CHECK_FALSE(kept[2].index.has_value());
  CHECK_FALSE(scorer.truth("unknown").has_value());
}
