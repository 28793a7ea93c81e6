// The drift detection method: a model's errors, which become rarer while it learns, have become more frequent
// than they were at their rarest (Gama, Medas, Castillo and Rodrigues, "Learning with drift detection", SBIA
// 2004).
//
// With p the rate of errors of n values and s = sqrt(p (1 - p) / n), it compares p + s with the p and s of
// the time when p + s was least. So if there has been no error in the first `min_num_instances` values, the
// next error is a drift. It does not notice that errors become rarer.
//
// After a drift it is reset at the next update, before that takes its value; a warning resets nothing.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "drift/drift_detector.h"

namespace dse {

// The defaults are the paper's, and River's.
struct DdmOptions {
  // There is no state but kNone before this many values since the last reset, less one, as in River (commit
  // 4466595); 1 to 1'000'000'000.
  std::int64_t min_num_instances = 30;
  // It warns above the least p plus so many of its s; above 0.
  double warning_level = 2;
  // There is a drift above the least p plus so many of its s; at least warning_level.
  double out_control_level = 3;
};

// Says what is wrong with these options: "warning_level is 0, expected …". Empty when nothing is.
std::optional<std::string> why_wrong(const DdmOptions& options);

class Ddm : public DriftDetector {
 public:
  // Throws std::invalid_argument with why_wrong(options) when something is.
  explicit Ddm(const DdmOptions& options = {});

  // The value is 1 for an error and 0 for none, or in between for a part of one.
  DriftState update(double value) override;
  double mean() const override { return count_ == 0 ? 0 : rate_; }
  void reset() override;
  void save_state(StateWriter& writer) const override;
  void load_state(StateReader& reader) override;

 private:
  bool may_judge() const;
  double deviation() const;  // s
  void note_least();
  DriftState judge() const;

  DdmOptions options_;
  std::uint64_t count_ = 0;  // n
  double rate_ = 1;          // p
  // Infinite until may_judge().
  double least_rate_ = std::numeric_limits<double>::infinity();
  double least_deviation_ = std::numeric_limits<double>::infinity();
  DriftState state_ = DriftState::kNone;  // follows from the rest
};

}  // namespace dse
