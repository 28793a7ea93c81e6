#include "measure/confusion_matrix.h"

#include <map>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

TEST_CASE("an empty confusion matrix has no cells and no classes") {
  const ConfusionMatrix matrix;
  CHECK(matrix.cells().empty());
  CHECK(matrix.classes().empty());
  CHECK(matrix.count(0, 0) == 0);
  CHECK_FALSE(matrix.figures().accuracy);
}

TEST_CASE("labels may be far apart") {
  ConfusionMatrix matrix;
  matrix.add(kLabelsMax - 1, 3);
  matrix.add(3, kLabelsMax - 1);
  matrix.add(3, 3);
  CHECK(matrix.cells() ==
        std::vector<ConfusionMatrix::Cell>{{3, 3, 1}, {3, kLabelsMax - 1, 1}, {kLabelsMax - 1, 3, 1}});
  const std::vector<ConfusionMatrix::Class> classes = matrix.classes();
  REQUIRE(classes.size() == 2);
  CHECK(classes[0].label == 3);
  CHECK(classes[0].tally.hits == 1);
  CHECK(classes[0].tally.misses == 1);
  CHECK(classes[0].tally.false_alarms == 1);
  CHECK(classes[1].label == kLabelsMax - 1);
  CHECK(matrix.figures().f1_macro == 0.25);
}

TEST_CASE("a confusion matrix counts what was added and not removed") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "test", "labels");
    const int spread = seed % 2 == 0 ? 1 : 4'000;
    ConfusionMatrix matrix;
    std::map<std::pair<int, int>, std::uint64_t> model;
    std::vector<std::pair<int, int>> added;
    for (int step = 0; step < 3'000; ++step) {
      if (!added.empty() && random.below(3) == 0) {
        const std::size_t at = random.below(added.size());
        const auto [truth, predicted] = added[at];
        added.erase(added.begin() + static_cast<std::ptrdiff_t>(at));
        matrix.remove(truth, predicted);
        if (--model[{truth, predicted}] == 0) model.erase({truth, predicted});
      } else {
        const int truth = static_cast<int>(random.below(15)) * spread;
        const int predicted = static_cast<int>(random.below(15)) * spread;
        added.emplace_back(truth, predicted);
        matrix.add(truth, predicted);
        ++model[{truth, predicted}];
        REQUIRE(matrix.count(truth, predicted) == model[{truth, predicted}]);
      }
    }
    std::vector<ConfusionMatrix::Cell> cells;
    double hits = 0;
    for (const auto& [labels, count] : model) {
      cells.push_back({labels.first, labels.second, static_cast<double>(count)});
      if (labels.first == labels.second) hits += static_cast<double>(count);
    }
    CHECK(matrix.cells() == cells);
    CHECK(matrix.figures().examples == static_cast<double>(added.size()));
    CHECK(matrix.figures().accuracy == hits / static_cast<double>(added.size()));
  }
}
