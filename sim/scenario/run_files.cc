#include "sim/scenario/run_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

namespace dse {
namespace {

constexpr std::string_view kLearnerEnding = ".learner";

constexpr std::array<std::string_view, 9> kFilesOfRuns = {kSummaryFile,     kMetricsFile, kTimingFile,
                                                          kPredictionsFile, kRefusedFile, kEventRecordFile,
                                                          kCaptureFile,     kNodeFile,    kMinimisedFile};

[[noreturn]] void refuse_name(const std::string& file, const InputPlace& place) {
  throw InputError(place, fmt::format("the name is taken: {} is a file of runs; choose another", file));
}

std::vector<std::string> files_of(const ComponentConfig& component) {
  if (std::holds_alternative<EchoConfig>(component.kind)) return {log_file(component.name)};
  if (std::holds_alternative<WatchConfig>(component.kind) ||
      std::holds_alternative<EnsembleConfig>(component.kind)) {
    return {table_file(component.name)};
  }
  if (std::holds_alternative<ModelConfig>(component.kind)) return {learner_file(component.name)};
  return {};
}

}  // namespace

std::string log_file(const std::string& component) { return component + ".log"; }
std::string table_file(const std::string& component) { return component + ".csv"; }
std::string learner_file(const std::string& component) { return component + std::string(kLearnerEnding); }

bool is_asked_for(std::string_view file) {
  return file == kEventRecordFile || file == kPredictionsFile || file == kCaptureFile ||
         file == kMinimisedFile || file.ends_with(kLearnerEnding);
}

void check_not_taken(const std::string& component, const InputPlace& place) {
  // They are refused to every kind, so that a component may become a watch without another name.
  for (const char* file : {kMetricsFile, kPredictionsFile}) {
    if (table_file(component) == file) refuse_name(file, place);
  }
}

void check_files_free(const ComponentConfig& component) {
  for (const std::string& file : files_of(component)) {
    if (std::find(kFilesOfRuns.begin(), kFilesOfRuns.end(), file) != kFilesOfRuns.end())
      refuse_name(file, component.place);
  }
}

}  // namespace dse
