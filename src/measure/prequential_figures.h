// Every figure of a stream of predictions in three views (Gama, Sebastião and Rodrigues, "On evaluating
// stream learning algorithms", Machine Learning 90, 2013): over the whole stream, over a sliding window of
// the last examples, and faded, where older examples count less; and each as a curve over virtual time.
//
// Every machine gives the same bits. Overall and in the window all sums are integers or fixed-point numbers,
// so that what leaves the window leaves nothing behind: the window has the bits of a stream of its examples.
// An example takes time in the number of its probabilities, but not in that of classes: only the first one of
// each interval of the curves does, and one in 256, when the faded sums are scaled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dse/metric.h"
#include "dse/time.h"
#include "measure/class_numbers.h"
#include "measure/confusion_matrix.h"
#include "measure/fading_weights.h"
#include "measure/figures.h"
#include "measure/probability_score.h"

namespace dse {

struct FiguresOptions {
  TimeNs curve_every_ns = kNanosecondsPerSecond;
  std::size_t window = 1000;          // examples, at least one
  double fading = 0.999;              // above 0, at most 1; every later example multiplies a weight by this
  std::size_t calibration_bins = 15;  // the calibration error has 1 to 1000; Guo et al. (2017) have 15
};

struct LabelledPrediction {
  TimeNs time_ns = 0;
  int truth = 0;               // 0 … kLabelsMax - 1
  std::int64_t predicted = 0;  // the label, whatever the probabilities say; kNoLabel stands for one beyond
  // That of each label from 0 on (PredictedProbabilities); empty when the prediction has none. Only read
  // during the call.
  std::span<const double> probabilities = {};
};

class PrequentialFigures {
 public:
  explicit PrequentialFigures(const FiguresOptions& options);

  // Times must not decrease.
  void add(const LabelledPrediction& one);

  Figures overall() const;
  // What the last `window` examples give, or all while there are fewer.
  Figures window() const;
  // What all give, each with its faded weight; the newest weighs 1. What weighs less than 2^-64 is as if it
  // had never been: a class counts until its examples do.
  Figures faded() const;
  const ConfusionMatrix& confusion() const { return confusion_; }
  // The cells of each view that are not 0, by view, by truth and then by prediction.
  std::vector<ConfusionCell> confusion_cells() const;
  // Those classes of each view that were true or predicted, by view and then by label.
  std::vector<ClassCell> classes() const;

  // What metrics() may have; where predictions never have probabilities, without the figures of these.
  // Reports show the overall accuracy; the rest is for those who look for it.
  enum class Probabilities { kSome, kNever };
  static std::vector<MetricInfo> metric_infos(std::string_view prefix,
                                              Probabilities probabilities = Probabilities::kSome);
  // Each figure that is defined, in the order of figure_infos() and there overall, window and faded:
  // "<prefix>cohen_kappa", "<prefix>cohen_kappa_window", "<prefix>cohen_kappa_faded". When predictions had
  // probabilities, also "<prefix>with_probabilities" and so on, the number (faded: the weight) of examples
  // that the figures of probabilities are over.
  std::vector<Metric> metrics(std::string_view prefix) const;
  // One point of each figure, but not of "with_probabilities", at the end of each interval in which something
  // was predicted and the figure is defined, in the same order: over the examples of the interval, and for
  // "_window" and "_faded" as these are at its end.
  std::vector<CurvePoint> curves(std::string_view prefix) const;

 private:
  // An example, with its classes as numbers.
  struct Labels {
    std::uint32_t truth = 0;
    std::uint32_t predicted = 0;
    bool changed = false;  // the truth is not that of the example before
    bool scored = false;   // it has a score
  };
  // Number is ExactSum or double, as in ProbabilitySums.
  template <typename Number>
  struct View {
    ClassTallies classes;
    double changed = 0;
    ProbabilitySums<Number> probabilities;

    template <typename Weight>
    void add(const Labels& labels, const ProbabilityScore& score, Weight weight);
    Figures figures(double weight_min = 0) const;
  };
  // The figures of one interval of the curves.
  struct Interval {
    TimeNs begin_ns = 0;
    Figures within;
    Figures window;
    Figures faded;
  };

  struct Weights {
    double one = 1;    // that of each example
    double least = 0;  // below this, a class is as if it had never been
  };
  void add_classes(FigureView view, std::span<const ClassTally> tallies, Weights weights,
                   std::vector<ClassCell>& cells) const;
  bool is_in_interval(TimeNs time_ns) const;
  Interval interval_figures() const;
  void add_to_window(const Labels& labels, const ProbabilityScore& score);
  void add_faded(const Labels& labels, const ProbabilityScore& score);

  FiguresOptions options_;
  ConfidenceBins bins_;
  ClassNumbers numbers_;
  ConfusionMatrix confusion_;
  ConfusionCells<double> faded_confusion_;  // weights as those of faded_
  int truth_before_ = -1;                   // that of the newest example

  View<ExactSum> overall_;
  TimeNs last_ns_ = 0;
  TimeNs interval_begin_ns_ = 0;
  View<ExactSum> interval_;  // the current one
  std::vector<Interval> intervals_;

  View<ExactSum> window_;
  std::vector<Labels> last_;              // the examples of the window; a ring
  std::vector<ProbabilityScore> scores_;  // theirs; empty until a prediction has probabilities
  std::size_t next_ = 0;                  // where the next example goes, and the oldest is once it is full

  FadingWeights weights_;
  View<double> faded_;
  double faded_right_ = 0;  // these are scaled at every example
  double faded_count_ = 0;
};

}  // namespace dse
