// A saved learner that a model starts from.
#pragma once

#include "dse/dataset_cache.h"
#include "kinds/item_data.h"
#include "learn/saved_learner.h"

namespace dse {

// Reads the file, and notes its digest in `files`. Throws InputError at the place that names the file.
SavedLearner read_initial(const NamedFile& initial, DatasetCache& files);
// Makes `learner`, which was made as `kind`, go on like the one that was saved in that file, and notes the
// file's digest in `files`. Throws InputError at the place that names the file.
void load_initial(const NamedFile& initial, const LearnerKind& kind, DatasetCache& files, Learner& learner);

}  // namespace dse
