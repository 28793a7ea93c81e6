#include "measure/prequential_figures.h"

#include <array>

#include "core/check.h"

namespace dse {
namespace {

constexpr double kFadedMin = 0x1p-64;  // relative to the newest example
constexpr std::array<std::string_view, 3> kViewSuffixes = {"", "_window", "_faded"};

constexpr FigureInfo kWithProbabilities = {.name = "with_probabilities",
                                           .unit = "",
                                           .undefined = "unless an example has class probabilities",
                                           .of_probabilities = true};

std::string metric_name(std::string_view prefix, std::string_view figure, std::string_view suffix) {
  std::string name(prefix);
  name += figure;
  name += suffix;
  return name;
}

}  // namespace

template <typename Number>
template <typename Weight>
void PrequentialFigures::View<Number>::add(const Labels& labels, const ProbabilityScore& score,
                                           Weight weight) {
  classes.add(labels.truth, labels.predicted, weight);
  if (labels.changed) changed += weight;
  if (labels.scored) probabilities.add(score, weight);
}

template <typename Number>
Figures PrequentialFigures::View<Number>::figures(double weight_min) const {
  Figures figures{label_figures(classes.tallies(), weight_min), probabilities.figures(weight_min), {}};
  figures.kappa_temporal = kappa_temporal(figures.wrong, changed < weight_min ? 0 : changed);
  return figures;
}

PrequentialFigures::PrequentialFigures(const FiguresOptions& options)
    : options_(options),
      bins_(options.calibration_bins),
      overall_{.probabilities = ProbabilitySums<ExactSum>(bins_.count())},
      interval_(overall_),
      window_(overall_),
      weights_(options.fading),
      faded_{.probabilities = ProbabilitySums<double>(bins_.count())} {
  DSE_CHECK(options.window > 0 && options.curve_every_ns > 0, "a window of {}, a curve every {} ns",
            options.window, options.curve_every_ns);
}

void PrequentialFigures::add(const LabelledPrediction& one) {
  DSE_CHECK(one.time_ns >= last_ns_, "a prediction at {} ns comes after a later one", one.time_ns);
  if (last_.empty()) {
    interval_begin_ns_ = one.time_ns - one.time_ns % options_.curve_every_ns;
  } else if (!is_in_interval(one.time_ns)) {
    intervals_.push_back(interval_figures());
    interval_begin_ns_ = one.time_ns - one.time_ns % options_.curve_every_ns;
    interval_.classes.clear();
    interval_.changed = 0;
    interval_.probabilities.clear();
  }
  last_ns_ = one.time_ns;

  const int predicted =
      one.predicted >= 0 && one.predicted < kLabelsMax ? static_cast<int>(one.predicted) : kNoLabel;
  confusion_.add(one.truth, predicted);
  const Labels labels = {.truth = numbers_.number(one.truth),
                         .predicted = numbers_.number(predicted),
                         .changed = one.truth != truth_before_,
                         .scored = !one.probabilities.empty()};
  truth_before_ = one.truth;
  ProbabilityScore score;
  if (labels.scored) {
    score = score_of({.truth = static_cast<std::size_t>(one.truth),
                      .predicted = static_cast<std::size_t>(predicted),
                      .probabilities = one.probabilities},
                     bins_);
  }
  overall_.add(labels, score, 1);
  interval_.add(labels, score, 1);
  add_to_window(labels, score);
  add_faded(labels, score);
  faded_confusion_.at(one.truth, predicted) += weights_.newest();
}

Figures PrequentialFigures::overall() const { return overall_.figures(); }
Figures PrequentialFigures::window() const { return window_.figures(); }

// Its accuracy is kept by the recursion that defines it.
Figures PrequentialFigures::faded() const {
  if (last_.empty()) return {};
  const double newest = weights_.newest();
  Figures figures = faded_.figures(kFadedMin * newest);
  figures.examples = faded_count_;
  figures.wrong /= newest;
  figures.accuracy = faded_right_ / faded_count_;
  figures.with_probabilities /= newest;
  return figures;
}

std::vector<ConfusionCell> PrequentialFigures::confusion_cells() const {
  std::vector<ConfusionCell> cells = confusion_.cells();
  std::vector<int> label_of(numbers_.by_label().size());
  for (std::size_t at = 0; at < label_of.size(); ++at) {
    if (const std::uint32_t number = numbers_.by_label()[at]; number != ClassNumbers::kNone)
      label_of[number] = static_cast<int>(at) - 1;
  }
  ConfusionMatrix in_window;
  for (const Labels& one : last_) in_window.add(label_of[one.truth], label_of[one.predicted]);
  for (ConfusionCell& cell : in_window.cells()) {
    cell.view = FigureView::kWindow;
    cells.push_back(cell);
  }
  const double newest = last_.empty() ? 1 : weights_.newest();
  faded_confusion_.each([&](int truth, int predicted, double weight) {
    if (weight < kFadedMin * newest) return;
    cells.push_back(
        {.truth = truth, .predicted = predicted, .count = weight / newest, .view = FigureView::kFaded});
  });
  return cells;
}

std::vector<ClassCell> PrequentialFigures::classes() const {
  std::vector<ClassCell> cells;
  add_classes(FigureView::kOverall, overall_.classes.tallies(), {}, cells);
  add_classes(FigureView::kWindow, window_.classes.tallies(), {}, cells);
  const double newest = last_.empty() ? 1 : weights_.newest();
  add_classes(FigureView::kFaded, faded_.classes.tallies(), {.one = newest, .least = kFadedMin * newest},
              cells);
  return cells;
}

void PrequentialFigures::add_classes(FigureView view, std::span<const ClassTally> tallies, Weights weights,
                                     std::vector<ClassCell>& cells) const {
  int label = -1;
  for (const std::uint32_t number : numbers_.by_label()) {
    const int of = label++;
    if (number == ClassNumbers::kNone || number >= tallies.size()) continue;
    const ClassTally& tally = tallies[number];
    if (tally.all() == 0 || tally.all() < weights.least) continue;
    cells.push_back({.view = view,
                     .label = of,
                     .truths = tally.truths() / weights.one,
                     .predictions = tally.predictions() / weights.one,
                     .hits = tally.hits / weights.one});
  }
}

std::vector<MetricInfo> PrequentialFigures::metric_infos(std::string_view prefix,
                                                         Probabilities probabilities) {
  std::vector<MetricInfo> infos;
  const auto add = [&](const FigureInfo& figure, bool curve) {
    if (figure.of_probabilities && probabilities == Probabilities::kNever) return;
    for (const std::string_view suffix : kViewSuffixes) {
      const bool shown = figure.value == &Figures::accuracy && suffix.empty();
      infos.push_back({.name = metric_name(prefix, figure.name, suffix),
                       .unit = std::string(figure.unit),
                       .curve = curve,
                       .shown = shown ? MetricShown::kAlways : MetricShown::kNever,
                       .undefined = std::string(figure.undefined)});
    }
  };
  for (const FigureInfo& figure : figure_infos()) add(figure, true);
  add(kWithProbabilities, false);
  return infos;
}

std::vector<Metric> PrequentialFigures::metrics(std::string_view prefix) const {
  const std::array<Figures, kViewSuffixes.size()> views = {overall(), window(), faded()};
  std::vector<Metric> metrics;
  for (const FigureInfo& figure : figure_infos()) {
    for (std::size_t view = 0; view < views.size(); ++view) {
      const std::optional<double> value = views[view].*figure.value;
      if (value) metrics.push_back({metric_name(prefix, figure.name, kViewSuffixes[view]), *value});
    }
  }
  for (std::size_t view = 0; view < views.size(); ++view) {
    if (views[0].with_probabilities == 0) break;
    metrics.push_back(
        {metric_name(prefix, kWithProbabilities.name, kViewSuffixes[view]), views[view].with_probabilities});
  }
  return metrics;
}

std::vector<CurvePoint> PrequentialFigures::curves(std::string_view prefix) const {
  constexpr std::array<Figures Interval::*, kViewSuffixes.size()> kViews = {
      &Interval::within, &Interval::window, &Interval::faded};
  std::vector<Interval> intervals = intervals_;
  if (!last_.empty()) intervals.push_back(interval_figures());
  std::vector<CurvePoint> points;
  for (const FigureInfo& figure : figure_infos()) {
    for (std::size_t view = 0; view < kViews.size(); ++view) {
      const std::string name = metric_name(prefix, figure.name, kViewSuffixes[view]);
      for (const Interval& interval : intervals) {
        const std::optional<double> value = (interval.*kViews[view]).*figure.value;
        if (value) points.push_back({add_time(interval.begin_ns, options_.curve_every_ns), name, *value});
      }
    }
  }
  return points;
}

bool PrequentialFigures::is_in_interval(TimeNs time_ns) const {
  return time_ns - interval_begin_ns_ < options_.curve_every_ns;
}

PrequentialFigures::Interval PrequentialFigures::interval_figures() const {
  return {interval_begin_ns_, interval_.figures(), window(), faded()};
}

void PrequentialFigures::add_to_window(const Labels& labels, const ProbabilityScore& score) {
  window_.add(labels, score, 1);
  if (last_.size() < options_.window) {
    last_.push_back(labels);
  } else {
    const Labels& oldest = last_[next_];
    window_.add(oldest, oldest.scored ? scores_[next_] : ProbabilityScore{}, -1);
    last_[next_] = labels;
  }
  if (labels.scored) {
    if (scores_.size() <= next_) scores_.resize(next_ + 1);
    scores_[next_] = score;
  }
  if (++next_ == options_.window) next_ = 0;
}

void PrequentialFigures::add_faded(const Labels& labels, const ProbabilityScore& score) {
  if (weights_.at_end()) {
    const double factor = weights_.restart();
    // Far below what counts, so that it makes no difference, and far above the subnormal numbers, which are
    // slow to compute with.
    faded_.classes.scale(factor, kFadedMin * kFadedMin);
    faded_confusion_.scale(factor);
    faded_.changed *= factor;
    faded_.probabilities.scale(factor);
  }
  faded_.add(labels, score, weights_.next());
  const bool right = labels.truth == labels.predicted;
  faded_right_ = options_.fading * faded_right_ + (right ? 1 : 0);
  faded_count_ = options_.fading * faded_count_ + 1;
}

}  // namespace dse
