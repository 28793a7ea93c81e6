// The processor that the learners are compiled for.
#pragma once

namespace dse {

// Throws RunError when this processor lacks instructions that the learners use (x86-64-v3), of which they
// would die without a word.
void require_processor();

}  // namespace dse
