// The learners that dse brings with it.
#pragma once

#include "dse/learner_table.h"

namespace dse {

// Returns softmax, mlp, lenet5 and quadratic. Each takes 2 to 256 classes, and images of 1 to 256 rows and
// columns.
LearnerTable built_in_learners();

}  // namespace dse
