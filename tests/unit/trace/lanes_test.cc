#include "sim/trace/lanes.h"

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include "support/catch.h"

using dse::TraceSlice;

namespace {

// Slices of the components 0, 1 …, whose lanes are the tracks 100 × component + lane.
void assign(std::vector<TraceSlice>& slices) {
  dse::assign_lanes(slices,
                    [](std::uint32_t component, std::uint32_t lane) { return 100 * component + lane; });
}

TraceSlice slice(dse::TimeNs begin_ns, dse::TimeNs end_ns, std::uint32_t component = 0) {
  return {.begin_ns = begin_ns, .end_ns = end_ns, .component = component};
}

std::vector<std::uint32_t> tracks(const std::vector<TraceSlice>& slices) {
  std::vector<std::uint32_t> tracks;
  for (const TraceSlice& one : slices) tracks.push_back(one.track);
  return tracks;
}

}  // namespace

TEST_CASE("lanes: one begins where another ends, and what overlaps has a lane of its own") {
  std::vector<TraceSlice> slices = {slice(0, 5), slice(5, 9),  slice(6, 7),     slice(8, 12),
                                    slice(9, 9), slice(9, 10), slice(0, 100, 1)};
  assign(slices);
  CHECK(tracks(slices) == std::vector<std::uint32_t>{0, 0, 1, 1, 0, 0, 100});
}

TEST_CASE("lanes: slices of no length at one time follow each other on one lane") {
  std::vector<TraceSlice> slices = {slice(4, 4), slice(4, 4), slice(4, 6), slice(1, 4)};
  assign(slices);
  CHECK(tracks(slices) == std::vector<std::uint32_t>{0, 0, 0, 0});
  CHECK(slices[3].end_order < slices[0].begin_order);
  CHECK(slices[0].begin_order < slices[0].end_order);
  CHECK(slices[0].end_order < slices[1].begin_order);
  CHECK(slices[1].end_order < slices[2].begin_order);
}

TEST_CASE("lanes: random slices never overlap on a lane, and there are no more lanes than overlap at once") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    std::minstd_rand draw(seed);
    std::vector<TraceSlice> slices;
    for (int i = 0; i < 200; ++i) {
      const auto begin_ns = static_cast<dse::TimeNs>(draw() % 300);
      slices.push_back(slice(begin_ns, begin_ns + static_cast<dse::TimeNs>(draw() % 9)));
    }
    assign(slices);
    std::map<std::uint32_t, std::vector<const TraceSlice*>> lanes;
    for (const TraceSlice& one : slices) lanes[one.track].push_back(&one);
    std::size_t most = 0;
    for (const TraceSlice& one : slices) {
      const auto overlaps = [&one](const TraceSlice& other) {
        return other.begin_ns <= one.begin_ns && one.begin_ns < other.end_ns;
      };
      most = std::max(most, static_cast<std::size_t>(std::ranges::count_if(slices, overlaps)));
    }
    CHECK(lanes.size() == most);
    for (auto& [track, own] : lanes) {
      std::ranges::sort(own, {},
                        [](const TraceSlice* one) { return std::tuple(one->begin_ns, one->begin_order); });
      for (std::size_t i = 1; i < own.size(); ++i) {
        CHECK(std::pair(own[i - 1]->end_ns, own[i - 1]->end_order) <
              std::pair(own[i]->begin_ns, own[i]->begin_order));
      }
    }
  }
}
