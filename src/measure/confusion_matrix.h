// The confusion matrix of a series of predictions: how many examples of each class were predicted as which.
// It keeps only what it has seen, so labels may be far apart, and 65,536 classes cost what they show.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dse/metric.h"
#include "measure/class_tallies.h"

namespace dse {

// Labels are 0 … kLabelsMax - 1.
inline constexpr int kLabelsMax = 65'536;
// What was predicted is none of them.
inline constexpr int kNoLabel = -1;

// The cells of such a matrix that are not 0; Number counts examples, or adds their weights.
template <typename Number>
class ConfusionCells {
 public:
  // The labels are those of ConfusionMatrix.
  Number& at(int truth, int predicted);
  Number get(int truth, int predicted) const;
  // Calls visit(truth, predicted, number), by truth and then by prediction.
  template <typename Visit>
  void each(const Visit& visit) const {
    for (std::size_t truth = 0; truth < rows_.size(); ++truth) {
      for (const Entry& entry : rows_[truth]) {
        if (entry.number > 0) visit(static_cast<int>(truth), entry.predicted, entry.number);
      }
    }
  }
  // Multiplies every number by the factor.
  void scale(double factor) requires std::floating_point<Number> {
    for (std::vector<Entry>& row : rows_) {
      for (Entry& entry : row) entry.number *= factor;
    }
  }

 private:
  struct Entry {
    int predicted = 0;
    Number number = 0;
  };

  std::vector<std::vector<Entry>> rows_;  // by truth; each is sorted by prediction
};

class ConfusionMatrix {
 public:
  using Cell = ConfusionCell;
  struct Class {
    int label = 0;
    ClassTally tally;  // its precision() and its recall() say whether they are defined
  };

  // The prediction may be kNoLabel.
  void add(int truth, int predicted) { ++cells_.at(truth, predicted); }
  // Takes away an example that was added.
  void remove(int truth, int predicted);

  std::uint64_t count(int truth, int predicted) const { return cells_.get(truth, predicted); }
  // All cells that are not 0, by truth and then by prediction.
  std::vector<Cell> cells() const;
  // The classes that are the truth or the prediction of an example, ascending.
  std::vector<Class> classes() const;
  // Those of all examples: accuracy, Cohen's kappa, macro F1 and others.
  LabelFigures figures() const;

 private:
  ConfusionCells<std::uint64_t> cells_;
};

}  // namespace dse
