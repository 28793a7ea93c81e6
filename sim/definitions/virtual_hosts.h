// The virtual hosts of definitions, of which a scenario is one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/definitions/definitions.h"

namespace dse {

// Every virtual host that the definitions name, in their order.
std::vector<std::string> vhosts_of(const Definitions& definitions);

// The one that is wanted; otherwise "/", or the only one. Throws InputError, which names `file`, when it is
// not there, and when without a wish there are several and "/" is none of them or the empty one.
std::string chosen_vhost(const Definitions& definitions, const std::optional<std::string>& wanted,
                         const std::string& file);

}  // namespace dse
