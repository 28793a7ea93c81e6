// How often the examples of each class were predicted rightly and wrongly, and the figures that follow from
// that. A confusion matrix tells more; this is what a window, or fading, can keep up cheaply.
//
// The weights are doubles: counts below 2^53 are exact, so an example can be removed and leaves no trace; a
// faded example has a weight of its own (measure/fading_weights.h).
//
// Which classes count is as in scikit-learn's metrics without `labels`: those that were the truth or the
// prediction of an example. All sums are of positive terms, in the order of the tallies, so nothing cancels.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace dse {

struct ClassTally {
  double hits = 0;          // the weight of the examples of the class that were predicted as such
  double misses = 0;        // ... of the class that were predicted as another
  double false_alarms = 0;  // ... of another class that were predicted as this

  double truths() const { return hits + misses; }
  double predictions() const { return hits + false_alarms; }
  double all() const { return hits + misses + false_alarms; }
};

// hits / (hits + false alarms). Undefined when the class was never predicted.
std::optional<double> precision(const ClassTally& tally);
// hits / (hits + misses). Undefined when the class was never true.
std::optional<double> recall(const ClassTally& tally);
// 2 hits / (2 hits + misses + false alarms): the harmonic mean of precision and recall (van Rijsbergen,
// "Information Retrieval", 1979, ch. 7), and 0 when only one of these is undefined. Undefined when the class
// was neither true nor predicted.
std::optional<double> f1(const ClassTally& tally);

struct LabelFigures {
  double examples = 0;             // their number, or their weight
  double wrong = 0;                // the same of those that were predicted wrongly
  std::optional<double> accuracy;  // rightly predicted / all; undefined without examples, as all of these
  // (p - p_e) / (1 - p_e), where p is the accuracy and p_e that of drawing each prediction anew, with the
  // frequencies of truths and predictions as they are (Cohen, "A coefficient of agreement for nominal
  // scales", Educational and Psychological Measurement 20, 1960). It is computed as
  // 1 - (1 - p) / (1 - p_e). Undefined when p_e is 1: all truths and all predictions are of one class.
  std::optional<double> cohen_kappa;
  // The mean F1 of the classes that count. Each of them was true or predicted, so no F1 among them is 0/0,
  // scikit-learn's zero_division plays no part, and this is its f1_score(average="macro") without a warning.
  std::optional<double> f1_macro;
  // The mean precision and the mean recall of the classes that count. Undefined when that of one class is;
  // there, scikit-learn warns and takes its zero_division, 0, for the class.
  std::optional<double> precision_macro;
  std::optional<double> recall_macro;
  // The mean recall of the classes that were true, whether or not others were predicted (Brodersen et al.,
  // "The balanced accuracy and its posterior distribution", ICPR 2010; balanced_accuracy_score, which warns
  // of the others and leaves them out).
  std::optional<double> balanced_accuracy;
};

// The figures of all classes together. A class whose examples weigh less than `weight_min` is as if it had
// never been seen; 0 leaves out none. Takes time in the number of tallies.
LabelFigures label_figures(std::span<const ClassTally> tallies, double weight_min = 0);

// Tallies of classes that are numbered from 0; the numbers should have no gaps.
class ClassTallies {
 public:
  // A weight of -1 removes an example that was added with a weight of 1.
  void add(std::size_t truth, std::size_t predicted, double weight) {
    if (truth >= tallies_.size() || predicted >= tallies_.size()) [[unlikely]]
      grow(truth, predicted);
    if (truth == predicted) {
      tallies_[truth].hits += weight;
    } else {
      tallies_[truth].misses += weight;
      tallies_[predicted].false_alarms += weight;
    }
  }
  // Multiplies every weight by the factor. What weighs less than `weight_min` afterwards becomes 0.
  void scale(double factor, double weight_min);
  void clear() { tallies_.clear(); }

  std::span<const ClassTally> tallies() const { return tallies_; }

 private:
  void grow(std::size_t truth, std::size_t predicted);

  std::vector<ClassTally> tallies_;
};

}  // namespace dse
