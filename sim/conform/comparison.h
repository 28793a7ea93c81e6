// One conformance case on two sides, operation by operation, up to the first one with different outcomes.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/conform/conform_case.h"
#include "sim/conform/side.h"

namespace dse {

struct ComparedStep {
  Operation operation;
  Outcome first;
  Outcome second;
};

struct Comparison {
  std::vector<ComparedStep> steps;  // what was done; when the sides differ, it is in the last step
  bool differs = false;
};

// Compares two sides that it knows.
using CompareCase = std::function<Comparison(const ConformCase&)>;

// A difference is looked at this many times, and for so long, before it counts.
inline constexpr int kLooksMax = 100;

// Does the case's operations and then its closing ones on a new side of each kind. Ends before an operation
// in which something is undetermined.
Comparison compare(const ConformCase& drawn, const MakeSide& make_first, const MakeSide& make_second,
                   std::chrono::milliseconds patience = std::chrono::milliseconds(0));

struct SideNames {
  std::string_view first;
  std::string_view second;
};
// The steps as a list: one line for the operation and one for what followed, two where the sides differ.
std::string describe(const Comparison& comparison, const SideNames& names);

}  // namespace dse
