// A conformance case: a topology and what is done with it, drawn from a seed.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/conform/operation.h"

namespace dse {

struct ConformCase {
  std::vector<Operation> operations;
};

// The case of this number, which depends only on the two numbers.
ConformCase draw_case(std::uint64_t seed, std::uint64_t number);

// The same for cases in which time passes: messages and queues expire.
ConformCase draw_timed_case(std::uint64_t seed, std::uint64_t number);

// How every case ends, so that everything left over is seen: its streams are closed, in the order of their
// numbers, and its queues are drained, in the order of their names.
std::vector<Operation> closing_operations(const ConformCase& drawn);

}  // namespace dse
