// The names of the files in run directories, all in one place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dse/error.h"
#include "learn/saved_learner.h"
#include "sim/scenario/scenario.h"

namespace dse {

inline constexpr const char* kSummaryFile = "summary.json";
inline constexpr const char* kMetricsFile = "metrics.csv";
inline constexpr const char* kTimingFile = "timing.json";
inline constexpr const char* kPredictionsFile = "predictions.csv";  // with --record
inline constexpr const char* kConfusionFile = "confusion.csv";      // what was predicted and scored
inline constexpr const char* kClassesFile = "classes.csv";          // the same by class
inline constexpr const char* kTopologyFile = "topology.json";       // who is joined to what, and what passed
inline constexpr const char* kWrongAnswersFile = "wrong_answers.csv";  // the most confident ones
inline constexpr const char* kOccurrencesFile = "occurrences.csv";     // crashes, strikes, alarms ...
inline constexpr const char* kLatenciesFile = "latencies.csv";         // how long messages took
inline constexpr const char* kRefusedFile = "refused.csv";             // what components refused
inline constexpr const char* kEventRecordFile = "events.sqlite";       // with --record
inline constexpr const char* kFingerprintsFile = "fingerprints.csv";   // with --by-component
inline constexpr const char* kCaptureFile = "capture";                 // what came in from outside
inline constexpr const char* kNodeFile = "node.json";                  // a node's summary
inline constexpr const char* kMinimisedFile = "minimised.toml";        // from explore --minimise

// Whether a run writes the file only when asked to: a run without it is no substitute for one with it.
bool is_asked_for(std::string_view file);

// Throws InputError, at `place`, when a component may not have that name: it would overwrite a file of the
// run, or be taken for the run itself.
void check_not_taken(const std::string& component, const InputPlace& place);
void check_files_free(const ComponentConfig& component);

}  // namespace dse
