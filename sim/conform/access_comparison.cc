#include "sim/conform/access_comparison.h"

#include <utility>

namespace dse {

std::optional<AccessDifference> compare_access(const AccessCase& drawn, const AccessRules& rules,
                                               Connection& connection) {
  for (const AccessOperation& operation : drawn.operations) {
    const AccessRefusal expected = refusal_of(operation, rules);
    std::string answer = answer_to(operation, connection);
    const bool agrees =
        expected ? answer.starts_with("403 ") && answer.find(*expected) != std::string::npos : answer.empty();
    if (!agrees) return AccessDifference{operation, expected, std::move(answer)};
  }
  return std::nullopt;
}

}  // namespace dse
