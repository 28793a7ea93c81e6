// Adaptive windowing: keeps as many of the latest values as have one mean, and drops the oldest when they
// differ (Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", SDM 2007, where it
// is ADWIN2). It never warns.
//
// The window is an exponential histogram: buckets of 1, 2, 4 … values, of each size at most `max_buckets`,
// so n values take about max_buckets · log2(n / max_buckets) buckets. A drift is a cut of the window; what is
// newer stays, so nothing is reset at the next update, and one change is often noticed at several checks in
// turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drift/drift_detector.h"

namespace dse {

// River (github.com/online-ml/river) at commit 4466595, of November 2020, departs from the paper in two
// places. Both make it slower: that errors of 10% become 40% after 2000 values, it notices 240 values later,
// and the paper's algorithm 80.
enum class AdwinVariant {
  // As that River, value for value. It never counts the newest bucket of a size as old, wherever the cut is.
  // And where two buckets become one, the older one's own variance is lost, so variance() is too large once
  // such a bucket has been dropped: for errors of 0 and 1 it can pass 1.
  kRiver,
  // As the paper: every border of two buckets may be a cut, and variance() is that of the window.
  kPaper,
};

// The defaults are River's; the first two and `max_buckets` are also the paper's.
struct AdwinOptions {
  // The paper's δ, above 0 and below 1: how likely a check may be to find a drift where there is none.
  double delta = 0.002;
  // Whether there is a drift is checked at every so many values; 1 to 1'000'000.
  std::int64_t clock = 32;
  // The paper's M: the most buckets of one size; 2 to 64. More give more cuts to try, and take more memory.
  std::int64_t max_buckets = 5;
  // The fewest values that each side of a cut must have; 1 to 1'000'000. The paper's bound is computed as if
  // each side had this many values less, plus one.
  std::int64_t min_window_length = 5;
  // A window of at most so many values is not checked; 0 to 1'000'000'000.
  std::int64_t grace_period = 10;
  AdwinVariant variant = AdwinVariant::kRiver;
  // Only a check that leaves a window with a greater mean than it found is a drift, as in MOA's detector of
  // this name. After any other change the window loses its oldest values as well.
  bool only_rising = false;
};

// Says what is wrong with these options: "delta is 2, expected …". Empty when nothing is.
std::optional<std::string> why_wrong(const AdwinOptions& options);

class Adwin : public DriftDetector {
 public:
  // Throws std::invalid_argument with why_wrong(options) when something is.
  explicit Adwin(const AdwinOptions& options = {});

  DriftState update(double value) override;
  // That of the window.
  double mean() const override;
  void reset() override;
  void save_state(StateWriter& writer) const override;
  void load_state(StateReader& reader) override;

  // The number of values in the window, which are the latest ones.
  std::uint64_t width() const { return width_; }
  // Their variance (divided by their number); 0 of none.
  double variance() const;
  std::size_t buckets() const;

 private:
  struct Bucket {
    double total = 0;    // the sum of its values
    double squares = 0;  // the sum of their squared distances from their mean
  };
  struct Side {
    std::uint64_t count = 0;
    double total = 0;
  };

  void insert(double value);
  void merge_full_rows();
  Bucket merged(const Bucket& older, const Bucket& newer, double size) const;
  // Drops the oldest bucket if the window has a cut whose sides differ; returns whether it has.
  bool shrink();
  bool differ(const Side& older, const Side& newer, double confidence) const;
  void drop_oldest();
  void load_row(StateReader& reader, bool is_last);

  AdwinOptions options_;
  std::vector<std::vector<Bucket>> rows_;  // rows_[k] holds the buckets of 2^k values, the oldest first
  std::uint64_t width_ = 0;
  double total_ = 0;
  double squares_ = 0;
  std::int64_t since_check_ = 0;  // values, fewer than `clock`
};

}  // namespace dse
