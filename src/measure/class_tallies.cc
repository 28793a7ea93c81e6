#include "measure/class_tallies.h"

#include <algorithm>

namespace dse {
namespace {

std::optional<double> share(double part, double whole) {
  if (whole > 0) return part / whole;
  return std::nullopt;
}

// The mean of what each class has; undefined once one class has nothing.
class MacroMean {
 public:
  void add(std::optional<double> value) {
    ++classes_;
    if (!value) return;
    sum_ += *value;
    ++defined_;
  }
  std::optional<double> value() const {
    if (defined_ < classes_) return std::nullopt;
    return share(sum_, classes_);
  }
  std::optional<double> value_of_defined() const { return share(sum_, defined_); }

 private:
  double sum_ = 0;
  double classes_ = 0;
  double defined_ = 0;
};

}  // namespace

std::optional<double> precision(const ClassTally& tally) { return share(tally.hits, tally.predictions()); }
std::optional<double> recall(const ClassTally& tally) { return share(tally.hits, tally.truths()); }
std::optional<double> f1(const ClassTally& tally) { return share(2 * tally.hits, tally.hits + tally.all()); }

LabelFigures label_figures(std::span<const ClassTally> tallies, double weight_min) {
  double hits = 0;
  double wrong = 0;
  double truths = 0;
  double predictions = 0;
  double unequal_pairs = 0;  // the sum of truths of one class times predictions of another, over all pairs
  MacroMean precisions;
  MacroMean recalls;
  MacroMean f1s;
  for (const ClassTally& tally : tallies) {
    if (tally.all() < weight_min || tally.all() == 0) continue;
    unequal_pairs += tally.truths() * predictions + tally.predictions() * truths;
    hits += tally.hits;
    wrong += tally.misses;
    truths += tally.truths();
    predictions += tally.predictions();
    precisions.add(precision(tally));
    recalls.add(recall(tally));
    f1s.add(f1(tally));
  }
  LabelFigures figures{.examples = hits + wrong, .wrong = wrong};
  figures.accuracy = share(hits, figures.examples);
  if (unequal_pairs > 0) figures.cohen_kappa = 1 - wrong * truths / unequal_pairs;
  figures.f1_macro = f1s.value();
  figures.precision_macro = precisions.value();
  figures.recall_macro = recalls.value();
  figures.balanced_accuracy = recalls.value_of_defined();
  return figures;
}

void ClassTallies::scale(double factor, double weight_min) {
  const auto scaled = [&](double weight) { return weight * factor < weight_min ? 0 : weight * factor; };
  for (ClassTally& tally : tallies_) {
    tally = {scaled(tally.hits), scaled(tally.misses), scaled(tally.false_alarms)};
  }
}

void ClassTallies::grow(std::size_t truth, std::size_t predicted) {
  tallies_.resize(std::max(truth, predicted) + 1);
}

}  // namespace dse
