// What a LiveLine says of a run, and of work that consists of many runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/world/glimpse.h"

namespace dse {

// As much of the text as fits into this many columns.
std::string first_columns(std::string_view text, std::size_t columns);

// "12 s", "2 min 5 s": what is left of work that has taken `seconds` for this share; "" where that says
// little yet.
std::string time_left(double seconds, double share);

// " 42 %  1.3 s virtual  108 k messages/s  2 s left  softmax 0.91  mlp 0.94", after this many seconds; a run
// that does not know its share tells the number of its events instead.
struct RunSpeed {
  double seconds = 0;
  double messages_per_second = 0;
};
std::string run_line(const Glimpse& glimpse, const RunSpeed& pace);

// "12 of 64 scenarios, 1 failed, 5 s left".
struct WorkDone {
  std::uint64_t done = 0;
  std::uint64_t of = 0;
  std::uint64_t failed = 0;
  std::string_view what = "run";  // its plural ends in s
};
std::string work_line(const WorkDone& work, double seconds);

}  // namespace dse
