// Puts slices on tracks on which they do not overlap.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/trace/run_trace.h"

namespace dse {

// Sets the track of each slice: the first of its component's lanes on which the slice before it has ended,
// where a slice may begin when another ends. `lane_of(component, lane)` gives the track of a lane, which
// counts from 0. Orders of one time are raised where that is needed: on a track an end comes before the next
// beginning.
void assign_lanes(std::vector<TraceSlice>& slices,
                  const std::function<std::uint32_t(std::uint32_t component, std::uint32_t lane)>& lane_of);

}  // namespace dse
