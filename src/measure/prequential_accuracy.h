// How a learner does on the labelled stream when it predicts each example before it learns from it ("test,
// then train"), in three views (Gama, Sebastião and Rodrigues, "On evaluating stream learning algorithms",
// Machine Learning 90, 2013): over the whole stream, over a sliding window of the last examples, and faded,
// where older examples count less. The last two tell how the learner does now.
//
// Counts are integers and sums are taken in the order of the stream, so every machine gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dse/time.h"
#include "measure/accuracy.h"

namespace dse {

struct PrequentialOptions {
  TimeNs curve_every_ns = kNanosecondsPerSecond;
  std::size_t window = 1000;  // examples, at least one
  double fading = 0.999;      // above 0; every later example multiplies an example's weight by this
};

class PrequentialAccuracy {
 public:
  explicit PrequentialAccuracy(const PrequentialOptions& options);

  // Times must not decrease.
  void add(TimeNs time_ns, bool right);

  const Accuracy& overall() const { return overall_; }
  // The accuracy over the last `window` examples, or over all while there are fewer. Empty when there are
  // none.
  std::optional<double> window() const;
  // The faded sum of right predictions divided by the faded number of all. Empty when there are none.
  std::optional<double> faded() const;

  // One point for each interval of overall().curve(), with the value at its end.
  std::vector<Accuracy::Point> window_curve() const;
  std::vector<Accuracy::Point> faded_curve() const;

 private:
  struct Mark {
    TimeNs interval = 0;  // its number
    double window = 0;
    double faded = 0;
  };

  void add_to_window(bool right);
  void add_faded(bool right);
  std::vector<Accuracy::Point> curve(double Mark::*value) const;

  PrequentialOptions options_;
  Accuracy overall_;
  std::vector<bool> last_;  // right or not, for the last `window` examples; a ring
  std::size_t next_ = 0;    // the oldest of them, once it is full
  std::size_t window_right_ = 0;
  double faded_right_ = 0;
  double faded_count_ = 0;
  std::vector<Mark> marks_;
};

}  // namespace dse
