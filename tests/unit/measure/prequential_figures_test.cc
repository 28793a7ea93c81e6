#include "measure/prequential_figures.h"

#include <cmath>
#include <cstring>
#include <map>

#include "dse/hash.h"
#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

constexpr TimeNs kEvery = 100;

struct Predicted {
  TimeNs time_ns = 0;
  int truth = 0;
  int predicted = 0;
  std::vector<double> probabilities;

  LabelledPrediction view() const { return {time_ns, truth, predicted, probabilities}; }
};

struct Kind {
  int classes = 10;
  int spread = 1;           // labels are multiples of it
  bool all_scored = true;   // else a third has no probabilities
  std::size_t repeats = 3;  // so many labels of ten are that of the example before
};

std::vector<double> random_probabilities(const Kind& kind, RandomStream& random) {
  std::vector<double> probabilities(static_cast<std::size_t>(kind.classes * kind.spread));
  double sum = 0;
  for (double& probability : probabilities) {
    probability = random.below(4) == 0 ? 0 : random.uniform() * random.uniform();
    sum += probability;
  }
  if (sum == 0) sum = probabilities[0] = 1;
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

std::vector<Predicted> random_predictions(std::size_t count, std::uint64_t seed, const Kind& kind) {
  RandomStream random(seed, "test", "predictions");
  const auto label = [&] {
    // Some classes are rare, so that a window is without them at times.
    const auto below = 1 + random.below(static_cast<std::uint64_t>(kind.classes));
    return static_cast<int>(random.below(below)) * kind.spread;
  };
  std::vector<Predicted> predictions;
  TimeNs now = 0;
  for (std::size_t at = 0; at < count; ++at) {
    if (random.below(3) == 0) now += static_cast<TimeNs>(random.below(random.below(20) == 0 ? 1'000 : 30));
    Predicted one{.time_ns = now, .truth = label()};
    if (at > 0 && random.below(10) < kind.repeats) one.truth = predictions.back().truth;
    one.predicted = random.below(2) == 0 ? one.truth : label();
    if (kind.all_scored || random.below(3) != 0) one.probabilities = random_probabilities(kind, random);
    predictions.push_back(one);
  }
  return predictions;
}

using Named = std::map<std::string, double>;

// The textbook formulas, from the examples first … end - 1 and their weights. A class of which nothing weighs
// 2^-64 does not count.
class Naive {
 public:
  Naive(const std::vector<Predicted>& all, std::size_t first, std::size_t end, double fading = 1)
      : all_(all), first_(first), end_(end), fading_(fading) {}

  Named figures() const {
    Named named;
    labels(named);
    probabilities(named);
    return named;
  }

 private:
  double weight(std::size_t at) const { return std::pow(fading_, static_cast<double>(end_ - 1 - at)); }

  void labels(Named& named) const {
    std::map<std::pair<int, int>, double> matrix;
    std::map<int, double> rows;
    std::map<int, double> columns;
    std::map<int, double> seen;
    double all = 0;
    double right = 0;
    double right_of_no_change = 0;
    for (std::size_t at = first_; at < end_; ++at) {
      const auto& [time_ns, truth, predicted, probabilities] = all_[at];
      const double share = weight(at);
      matrix[{truth, predicted}] += share;
      rows[truth] += share;
      columns[predicted] += share;
      seen[truth] += share;
      if (predicted != truth) seen[predicted] += share;
      all += share;
      if (truth == predicted) right += share;
      if (at > 0 && all_[at - 1].truth == truth) right_of_no_change += share;
    }
    const double accuracy = right / all;
    named["accuracy"] = accuracy;
    double by_chance = 0;
    for (const auto& [label, row] : rows) by_chance += row / all * columns[label] / all;
    if (rows.size() > 1 || columns.size() > 1 || rows.begin()->first != columns.begin()->first)
      named["cohen_kappa"] = (accuracy - by_chance) / (1 - by_chance);
    const double of_no_change = right_of_no_change / all;
    if (of_no_change < 1) named["kappa_temporal"] = (accuracy - of_no_change) / (1 - of_no_change);

    std::vector<double> precisions;
    std::vector<double> recalls;
    std::vector<double> f1s;
    for (const auto& [label, share] : seen) {
      if (share < 0x1p-64) continue;
      const double hits = matrix[{label, label}];
      if (columns[label] > 0) precisions.push_back(hits / columns[label]);
      if (rows[label] > 0) recalls.push_back(hits / rows[label]);
      // The harmonic mean of precision and recall.
      f1s.push_back(hits == 0 ? 0 : 2 / (columns[label] / hits + rows[label] / hits));
    }
    const auto mean = [](const std::vector<double>& values) {
      double sum = 0;
      for (const double value : values) sum += value;
      return sum / static_cast<double>(values.size());
    };
    named["f1_macro"] = mean(f1s);
    if (precisions.size() == f1s.size()) named["precision_macro"] = mean(precisions);
    if (recalls.size() == f1s.size()) named["recall_macro"] = mean(recalls);
    named["balanced_accuracy"] = mean(recalls);
  }

  void probabilities(Named& named) const {
    double all = 0;
    double loss = 0;
    double brier = 0;
    std::map<int, std::pair<double, double>> bins;  // right, and confidence
    for (std::size_t at = first_; at < end_; ++at) {
      const Predicted& one = all_[at];
      if (one.probabilities.empty()) continue;
      const double share = weight(at);
      all += share;
      double sum = 0;
      for (const double p : one.probabilities) sum += std::min(std::max(p, kEpsilon), 1 - kEpsilon);
      const double p = one.probabilities[static_cast<std::size_t>(one.truth)];
      loss -= share * std::log(std::min(std::max(p, kEpsilon), 1 - kEpsilon) / sum);
      for (std::size_t label = 0; label < one.probabilities.size(); ++label) {
        const double truth = static_cast<int>(label) == one.truth ? 1 : 0;
        brier += share * std::pow(one.probabilities[label] - truth, 2);
      }
      const double confidence = one.probabilities[static_cast<std::size_t>(one.predicted)];
      int bin = 0;
      while (confidence > (bin + 1) / 15.0) ++bin;
      bins[bin].first += one.truth == one.predicted ? share : 0;
      bins[bin].second += share * confidence;
    }
    if (all == 0) return;
    double error = 0;
    for (const auto& [bin, sums] : bins) error += std::abs(sums.first - sums.second) / all;
    named["with_probabilities"] = all;
    named["log_loss"] = loss / all;
    named["brier_score"] = brier / all;
    named["expected_calibration_error"] = error;
  }

  static constexpr double kEpsilon = 2.220446049250313e-16;

  const std::vector<Predicted>& all_;
  std::size_t first_;
  std::size_t end_;
  double fading_;
};

Named named(const std::vector<Metric>& metrics, const std::string& suffix) {
  Named result;
  for (const Metric& metric : metrics) {
    const bool of_view = suffix.empty()
                             ? !metric.name.ends_with("_window") && !metric.name.ends_with("_faded")
                             : metric.name.ends_with(suffix);
    if (of_view) result[metric.name.substr(0, metric.name.size() - suffix.size())] = metric.value;
  }
  if (result.contains("with_probabilities") && result["with_probabilities"] == 0)
    result.erase("with_probabilities");
  return result;
}

void require_near(const Named& one, const Named& other, double distance) {
  for (const auto* map : {&one, &other}) {
    for (const auto& [name, value] : *map) {
      CAPTURE(name);
      REQUIRE(one.contains(name));
      REQUIRE(other.contains(name));
      const double a = one.at(name);
      const double b = other.at(name);
      REQUIRE_THAT(a, Catch::Matchers::WithinAbs(b, distance * std::max(1.0, std::abs(b))));
    }
  }
}

std::uint64_t bits(double value) {
  std::uint64_t result = 0;
  std::memcpy(&result, &value, sizeof result);
  return result;
}

const std::vector<Kind> kKinds = {
    {}, {.classes = 2}, {.classes = 5, .spread = 40, .all_scored = false}, {.classes = 3, .repeats = 9}};

}  // namespace

TEST_CASE("without examples there are no figures") {
  const PrequentialFigures figures({});
  CHECK(figures.metrics("").empty());
  CHECK(figures.curves("").empty());
  CHECK(figures.confusion().cells().empty());
}

TEST_CASE("of one example most figures are defined") {
  PrequentialFigures figures({});
  figures.add({.time_ns = 5, .truth = 2, .predicted = 1});
  CHECK(figures.overall().accuracy == 0);
  CHECK(figures.overall().cohen_kappa == 0);
  CHECK(figures.overall().kappa_temporal == 0);  // the no-change classifier has no label before it
  CHECK(figures.overall().f1_macro == 0);
  CHECK_FALSE(figures.overall().precision_macro);
  CHECK_FALSE(figures.overall().log_loss);
  CHECK(figures.overall().with_probabilities == 0);
}

TEST_CASE("all figures are what their formulas say, overall, in a window and faded") {
  struct Case {
    std::size_t window;
    double fading;
  };
  const Case cases[] = {{1, 0.9}, {7, 0.99}, {100, 0.999}, {1'000, 1.0}, {1'000'000, 0.97}};
  for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
    for (const Case& each : cases) {
      const std::uint64_t seed = 1 + kind;
      CAPTURE(kind, seed, each.window, each.fading);
      const std::vector<Predicted> all = random_predictions(1'500, seed, kKinds[kind]);
      RandomStream random(seed, "test", "positions");
      PrequentialFigures figures({.window = each.window, .fading = each.fading});
      for (std::size_t at = 0; at < all.size(); ++at) {
        figures.add(all[at].view());
        const std::size_t end = at + 1;
        if (end > 20 && end < all.size() && random.below(60) != 0) continue;
        CAPTURE(end);
        const std::vector<Metric> metrics = figures.metrics("");
        const std::size_t first = end > each.window ? end - each.window : 0;
        require_near(named(metrics, ""), Naive(all, 0, end).figures(), 1e-12);
        require_near(named(metrics, "_window"), Naive(all, first, end).figures(), 1e-12);
        require_near(named(metrics, "_faded"), Naive(all, 0, end, each.fading).figures(), 1e-12);
      }
    }
  }
}

TEST_CASE("a faded stream of many blocks is as near its formula") {
  const std::vector<Predicted> all = random_predictions(30'000, 7, {});
  for (const double fading : {0.999, 0.99999}) {
    CAPTURE(fading);
    PrequentialFigures figures({.fading = fading});
    for (const Predicted& one : all) figures.add(one.view());
    require_near(named(figures.metrics(""), "_faded"), Naive(all, 0, all.size(), fading).figures(), 1e-12);
  }
}

TEST_CASE("a window has the bits of a stream of its examples") {
  constexpr std::size_t kWindow = 50;
  const std::vector<Predicted> all = random_predictions(20'000, 3, {.all_scored = false});
  PrequentialFigures figures({.window = kWindow});
  for (std::size_t at = 0; at < all.size(); ++at) {
    figures.add(all[at].view());
    if (at % 997 != 0 || at < kWindow) continue;
    PrequentialFigures fresh({});
    // The example before tells it what the no-change classifier says first.
    for (std::size_t back = kWindow; back-- > 0;) fresh.add(all[at - back].view());
    Named window = named(figures.metrics(""), "_window");
    Named alone = named(fresh.metrics(""), "");
    for (Named* one : {&window, &alone}) one->erase("kappa_temporal");
    // Classes are summed up in the order in which they were first seen, so the means over classes may differ
    // in the last bits.
    for (const char* name : {"f1_macro", "precision_macro", "recall_macro", "balanced_accuracy"}) {
      REQUIRE(window.contains(name) == alone.contains(name));
      if (window.contains(name)) REQUIRE_THAT(window[name], Catch::Matchers::WithinAbs(alone[name], 1e-15));
      window.erase(name);
      alone.erase(name);
    }
    REQUIRE(window == alone);
  }
}

TEST_CASE("without fading, and in a window of everything, the figures are the overall ones to the bit") {
  PrequentialFigures figures({.window = 3'000, .fading = 1});
  for (const Predicted& one : random_predictions(3'000, 5, {})) figures.add(one.view());
  const Named overall = named(figures.metrics(""), "");
  CHECK(named(figures.metrics(""), "_window") == overall);
  // Faded scores are sums of doubles.
  require_near(named(figures.metrics(""), "_faded"), overall, 1e-13);
  Named faded = named(figures.metrics(""), "_faded");
  for (const char* name : {"accuracy", "cohen_kappa", "kappa_temporal", "f1_macro", "balanced_accuracy"})
    CHECK(bits(faded[name]) == bits(overall.at(name)));
}

namespace {

// What the figures of accuracy must be to the bit: ratios of counts, and a recursion (Gama et al.).
class Accuracies {
 public:
  explicit Accuracies(const FiguresOptions& options) : options_(options) {}

  void add(const Predicted& one) {
    const bool right = one.truth == one.predicted;
    right_.push_back(right);
    faded_right_ = options_.fading * faded_right_ + (right ? 1 : 0);
    faded_count_ = options_.fading * faded_count_ + 1;
    const TimeNs end = one.time_ns / options_.curve_every_ns * options_.curve_every_ns;
    within_[end + options_.curve_every_ns].push_back(right);
    window_curve_[end + options_.curve_every_ns] = window();
    faded_curve_[end + options_.curve_every_ns] = faded();
  }
  double overall() const { return share(right_); }
  double window() const {
    const std::size_t count = std::min(right_.size(), options_.window);
    return share({right_.end() - static_cast<std::ptrdiff_t>(count), right_.end()});
  }
  double faded() const { return faded_right_ / faded_count_; }
  std::vector<CurvePoint> curves() const {
    std::vector<CurvePoint> points;
    for (const auto& [time_ns, right] : within_) points.push_back({time_ns, "accuracy", share(right)});
    for (const auto& [time_ns, value] : window_curve_) points.push_back({time_ns, "accuracy_window", value});
    for (const auto& [time_ns, value] : faded_curve_) points.push_back({time_ns, "accuracy_faded", value});
    return points;
  }

 private:
  static double share(const std::vector<bool>& right) {
    return static_cast<double>(std::count(right.begin(), right.end(), true)) /
           static_cast<double>(right.size());
  }

  FiguresOptions options_;
  std::vector<bool> right_;
  double faded_right_ = 0;
  double faded_count_ = 0;
  std::map<TimeNs, std::vector<bool>> within_;
  std::map<TimeNs, double> window_curve_;
  std::map<TimeNs, double> faded_curve_;
};

}  // namespace

TEST_CASE("accuracies are ratios of counts, and the recursion of fading, to the bit, curves too") {
  for (const auto& [window, fading] : std::vector<std::pair<std::size_t, double>>{
           {1'000, 0.999}, {1, 0.5}, {64, 0.9}, {400, 1}, {1'000'000, 0.001}}) {
    CAPTURE(window, fading);
    const FiguresOptions options{.curve_every_ns = kEvery, .window = window, .fading = fading};
    PrequentialFigures figures(options);
    Accuracies wanted(options);
    for (const Predicted& one : random_predictions(3'000, 2, {})) {
      figures.add(one.view());
      wanted.add(one);
    }
    CHECK(bits(*figures.overall().accuracy) == bits(wanted.overall()));
    CHECK(bits(*figures.window().accuracy) == bits(wanted.window()));
    CHECK(bits(*figures.faded().accuracy) == bits(wanted.faded()));
    const std::vector<CurvePoint> curves = figures.curves("");
    const std::vector<CurvePoint> wanted_curves = wanted.curves();
    REQUIRE(curves.size() > wanted_curves.size());
    for (std::size_t at = 0; at < wanted_curves.size(); ++at) {
      REQUIRE(curves[at].metric == wanted_curves[at].metric);
      REQUIRE(curves[at].time_ns == wanted_curves[at].time_ns);
      REQUIRE(bits(curves[at].value) == bits(wanted_curves[at].value));
    }
  }
}

TEST_CASE("a window forgets at once, and fading little by little") {
  PrequentialFigures figures({.window = 2, .fading = 0.5});
  for (const int predicted : {0, 1, 1}) figures.add({.predicted = predicted});
  CHECK(figures.overall().accuracy == 1.0 / 3);
  CHECK(figures.window().accuracy == 0);
  CHECK(figures.faded().accuracy == 0.25 / 1.75);
  figures.add({.predicted = 0});
  CHECK(figures.window().accuracy == 0.5);
  CHECK(figures.faded().accuracy == 1.125 / 1.875);
}

TEST_CASE("a prediction that is no label is wrong, and is counted as none") {
  PrequentialFigures figures({});
  for (const std::int64_t predicted :
       {std::int64_t{-7}, std::int64_t{kLabelsMax}, INT64_MAX, INT64_MIN, std::int64_t{1}})
    figures.add({.truth = 1, .predicted = predicted});
  CHECK(figures.overall().accuracy == 0.2);
  CHECK(figures.confusion().cells() == std::vector<ConfusionCell>{{1, kNoLabel, 4}, {1, 1, 1}});
  // There are two classes: 1 has precision 1 and recall 0.2, and what is no label has neither.
  CHECK(figures.overall().f1_macro == (2 * 1.0 / 6) / 2);
}

TEST_CASE("a curve has each interval's own figures, and those of window and fading at its end") {
  constexpr std::size_t kWindow = 30;
  constexpr double kFading = 0.9;
  const std::vector<Predicted> all = random_predictions(600, 11, {.all_scored = false});
  PrequentialFigures figures({.curve_every_ns = kEvery, .window = kWindow, .fading = kFading});
  for (const Predicted& one : all) figures.add(one.view());
  std::map<TimeNs, std::vector<Metric>> points;
  for (const CurvePoint& point : figures.curves(""))
    points[point.time_ns].push_back({point.metric, point.value});
  std::size_t first = 0;
  std::size_t intervals = 0;
  for (std::size_t end = 1; end <= all.size(); ++end) {
    const TimeNs interval = all[end - 1].time_ns / kEvery;
    if (end < all.size() && all[end].time_ns / kEvery == interval) continue;
    const TimeNs time_ns = (interval + 1) * kEvery;
    CAPTURE(first, end, time_ns);
    REQUIRE(points.contains(time_ns));
    const auto wanted = [](Named figures_of) {
      figures_of.erase("with_probabilities");
      return figures_of;
    };
    const std::size_t window_first = end > kWindow ? end - kWindow : 0;
    require_near(named(points[time_ns], ""), wanted(Naive(all, first, end).figures()), 1e-12);
    require_near(named(points[time_ns], "_window"), wanted(Naive(all, window_first, end).figures()), 1e-12);
    require_near(named(points[time_ns], "_faded"), wanted(Naive(all, 0, end, kFading).figures()), 1e-12);
    first = end;
    ++intervals;
  }
  CHECK(points.size() == intervals);
  CHECK(intervals > 20);
}

TEST_CASE("a faded class counts until it weighs less than 2^-64 of the newest example") {
  PrequentialFigures figures({.fading = 0.5});
  figures.add({.truth = 1, .predicted = 2});
  for (int at = 0; at < 62; ++at) figures.add({.truth = 0, .predicted = 0});
  CHECK(figures.faded().f1_macro == 1.0 / 3);
  CHECK_FALSE(figures.faded().recall_macro);
  for (int at = 0; at < 4; ++at) figures.add({.truth = 0, .predicted = 0});
  CHECK(figures.faded().f1_macro == 1);
  CHECK(figures.faded().recall_macro == 1);
  CHECK_FALSE(figures.faded().cohen_kappa);
  CHECK_FALSE(figures.faded().kappa_temporal);
  CHECK(figures.overall().f1_macro == 1.0 / 3);
}

TEST_CASE("figures of probabilities go as the last prediction with some leaves the window") {
  const std::vector<double> probabilities = {0.5, 0.5};
  PrequentialFigures figures({.window = 2});
  figures.add({.truth = 0, .predicted = 1});
  figures.add({.truth = 0, .predicted = 1, .probabilities = probabilities});
  figures.add({.truth = 0, .predicted = 1});
  CHECK(figures.window().with_probabilities == 1);
  CHECK(figures.window().brier_score == 0.5);
  figures.add({.truth = 0, .predicted = 1});
  CHECK(figures.window().with_probabilities == 0);
  CHECK_FALSE(figures.window().brier_score);
  CHECK(figures.overall().with_probabilities == 1);
}

TEST_CASE("a copy goes on alone") {
  const std::vector<Predicted> all = random_predictions(400, 9, {});
  PrequentialFigures one({.window = 100});
  for (const Predicted& each : all) one.add(each.view());
  PrequentialFigures other = one;
  const Named before = named(one.metrics(""), "_window");
  for (const Predicted& each : all) other.add({.time_ns = all.back().time_ns, .truth = each.predicted});
  CHECK(named(one.metrics(""), "_window") == before);
}

// The bits are the same with every compiler and in every configuration.
TEST_CASE("the bits of all figures are known") {
  PrequentialFigures figures({.curve_every_ns = kEvery});
  for (const Predicted& one : random_predictions(20'000, 1, {.classes = 12, .all_scored = false}))
    figures.add(one.view());
  Hasher hasher;
  for (const Metric& metric : figures.metrics("")) hasher.add_u64(bits(metric.value));
  for (const CurvePoint& point : figures.curves("")) hasher.add_u64(bits(point.value));
  CHECK(hex64(hasher.digest()) == "8e166ce2f22b2f09");
}
