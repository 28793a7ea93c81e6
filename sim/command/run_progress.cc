#include "sim/command/run_progress.h"

#include <algorithm>
#include <utility>

#include "sim/command/progress_text.h"

namespace dse {

ProgressSink RunProgress::sink(const World& world) {
  return [this, &world](TimeNs, std::uint64_t) {
    if (!asked_.load(std::memory_order_relaxed)) return;
    asked_.store(false, std::memory_order_relaxed);
    look(world);
  };
}

void RunProgress::look(const World& world) {
  Glimpse seen = world.glimpse();
  const std::lock_guard lock(mutex_);
  last_ = std::move(seen);
}

std::string RunProgress::line(double seconds) {
  asked_.store(true, std::memory_order_relaxed);
  std::optional<Glimpse> seen;
  {
    const std::lock_guard lock(mutex_);
    seen = last_;
  }
  if (!seen) return "";
  return run_line(
      *seen, {.seconds = seconds, .messages_per_second = messages_per_second(seconds, seen->deliveries)});
}

double RunProgress::messages_per_second(double seconds, std::uint64_t deliveries) {
  const std::size_t oldest = count_ < looks_.size() ? 0 : count_ % looks_.size();
  const Look first = count_ == 0 ? Look() : looks_[oldest];
  looks_[count_++ % looks_.size()] = {seconds, deliveries};
  const double passed = seconds - first.seconds;
  return passed > 0 ? static_cast<double>(deliveries - first.deliveries) / passed : 0;
}

}  // namespace dse
