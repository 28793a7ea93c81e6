// The program of a drift detector: kinds/drift_detector.h says what it does.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kinds/drift_detector.h"

namespace dse {

class DriftDetectorApp : public App {
 public:
  // `planted` are the drifts that its alarms are judged by.
  DriftDetectorApp(const DriftDetectorOptions& options, std::vector<PlantedDrift> planted,
                   const MakeContext& context);

  Program program() override;
  // `examples`, `alarms` and `warnings`, and with planted drifts the figures of DriftScore.
  std::vector<Metric> metrics() const override;
  // The detector's state, and whether it warns.
  std::optional<std::string> save_checkpoint() const override;
  void load_checkpoint(std::string_view checkpoint) override;
  void add_counts(const App& crashed) override;

 private:
  void handle(Machine& machine, const Message& message);
  std::optional<std::string> why_unfit(const Message& message) const;
  void write_alarm(Machine& machine, DriftState level, std::string cause);

  const DriftDetectorOptions options_;
  const std::uint32_t prefetch_;
  const std::unique_ptr<DriftDetector> detector_;
  DriftState state_ = DriftState::kNone;  // after the last value
  std::uint64_t examples_ = 0;
  std::uint64_t alarms_ = 0;
  std::uint64_t warnings_ = 0;
  DriftScore score_;
};

}  // namespace dse
