// A run that a command drives: what replay, attach and nodes have in common, from the run directory to the
// exit status.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/record/event_recorder.h"
#include "sim/results/report_text.h"
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
    bool quiet = false;  // only warnings and failures are printed
    bool json = false;   // the results are printed as JSON
    ReportStyle style = {};
    bool warnings = true;  // about probable mistakes, at the end
    unsigned threads = 0;
    std::vector<std::string> settings;  // --set, as given
    std::string protocol_log = {};      // folder for what programs say; "": it is not kept
    bool keep_states = false;           // the learned states will be saved
  };
  // Opens the run directory, and the record of events if one is wanted; time is measured from now on. Throws
  // as RunFolder::at does.
  DrivenRun(std::chrono::steady_clock::time_point started, Options options);

  RunFolder& folder() { return folder_; }
  // The options of a world whose files are in the run directory.
  WorldOptions world_options(const Scenario& scenario);
  OpenLines open_lines();

  struct Ending {
    std::optional<CaptureNote> capture = {};
    DataDigests data = {};
    std::vector<std::string> data_notes = {};
    // Called when the results are in place, before anything is shown; the user is told what it throws.
    std::function<void()> when_kept = {};
    std::string more = {};  // lines for human readers, after the report
  };
  // Judges the result, writes what is kept, shows the report, and returns the exit status.
  int end(const Scenario& scenario, const RunResult& result, const Ending& ending);

 private:
  std::chrono::steady_clock::time_point started_;
  Options options_;
  RunFolder folder_;
  std::optional<EventRecorder> recorder_;
};

}  // namespace dse
