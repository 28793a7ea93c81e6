// What learners of tables are compared with: the majority class, and no change.
#include "learn/majority.h"
#include "learn/no_change.h"
#include "support/catch.h"
#include "synthetic_rows.h"

using namespace dse;

namespace {

const std::vector<float> kAny = {1, 2};

}  // namespace

TEST_CASE("the majority class has its relative frequency, and the first of several wins") {
  Majority learner(3);
  CHECK(probabilities_of(learner, kAny, 3) == std::vector<double>(3, 1.0 / 3));
  learner.learn_one(kAny, 2);
  CHECK(probabilities_of(learner, kAny, 3) == std::vector<double>{0, 0, 1});
  learner.learn_one(kAny, 1);
  CHECK(most_probable(probabilities_of(learner, kAny, 3)) == 1);
  learner.learn_one(kAny, 2);
  learner.learn_one(kAny, 0);
  CHECK(probabilities_of(learner, kAny, 3) == std::vector<double>{0.25, 0.25, 0.5});
}

TEST_CASE("no change predicts the last label") {
  NoChange learner(3);
  CHECK(probabilities_of(learner, kAny, 3) == std::vector<double>(3, 1.0 / 3));
  for (const int label : {2, 0, 0, 1}) {
    learner.learn_one(kAny, label);
    std::vector<double> expected(3);
    expected[static_cast<std::size_t>(label)] = 1;
    CHECK(probabilities_of(learner, kAny, 3) == expected);
  }
}

TEMPLATE_TEST_CASE("a baseline is saved and loaded, and changes its digest with its state", "", Majority,
                   NoChange) {
  for (const std::vector<int>& labels : {std::vector<int>{}, {0}, {2, 2, 1}}) {
    TestType saved(3);
    for (const int label : labels) saved.learn_one(kAny, label);
    TestType loaded(3);
    loaded.learn_one(kAny, 2);
    CHECK(digest_of(loaded) != digest_of(saved));
    REQUIRE(refusal_of(loaded, state_of(saved)).empty());
    CHECK(digest_of(loaded) == digest_of(saved));
    CHECK(probabilities_of(loaded, kAny, 3) == probabilities_of(saved, kAny, 3));
    CHECK_THAT(refusal_of(loaded, state_of(saved) + "x"), ContainsSubstring("1 bytes after its end"));
  }
  TestType loaded(3);
  CHECK_THAT(refusal_of(loaded, std::string(24, '\xff')), ContainsSubstring("a.learner: holds "));
  CHECK_THAT(refusal_of(loaded, ""), ContainsSubstring("a.learner: holds 0 bytes"));
}

TEST_CASE("a last label that is not among the classes is refused") {
  NoChange loaded(3);
  CHECK_THAT(refusal_of(loaded, std::string("\4\0\0\0", 4)), ContainsSubstring("a label that is not among"));
}
