// What a program knows besides the core: the kinds of components, and the learners of models.
#pragma once

#include "dse/kind_table.h"
#include "dse/learner_table.h"

namespace dse {

struct Tables {
  KindTable kinds;
  LearnerTable learners;
};

// The kinds and learners that dse brings with it, to which a program adds its own.
Tables built_in_tables();

}  // namespace dse
