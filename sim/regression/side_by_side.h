// How many runs can go in parallel in one process.
#pragma once

namespace dse {

// Returns `jobs`, or as many as the limit of open files allows, at least 1. Says on standard error when these
// are fewer.
unsigned jobs_that_fit(unsigned jobs);

}  // namespace dse
