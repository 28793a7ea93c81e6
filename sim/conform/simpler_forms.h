// Simpler forms of one operation, for minimising a case.
#pragma once

#include <vector>

#include "sim/conform/operation.h"

namespace dse {

// Each form is simpler in one respect: one header or condition fewer, the simplest key, no limit, the first
// delivery, acknowledged. Returns none when the operation is as simple as it can be.
std::vector<Operation> simpler_forms(const Operation& operation);

}  // namespace dse
