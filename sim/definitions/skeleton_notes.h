// Sentences on what definitions say beyond the topology of a scenario; one line each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/definitions/definitions.h"
#include "sim/definitions/policies.h"

namespace dse {

// What is not of this virtual host, or has no form in a scenario at all: unknown keys, the other ones of
// `vhosts`, and parameters.
std::vector<std::string> elsewhere_notes(const Definitions& definitions,
                                         const std::vector<std::string>& vhosts, const std::string& vhost);

// What became of each policy of the set; `what` is "policy" or "operator policy". All of them have been asked
// for (PolicySet::find).
std::vector<std::string> policy_notes(const PolicySet& policies, std::string_view what);

// The users of the definitions, and what they may do in this virtual host; no secrets.
std::vector<std::string> people_notes(const Definitions& definitions, const std::string& vhost);

}  // namespace dse
