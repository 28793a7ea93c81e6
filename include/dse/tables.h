// What a program knows beside the core: the kinds of components, and the learners of models.
#pragma once

#include "dse/kind_table.h"
#include "dse/learner_table.h"

namespace dse {

struct Tables {
  KindTable kinds;
  LearnerTable learners;
};

// Those that dse brings with it. Add to them what is one's own.
Tables built_in_tables();

}  // namespace dse
