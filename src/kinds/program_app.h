// The application of a component that is a program in another language. The machine runs what the program
// says, and each call to it is a job on the component's strand.
#pragma once

#include <memory>

#include "dse/app.h"
#include "kinds/program.h"

namespace dse {

// Throws InputError when there is no such program.
std::unique_ptr<App> make_program_app(const ProgramOptions& options, const MakeContext& context);

}  // namespace dse
