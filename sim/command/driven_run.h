// A run that a command drives: what replay, attach and nodes do alike, from the run directory to the exit
// status.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/record/event_recorder.h"
#include "sim/results/results.h"
#include "sim/results/run_folder.h"
#include "sim/scenario/scenario.h"
#include "sim/world/world.h"

namespace dse {

class DrivenRun {
 public:
  struct Options {
    std::string out;  // the run directory; "" for `default_folder`
    std::string default_folder;
    bool record = false;
    bool quiet = false;  // nothing is printed but warnings and what failed
    bool colour = false;
    bool warnings = true;  // of what probably is a mistake, at the end
    unsigned threads = 0;
    std::vector<std::string> settings;  // --set, as given
  };
  // Opens the run directory, and the record if there is to be one; from now on it takes time. Throws as
  // RunFolder::at.
  DrivenRun(std::chrono::steady_clock::time_point started, Options options);

  RunFolder& folder() { return folder_; }
  // A world whose files are in the run directory.
  WorldOptions world_options(const Scenario& scenario);
  OpenLines open_lines();

  struct Ending {
    std::optional<CaptureNote> capture = {};
    DataDigests data = {};
    // Called when the results are in place, and before anything is shown: what it throws, the user is told.
    std::function<void()> when_kept = {};
    std::string more = {};  // lines for people, after the report
  };
  // Judges the result, writes what is to be kept, shows it, and returns the exit status.
  int end(const Scenario& scenario, const RunResult& result, const Ending& ending);

 private:
  std::chrono::steady_clock::time_point started_;
  Options options_;
  RunFolder folder_;
  std::optional<EventRecorder> recorder_;
};

}  // namespace dse
