// Shared by tests of the program: a test's own folder, the program run in it, and what it left
// there.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/process.h"
#include "support/temporary_folder.h"

inline const std::string kScenarios = DSE_SOURCE_DIR "/scenarios/";
// What data/fetch brings.
inline const std::vector<std::string> kFetchedSets = {"mnist", "fashion-mnist", "seattle-weather", "flights",
                                                      "iris"};
inline const std::string kSample = DSE_SOURCE_DIR "/data/sample/";

std::string read_file(const std::string& path);
std::vector<std::string> lines_of(const std::string& text);
// Names in the folder, sorted; none when there is no such folder.
std::vector<std::string> names_in(const std::string& folder);
// The scenario files that need nothing but the committed sample, without ".toml", sorted.
std::vector<std::string> sample_scenarios();

// `text` with the first occurrence of `from` replaced, which must be there.
std::string replaced(std::string text, const std::string& from, const std::string& to);
// A generator of ten digits and an echo, without expectations. The data is named by full path.
std::string small_scenario();

// The program itself, with these arguments; its working directory is the source folder.
Command dse_command(std::vector<std::string> arguments);

class ProgramFixture {
 public:
  std::string file(const std::string& name) const { return folder_.file(name); }
  // Writes the file and returns its path.
  std::string write(const std::string& name, const std::string& content) const;
  // Where replay() puts its run directory: alone in a folder.
  std::string run() const { return file("runs/run"); }
  // What is in that folder: the run directory, and whatever was not cleaned up.
  std::vector<std::string> runs() const { return names_in(file("runs")); }

  Command replay_command(const std::string& scenario, const std::vector<std::string>& more = {}) const;
  Outcome replay(const std::string& scenario, const std::vector<std::string>& more = {}) const {
    return run_process(replay_command(scenario, more));
  }

  // Replays, and checks that it is refused as wrong input in one line that holds all of `messages`, and that
  // nothing is left behind.
  void check_refused(const std::string& scenario, const std::vector<std::string>& messages,
                     const std::vector<std::string>& more = {}) const;

 private:
  TemporaryFolder folder_;
};
