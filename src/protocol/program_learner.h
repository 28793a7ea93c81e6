// A learner that is a program in another language: docs/program-protocol.md describes its calls.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dse/learner.h"
#include "protocol/program_host.h"

namespace dse {

struct ProgramLearnerOptions {
  ProgramHostOptions host;
  LearnerOptions made_for;
  std::uint64_t seed = 0;   // for the program alone
  bool keep_state = false;  // save_state() will be called after finish()
};

// Nothing is started before begin(), or the first call that needs the program. Throws InputError when there
// is no such program. Its other errors are RunErrors, from whichever call notices them, and Interrupted.
std::unique_ptr<Learner> make_program_learner(ProgramLearnerOptions options);

}  // namespace dse
