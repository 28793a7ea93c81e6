#include "sim/trace/queue_depth.h"

#include <algorithm>

namespace dse {

std::vector<DepthPoint> QueueDepth::points() {
  std::stable_sort(changes_.begin(), changes_.end(),
                   [](const Change& a, const Change& b) { return a.event < b.event; });
  std::vector<DepthPoint> points;
  std::int64_t depth = 0;
  std::int64_t shown = 0;
  for (std::size_t at = 0; at < changes_.size(); ++at) {
    depth += changes_[at].by;
    const bool is_last = at + 1 == changes_.size() || changes_[at + 1].time_ns != changes_[at].time_ns;
    if (!is_last || depth == shown) continue;
    points.push_back({changes_[at].time_ns, changes_[at].event, depth});
    shown = depth;
  }
  return points;
}

}  // namespace dse
