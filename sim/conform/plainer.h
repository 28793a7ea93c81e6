// Plainer forms of one operation, for shrinking a case.
#pragma once

#include <vector>

#include "sim/conform/operation.h"

namespace dse {

// Each is plainer in one respect: a header or a condition less, the plainest key, no limit, the first
// delivery, acknowledged. None when it is as plain as can be.
std::vector<Operation> plainer_forms(const Operation& operation);

}  // namespace dse
