// How many runs go side by side in one process.
#pragma once

#include <cstddef>

namespace dse {

// `jobs`, or as many as the limit of open files leaves room for when each run has a bus of at most
// `components` links; at least 1. Says on standard error when they are fewer.
unsigned jobs_that_fit(unsigned jobs, std::size_t components);

}  // namespace dse
