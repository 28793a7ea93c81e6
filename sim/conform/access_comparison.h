// One access case on a broker: whether it refuses what the rules of the process refuse, with the same words.
#pragma once

#include <optional>
#include <string>

#include "sim/conform/access_case.h"

namespace dse {

struct AccessDifference {
  AccessOperation operation;
  AccessRefusal expected;
  std::string answer;  // see answer_to()
};

// The first operation that the broker answers otherwise. `connection` is that of the case's user, whom the
// rules are for. Throws BrokerError.
std::optional<AccessDifference> compare_access(const AccessCase& drawn, const AccessRules& rules,
                                               Connection& connection);

}  // namespace dse
