// The confusion matrix of a series of predictions: how many examples of each class were predicted as which.
// It keeps only what it has seen, so labels may be far apart, and 65,536 classes cost what they show.
#pragma once

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

class ConfusionMatrix {
 public:
  using Cell = ConfusionCell;
  struct Class {
    int label = 0;
    ClassTally tally;  // its precision() and its recall() say whether they are defined
  };

  // The prediction may be kNoLabel.
  void add(int truth, int predicted) { ++count_of(truth, predicted); }
  // Takes away an example that was added.
  void remove(int truth, int predicted);

  std::uint64_t count(int truth, int predicted) const;
  // All cells that are not 0, by truth and then by prediction.
  std::vector<Cell> cells() const;
  // The classes that are the truth or the prediction of an example, ascending.
  std::vector<Class> classes() const;
  // Those of all examples: accuracy, Cohen's kappa, macro F1 and others.
  LabelFigures figures() const;

 private:
  struct Entry {
    int predicted = 0;
    std::uint64_t count = 0;
  };

  std::uint64_t& count_of(int truth, int predicted);

  std::vector<std::vector<Entry>> rows_;  // by truth; each is sorted by prediction
};

}  // namespace dse
