#include "sim/command/progress_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/counted.h"
#include "core/readable.h"

namespace dse {

std::string first_columns(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  while (end < text.size()) {
    std::size_t next = end + 1;
    while (next < text.size() && display_width(text.substr(next, 1)) == 0) ++next;
    if (columns-- == 0) break;
    end = next;
  }
  return std::string(text.substr(0, end));
}

std::string time_left(double seconds, double share) {
  constexpr double kShareMin = 0.005;
  constexpr double kSecondsMin = 0.5;
  if (share < kShareMin || share >= 1 || seconds < kSecondsMin) return "";
  constexpr double kLongest = 1e9;
  const double left = std::ceil(std::min(seconds * (1 - share) / share, kLongest));
  if (left < 60) return fmt::format("{:.0f} s", left);
  return readable_duration(static_cast<TimeNs>(left) * kNanosecondsPerSecond);
}

std::string run_line(const Glimpse& glimpse, const RunSpeed& pace) {
  std::vector<std::string> parts;
  if (glimpse.share_done) parts.push_back(fmt::format("{:3.0f} %", std::floor(*glimpse.share_done * 100)));
  parts.push_back(readable_duration(glimpse.virtual_time_ns) + " virtual");
  if (!glimpse.share_done) parts.push_back(counted(glimpse.events, "event"));
  parts.push_back(readable_rate(pace.messages_per_second) + " messages/s");
  const std::string left = time_left(pace.seconds, glimpse.share_done.value_or(0));
  if (!left.empty()) parts.push_back(left + " left");
  for (const auto& [name, accuracy] : glimpse.accuracies)
    parts.push_back(fmt::format("{} {:.2f}", name, accuracy));
  return fmt::format("{}", fmt::join(parts, "  "));
}

std::string work_line(const WorkDone& work, double seconds) {
  std::string line = fmt::format("{} of {}", work.done, counted(work.of, work.what));
  if (work.failed > 0) line += fmt::format(", {} failed", work.failed);
  const double share = work.of == 0 ? 1 : static_cast<double>(work.done) / static_cast<double>(work.of);
  const std::string left = time_left(seconds, share);
  return left.empty() ? line : line + fmt::format(", {} left", left);
}

}  // namespace dse
