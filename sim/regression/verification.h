// One scenario replayed and held against its row of fingerprints.csv.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "dse/tables.h"
#include "sim/regression/fingerprint_table.h"
#include "sim/world/world.h"

namespace dse {

enum class Verdict {
  kSame,
  kNoRow,
  kDiffers,
  kNotDeterministic,  // two replays differ from each other
  kFailed,            // an expectation was not met, or the run stalled or broke off
  kWrongInput,        // the scenario or its data cannot be read
  kInterrupted,
};

struct Verification {
  Verdict verdict = Verdict::kSame;
  // For people, in one line: in what it differs ("seed 3, kept 2, events"), or why the run broke off; may be
  // "".
  std::string summary;
  // Lines without their ends: what failed; what to paste to see where it differs.
  std::vector<std::string> details;
  FingerprintRow now;  // what this run would have as its row; of a run that came to its end
};

struct VerifyOptions {
  unsigned threads = 1;
  const Tables& tables;                         // that scenarios are read with
  std::shared_ptr<DatasetCache> datasets = {};  // none: its own
};

// Replays the scenario in the file `path` with its own seed, and again when it is not what its row says.
// `kept` is that row, nullptr for none. What is wrong with the scenario or its run is in the verdict. Any
// thread.
Verification verify(const std::string& path, const FingerprintRow* kept, const VerifyOptions& options,
                    const std::atomic<bool>& interrupted);

}  // namespace dse
