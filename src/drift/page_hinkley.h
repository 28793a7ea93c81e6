// The test of Page and Hinkley: the values have lately been above their mean for too long (Page, "Continuous
// inspection schemes", Biometrika 41, 1954). It sums up how far each value is above the mean of all so far
// plus `delta`; the sum never goes below 0, and fades. So it notices that values increase, and not that they
// decrease. It never warns.
//
// After a drift it is reset at the next update, before that takes its value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "drift/drift_detector.h"

namespace dse {

// The defaults are those of River (commit 4466595).
struct PageHinkleyOptions {
  // There is no drift before this many values since the last reset, less one, as in River; 1 to
  // 1'000'000'000.
  std::int64_t min_instances = 30;
  // How far above the mean a value may be without counting, in the unit of the values; 0 to kDriftValueMax.
  double delta = 0.005;
  // There is a drift when the sum is above this, in the unit of the values; above 0.
  double threshold = 50;
  // Each update first multiplies the sum by this; above 0, at most 1.
  double alpha = 0.9999;
};

// Says what is wrong with these options: "alpha is 2, expected …". Empty when nothing is.
std::optional<std::string> why_wrong(const PageHinkleyOptions& options);

class PageHinkley : public DriftDetector {
 public:
  // Throws std::invalid_argument with why_wrong(options) when something is.
  explicit PageHinkley(const PageHinkleyOptions& options = {});

  DriftState update(double value) override;
  double mean() const override { return mean_; }
  void reset() override;
  void save_state(StateWriter& writer) const override;
  void load_state(StateReader& reader) override;

 private:
  DriftState judge() const;

  PageHinkleyOptions options_;
  std::uint64_t count_ = 0;
  double mean_ = 0;
  double sum_ = 0;
};

}  // namespace dse
