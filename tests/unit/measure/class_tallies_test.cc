#include "measure/class_tallies.h"

#include "support/catch.h"

using namespace dse;

TEST_CASE("precision, recall and F1 of a class, and when they are undefined") {
  const ClassTally tally{.hits = 6, .misses = 2, .false_alarms = 4};
  CHECK(precision(tally) == 0.6);
  CHECK(recall(tally) == 0.75);
  CHECK(f1(tally) == 12.0 / 18);

  const ClassTally never_predicted{.misses = 3};
  CHECK_FALSE(precision(never_predicted));
  CHECK(recall(never_predicted) == 0);
  CHECK(f1(never_predicted) == 0);

  const ClassTally never_true{.false_alarms = 3};
  CHECK(precision(never_true) == 0);
  CHECK_FALSE(recall(never_true));
  CHECK(f1(never_true) == 0);

  CHECK_FALSE(precision(ClassTally{}));
  CHECK_FALSE(recall(ClassTally{}));
  CHECK_FALSE(f1(ClassTally{}));
}

TEST_CASE("without examples no figure is defined") {
  const LabelFigures figures = label_figures({});
  CHECK(figures.examples == 0);
  CHECK_FALSE(figures.accuracy);
  CHECK_FALSE(figures.cohen_kappa);
  CHECK_FALSE(figures.f1_macro);
  CHECK_FALSE(figures.precision_macro);
  CHECK_FALSE(figures.recall_macro);
  CHECK_FALSE(figures.balanced_accuracy);
}

TEST_CASE("the figures of two classes, worked out by hand") {
  ClassTallies tallies;
  tallies.add(0, 0, 20);
  tallies.add(0, 1, 5);
  tallies.add(1, 0, 10);
  tallies.add(1, 1, 15);
  const LabelFigures figures = label_figures(tallies.tallies());
  CHECK(figures.examples == 50);
  CHECK(figures.wrong == 15);
  CHECK(figures.accuracy == 0.7);
  CHECK_THAT(*figures.cohen_kappa, Catch::Matchers::WithinAbs(0.4, 1e-15));  // p_e = 0.5
  CHECK_THAT(*figures.balanced_accuracy, Catch::Matchers::WithinAbs((0.8 + 0.6) / 2, 1e-15));
  CHECK_THAT(*figures.precision_macro, Catch::Matchers::WithinAbs((20.0 / 30 + 15.0 / 20) / 2, 1e-15));
  CHECK_THAT(*figures.f1_macro, Catch::Matchers::WithinAbs((40.0 / 55 + 30.0 / 45) / 2, 1e-15));
}

TEST_CASE("a class that was never predicted, or never true, leaves the mean of that undefined") {
  ClassTallies tallies;
  tallies.add(0, 0, 3);
  tallies.add(1, 0, 1);  // 1 is never predicted
  CHECK_FALSE(label_figures(tallies.tallies()).precision_macro);
  CHECK(label_figures(tallies.tallies()).recall_macro == 0.5);
  CHECK(label_figures(tallies.tallies()).balanced_accuracy == 0.5);

  tallies.add(0, 2, 1);  // 2 is never true
  CHECK_FALSE(label_figures(tallies.tallies()).recall_macro);
  CHECK(label_figures(tallies.tallies()).balanced_accuracy == 0.375);
  CHECK(label_figures(tallies.tallies()).f1_macro == (6.0 / 8 + 0 + 0) / 3);
}

TEST_CASE(
    "kappa is undefined when one class is all there is, and 0 when all is one class to the predictions") {
  ClassTallies tallies;
  tallies.add(4, 4, 7);
  CHECK_FALSE(label_figures(tallies.tallies()).cohen_kappa);
  tallies.add(3, 4, 2);
  CHECK(label_figures(tallies.tallies()).cohen_kappa == 0);
}

TEST_CASE("a removed example leaves no trace, and its class no longer counts") {
  ClassTallies tallies;
  tallies.add(0, 0, 1);
  tallies.add(5, 2, 1);
  CHECK(label_figures(tallies.tallies()).f1_macro == 1.0 / 3);
  tallies.add(5, 2, -1);
  CHECK(label_figures(tallies.tallies()).f1_macro == 1);
  CHECK(label_figures(tallies.tallies()).examples == 1);
}

TEST_CASE("a class that weighs too little does not count") {
  ClassTallies tallies;
  tallies.add(0, 0, 1);
  tallies.add(1, 0, 0x1p-10);
  CHECK(*label_figures(tallies.tallies(), 0x1p-10).f1_macro < 0.51);
  CHECK(*label_figures(tallies.tallies(), 0x1p-9).f1_macro > 0.99);
  tallies.scale(0.5, 0x1p-10);
  CHECK(tallies.tallies()[0].hits == 0.5);
  CHECK(tallies.tallies()[1].misses == 0);
}
