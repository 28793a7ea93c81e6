// Man pages of a program, made from what its commands take.
#pragma once

#include <map>
#include <string>

#include "sim/command/command_info.h"

namespace dse {

// By the pages' names, "dse" and "dse-replay", in roff with the macros of man(7): one for the program, and
// one for each of its commands, with those below it. `version` stands at the foot.
std::map<std::string, std::string> man_pages(const CommandInfo& program, const std::string& version);

}  // namespace dse
