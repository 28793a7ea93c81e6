#include "learn/built_in_learners.h"

#include <stdexcept>

#include "support/catch.h"
#include "synthetic.h"

using namespace dse;

namespace {

void make(const std::string& name, const LearnerOptions& options) {
  RandomStream random(1, "test", "weights");
  built_in_learners().find(name)->make(options, random);
}

}  // namespace

TEST_CASE("every name makes a learner") {
  CHECK(built_in_learners().names() == std::vector<std::string>{"softmax", "mlp", "lenet5", "quadratic",
                                                                "naive-bayes", "hoeffding-tree", "majority",
                                                                "no-change"});
  for (const std::string& name : kImageLearners) CHECK_NOTHROW(make(name, {}));
  for (const std::string& name : built_in_learners().names()) {
    if (name != "lenet5") CHECK_NOTHROW(make(name, {.shape = {0, 0}, .features = 3}));
  }
}

TEST_CASE("an unknown learner, an impossible shape or number of classes is refused with a sentence") {
  CHECK(built_in_learners().find("svm") == nullptr);
  CHECK_THROWS_AS(make("mlp", {.classes = 257}), std::invalid_argument);
  CHECK_THROWS_WITH(make("mlp", {.shape = {.rows = 0, .columns = 28}}),
                    "mlp needs images of 1 to 256 rows and columns; these have 0 rows and 28 columns");
  CHECK_THROWS_WITH(make("softmax", {.shape = {.rows = 28, .columns = 257}}),
                    "softmax needs images of 1 to 256 rows and columns; these have 28 rows and 257 columns");
  CHECK_THROWS_WITH(make("quadratic", {.classes = 1}), "quadratic needs 2 to 256 classes, not 1");
  CHECK_THROWS_WITH(make("mlp", {.classes = 257}), "mlp needs 2 to 256 classes, not 257");
  CHECK_THROWS_WITH(make("lenet5", {.shape = {0, 0}, .features = 3}),
                    "lenet5 needs images, and what reaches it are rows of a table");
  CHECK_THROWS_WITH(make("hoeffding-tree", {}),
                    "hoeffding-tree needs rows of a table, and what reaches it are images");
  CHECK_THROWS_WITH(make("quadratic", {.shape = {0, 0}, .features = 257}),
                    "quadratic takes rows of at most 256 numbers; these have 257");
  CHECK_THROWS_WITH(
      make("hoeffding-tree", {.shape = {0, 0}, .features = 3, .parameters = {{"tie_threshold", 1.5}}}),
      "the learner's tie_threshold is 1.500000: expected 0.000000 to 1.000000");
  const std::string lenet5_refusal =
      "lenet5 needs images whose rows and columns are multiples of 4, from 16; these have ";
  CHECK_THROWS_WITH(make("lenet5", {.shape = {.rows = 28, .columns = 30}}),
                    lenet5_refusal + "28 rows and 30 columns");
  CHECK_THROWS_WITH(make("lenet5", {.shape = {.rows = 12, .columns = 28}}),
                    lenet5_refusal + "12 rows and 28 columns");
}
