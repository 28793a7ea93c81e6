// One scenario, replayed and compared with its row of fingerprints.csv.
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
  kNoFile,            // there is only its row: verify() never gives it
  kInterrupted,
};

struct Verification {
  Verdict verdict = Verdict::kSame;
  // For human readers, in one line: how it differs ("seed 3, kept 2, events"), or why the run broke off; may
  // be "".
  std::string summary;
  // Lines without line ends: what failed; what to paste to see where it differs.
  std::vector<std::string> details;
  FingerprintRow now;       // the row that this run would have; only for a run that came to its end
  double wall_seconds = 0;  // how long it took; set by the caller, who has the clock
};

struct VerifyOptions {
  unsigned threads = 1;
  const Tables& tables;                         // those with which scenarios are read
  std::shared_ptr<DatasetCache> datasets = {};  // null: its own
};

// Replays the scenario in the file `path` with its own seed, and again when the result is not what its row
// says. `kept` is that row, nullptr for none. Problems with the scenario or its run are in the verdict. Any
// thread may call it.
Verification verify(const std::string& path, const FingerprintRow* kept, const VerifyOptions& options,
                    const std::atomic<bool>& interrupted);

}  // namespace dse
