// Completion of a program's command line in a shell, as a script for it.
#pragma once

#include <string>
#include <vector>

#include "sim/command/command_info.h"

namespace dse {

// The shells that have one: "bash", "zsh", "fish".
std::vector<std::string> completed_shells();
// The script for one of them; `program` describes all commands.
std::string completion_script(const std::string& shell, const CommandInfo& program);

}  // namespace dse
