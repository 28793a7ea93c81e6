#include "sim/trace/lanes.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace dse {
namespace {

// The lanes of one component.
class Lanes {
 public:
  // Takes the first lane that is free from `begin_ns`, until `end_ns`.
  std::uint32_t take(TimeNs begin_ns, TimeNs end_ns) {
    while (!busy_.empty() && busy_.top().first <= begin_ns) {
      free_.insert(busy_.top().second);
      busy_.pop();
    }
    std::uint32_t lane = 0;
    if (free_.empty()) {
      lane = static_cast<std::uint32_t>(last_.size());
      last_.push_back({});
    } else {
      lane = *free_.begin();
      free_.erase(free_.begin());
    }
    busy_.emplace(end_ns, lane);
    return lane;
  }

  // Keeps the orders of a lane's slices from contradicting their places on it.
  void order(TraceSlice& slice, std::uint32_t lane) {
    Last& last = last_[lane];
    if (last.end_ns == slice.begin_ns) slice.begin_order = std::max(slice.begin_order, last.order + 1);
    if (slice.end_ns == slice.begin_ns) slice.end_order = std::max(slice.end_order, slice.begin_order + 1);
    last = {slice.end_ns, slice.end_order};
  }

 private:
  struct Last {
    TimeNs end_ns = -1;
    std::uint64_t order = 0;
  };
  using Busy = std::pair<TimeNs, std::uint32_t>;  // until when, and which

  std::priority_queue<Busy, std::vector<Busy>, std::greater<>> busy_;
  std::set<std::uint32_t> free_;
  std::vector<Last> last_;  // by lane
};

}  // namespace

void assign_lanes(std::vector<TraceSlice>& slices,
                  const std::function<std::uint32_t(std::uint32_t component, std::uint32_t lane)>& lane_of) {
  std::vector<std::uint32_t> by_begin(slices.size());
  std::iota(by_begin.begin(), by_begin.end(), 0U);
  const auto place = [&slices](std::uint32_t slice) {
    return std::tuple(slices[slice].begin_ns, slices[slice].end_ns, slice);
  };
  std::sort(by_begin.begin(), by_begin.end(),
            [&](std::uint32_t a, std::uint32_t b) { return place(a) < place(b); });
  std::vector<Lanes> lanes;  // by component
  for (const std::uint32_t number : by_begin) {
    TraceSlice& slice = slices[number];
    if (slice.component >= lanes.size()) lanes.resize(slice.component + 1);
    Lanes& own = lanes[slice.component];
    const std::uint32_t lane = own.take(slice.begin_ns, slice.end_ns);
    own.order(slice, lane);
    slice.track = lane_of(slice.component, lane);
  }
}

}  // namespace dse
