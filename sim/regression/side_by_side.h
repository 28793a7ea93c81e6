// How many runs go side by side in one process.
#pragma once

namespace dse {

// `jobs`, or as many as the limit of open files leaves room for; at least 1. Says on standard error when they
// are fewer.
unsigned jobs_that_fit(unsigned jobs);

}  // namespace dse
