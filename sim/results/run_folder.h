// A run directory in the making: written under a temporary name beside its target, renamed when
// whole.
//
// What a run directory may hold is what the run that wrote it says: one of its files lists the
// others. Anything else in it is somebody's, and keeps it from being replaced.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "dse/app.h"
#include "sim/results/line_files.h"
#include "sim/scenario/run_files.h"

namespace dse {

class RunFolder {
 public:
  enum class Naming {
    kChosen,   // by the user, with --out
    kDefault,  // NAME; where that may not be replaced NAME-2, NAME-3 ...
  };
  // Makes the temporary folder. A chosen target that may never be replaced, because it holds a
  // capture or anything that no run has written there, is refused with InputError. Throws RunError
  // when nothing can be written there. A run replaces those of its kind alone; of one kind are
  // those that list their files in a file of the name `lister`, as its key "files".
  explicit RunFolder(const std::filesystem::path& target, Naming naming = Naming::kChosen,
                     const char* lister = kTimingFile);
  // Where --out says, or else, when that is "", under the default name.
  static RunFolder at(const std::string& out, const std::string& default_name,
                      const char* lister = kTimingFile);
  // Removes what was not committed, unless it holds a capture.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  // A sink that appends lines to a new file. It must not outlive the folder. Throws RunError (full
  // disk), also when called.
  LineSink open_lines(const std::string& file_name);
  // Where somebody else may write a file of the folder, before commit().
  std::string path_of(const std::string& file_name) const { return (temporary_ / file_name).string(); }
  // Writes a whole file.
  void write(const std::string& file_name, std::string_view content);
  // The files that are there, those in folders as "FOLDER/FILE".
  std::set<std::string> file_names() const;

  // Flushes everything and moves the folder to its target, in place of the run that is there.
  //
  // What may not be replaced is left alone, also what came there since this folder was made, and
  // the run gets the first free name of TARGET-2, TARGET-3 ...: by default one whose run it may
  // replace will do as well. Never replaced are a capture and what no run has written; by an
  // interrupted run, one that was not; by default, a run with files that are written only when
  // asked for (a record, saved learners) and that this one has not. That is told on standard error;
  // where the user chose the target and no run can have it, by a RunError.
  void commit();

  // After commit(), where the run is.
  const std::filesystem::path& target() const { return target_; }

 private:
  std::filesystem::path target_;
  Naming naming_;
  std::string lister_;
  std::filesystem::path temporary_;
  LineFiles files_;
  bool committed_ = false;
};

}  // namespace dse
