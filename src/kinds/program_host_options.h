// What the host of a component's program is made with, whether the program is the component or its learner.
#pragma once

#include "dse/component.h"
#include "dse/external_program.h"
#include "protocol/program_host.h"

namespace dse {

ProgramHostOptions program_host_options(const ExternalProgram& command, const MakeContext& context);

}  // namespace dse
