#include "drift/ddm.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "core/check.h"
#include "drift/limits.h"

namespace dse {

std::optional<std::string> why_wrong(const DdmOptions& options) {
  if (options.min_num_instances < 1 || options.min_num_instances > kMinInstancesMax)
    return fmt::format("min_num_instances is {}, expected 1 to {}", options.min_num_instances,
                       kMinInstancesMax);
  if (!(options.warning_level > 0 && std::isfinite(options.warning_level)))
    return fmt::format("warning_level is {}, expected a number above 0", options.warning_level);
  if (!(options.out_control_level >= options.warning_level && std::isfinite(options.out_control_level)))
    return fmt::format("out_control_level is {}, expected a number of at least {}, which is warning_level",
                       options.out_control_level, options.warning_level);
  return std::nullopt;
}

Ddm::Ddm(const DdmOptions& options) : options_(options) {
  if (const auto wrong = why_wrong(options)) throw std::invalid_argument(*wrong);
}

DriftState Ddm::update(double value) {
  DSE_CHECK(value >= 0 && value <= 1, "a value of {}", value);
  if (state_ == DriftState::kDrift) reset();
  ++count_;
  rate_ += (value - rate_) / static_cast<double>(count_);
  note_least();
  state_ = judge();
  return state_;
}

void Ddm::reset() { *this = Ddm(options_); }

void Ddm::save_state(StateWriter& writer) const {
  writer.add_u64(count_);
  if (count_ == 0) return;
  writer.add_f64(rate_);
  if (!may_judge()) return;
  writer.add_f64(least_rate_);
  writer.add_f64(least_deviation_);
}

void Ddm::load_state(StateReader& reader) {
  reset();
  count_ = reader.count(kValuesMax, "values");
  if (count_ == 0) return;
  const auto is_share = [](double value) { return value >= 0 && value <= 1; };
  rate_ = reader.f64();
  if (!is_share(rate_)) reader.refuse(fmt::format("a rate of errors of {}", rate_));
  if (!may_judge()) return;
  least_rate_ = reader.f64();
  least_deviation_ = reader.f64();
  if (!is_share(least_rate_) || !is_share(least_deviation_) ||
      least_rate_ + least_deviation_ > rate_ + deviation())
    reader.refuse("a least rate of errors that is not the least");
  state_ = judge();
}

bool Ddm::may_judge() const {
  return count_ > 0 && count_ + 1 >= static_cast<std::uint64_t>(options_.min_num_instances);
}

double Ddm::deviation() const { return std::sqrt(rate_ * (1 - rate_) / static_cast<double>(count_)); }

void Ddm::note_least() {
  if (!may_judge()) return;
  const double now = deviation();
  if (rate_ + now > least_rate_ + least_deviation_) return;
  least_rate_ = rate_;
  least_deviation_ = now;
}

DriftState Ddm::judge() const {
  if (!may_judge()) return DriftState::kNone;
  const double highest = rate_ + deviation();
  if (highest > least_rate_ + options_.out_control_level * least_deviation_) return DriftState::kDrift;
  if (highest > least_rate_ + options_.warning_level * least_deviation_) return DriftState::kWarning;
  return DriftState::kNone;
}

}  // namespace dse
