#include "sim/scenario/run_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace dse {
namespace {

constexpr std::array<std::string_view, 16> kFilesOfRuns = {
    kTopologyFile, kWrongAnswersFile, kOccurrencesFile, kLatenciesFile, kFingerprintsFile, kSummaryFile,
    kMetricsFile,  kConfusionFile,    kClassesFile,     kTimingFile,    kPredictionsFile,  kRefusedFile,
    kNodeFile,     kEventRecordFile,  kCaptureFile,     kMinimisedFile};

[[noreturn]] void refuse_name(const std::string& file, const InputPlace& place) {
  throw InputError(place, fmt::format("the name is taken: {} is a file of runs; choose another", file));
}

}  // namespace

bool is_asked_for(std::string_view file) {
  return file == kEventRecordFile || file == kFingerprintsFile || file == kPredictionsFile ||
         file == kCaptureFile || file == kMinimisedFile || file.ends_with(kLearnerEnding);
}

void check_not_taken(const std::string& component, const InputPlace& place) {
  // They are refused for every kind, so that a component may become a watch without a new name.
  for (const char* file : {kMetricsFile, kPredictionsFile}) {
    if (component + ".csv" == file) refuse_name(file, place);
  }
}

void check_files_free(const ComponentConfig& component) {
  for (const std::string& ending : component.component->kept_files()) {
    const std::string file = component.name + ending;
    if (std::find(kFilesOfRuns.begin(), kFilesOfRuns.end(), file) != kFilesOfRuns.end())
      refuse_name(file, component.place);
  }
}

}  // namespace dse
