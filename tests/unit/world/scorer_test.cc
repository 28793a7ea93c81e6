#include "sim/world/scorer.h"

#include "support/catch.h"

using namespace dse;

namespace {

void answer(Scorer& scorer, TimeNs time_ns, const std::string& component, const std::string& id,
            std::int64_t label) {
  scorer.score(time_ns, {.component = component, .message_id = id, .label = label});
}

}  // namespace

TEST_CASE("answers are scored against the truth, for each component by itself") {
  Scorer scorer(100);
  scorer.add_truth("camera-0", 7);
  scorer.add_truth("camera-1", 3);
  answer(scorer, 10, "lenet", "camera-0", 7);
  answer(scorer, 10, "mlp", "camera-0", 1);
  answer(scorer, 150, "lenet", "camera-1", 8);
  REQUIRE(scorer.accuracies().size() == 2);
  CHECK(scorer.accuracies().at("lenet").value() == 0.5);
  CHECK(scorer.accuracies().at("lenet").count() == 2);
  CHECK(scorer.accuracies().at("mlp").value() == 0.0);
  const auto curve = scorer.accuracies().at("lenet").curve();
  REQUIRE(curve.size() == 2);
  CHECK(curve[0].value == 1.0);
  CHECK(curve[1].value == 0.0);
}

TEST_CASE("an answer about a message whose truth nobody knows is not scored") {
  Scorer scorer(100);
  answer(scorer, 10, "lenet", "camera-0", 7);
  answer(scorer, 10, "lenet", "", 7);
  CHECK(scorer.accuracies().empty());
}
