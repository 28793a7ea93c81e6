// Checks the processor against what the learners are compiled for.
#pragma once

namespace dse {

// Throws RunError when this processor lacks instructions that the learners use (x86-64-v3); without
// this check they would crash without a message.
void require_processor();

}  // namespace dse
