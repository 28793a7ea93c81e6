// What is announced of the figures of predictions before there are any.
#include <set>
#include <string>
#include <vector>

#include "dse/random.h"
#include "measure/prequential_figures.h"
#include "support/catch.h"

using namespace dse;

namespace {

// Adds predictions of three classes, right and wrong, over several intervals of the curves.
void add_some(PrequentialFigures& figures, bool with_probabilities) {
  RandomStream random(1, "test", "figures");
  for (TimeNs number = 0; number < 500; ++number) {
    const int truth = static_cast<int>(random.below(3));
    const int predicted = static_cast<int>(random.below(3));
    std::vector<double> probabilities;
    if (with_probabilities) {
      probabilities.assign(3, 0.25);
      probabilities[static_cast<std::size_t>(predicted)] = 0.5;
    }
    figures.add({.time_ns = number * kNanosecondsPerSecond / 10,
                 .truth = truth,
                 .predicted = predicted,
                 .probabilities = probabilities});
  }
}

}  // namespace

TEST_CASE("every metric and every curve is announced") {
  PrequentialFigures figures({});
  add_some(figures, true);
  std::set<std::string> announced;
  std::set<std::string> announced_curves;
  for (const MetricInfo& info : PrequentialFigures::metric_infos("x_")) {
    CHECK(announced.insert(info.name).second);
    if (info.curve) announced_curves.insert(info.name);
  }
  std::set<std::string> written;
  for (const Metric& metric : figures.metrics("x_")) CHECK(written.insert(metric.name).second);
  std::set<std::string> written_curves;
  for (const CurvePoint& point : figures.curves("x_")) written_curves.insert(point.metric);
  CHECK(written == announced);
  CHECK(written_curves == announced_curves);
  for (const char* view : {"", "_window", "_faded"})
    announced.erase("x_with_probabilities" + std::string(view));
  CHECK(announced_curves == announced);
}

TEST_CASE("where predictions never have probabilities, no figure of them is announced") {
  PrequentialFigures figures({});
  add_some(figures, false);
  std::set<std::string> announced;
  for (const MetricInfo& info :
       PrequentialFigures::metric_infos("", PrequentialFigures::Probabilities::kNever))
    announced.insert(info.name);
  std::set<std::string> written;
  for (const Metric& metric : figures.metrics("")) written.insert(metric.name);
  CHECK(written == announced);
}

TEST_CASE("every figure says when it is undefined") {
  for (const MetricInfo& info : PrequentialFigures::metric_infos("")) {
    CAPTURE(info.name);
    CHECK_FALSE(info.undefined.empty());
  }
}
