// A run directory under construction: written under a temporary name beside its target, and renamed
// when complete.
//
// One file of a run directory lists all files that the run wrote. Any other file in it belongs to
// somebody else, and keeps the directory from being replaced.
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
    kDefault,  // NAME; if that may not be replaced, NAME-2, NAME-3 ...
  };
  // Makes the temporary folder. Throws InputError for a chosen target that may never be replaced,
  // because it holds a capture or something that no run has written; throws RunError when nothing
  // can be written there. A run replaces only runs of its kind: those that list their files in a
  // file named `lister`, under the key "files".
  explicit RunFolder(const std::filesystem::path& target, Naming naming = Naming::kChosen,
                     const char* lister = kTimingFile);
  // The target is `out` (from --out), or the default name if `out` is "".
  static RunFolder at(const std::string& out, const std::string& default_name,
                      const char* lister = kTimingFile);
  // Removes the folder if it was not committed, unless it holds a capture.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  // Returns a sink that appends lines to a new file. The sink must not outlive this object. Both
  // throw RunError (for example when the disk is full).
  LineSink open_lines(const std::string& file_name);
  // The path at which somebody else may write a file of the folder, before commit().
  std::string path_of(const std::string& file_name) const { return (temporary_ / file_name).string(); }
  // Appends to their files all lines that have gathered. Throws RunError.
  void flush_lines() { files_.flush(); }
  // Writes a whole file.
  void write(const std::string& file_name, std::string_view content);
  // The files that exist; those in folders as "FOLDER/FILE".
  std::set<std::string> file_names() const;

  // Flushes everything and moves the folder to its target, replacing the run that is there.
  //
  // If the target may not be replaced, even because of what appeared there since this folder was
  // made, it is left alone, and the run gets the first free name of TARGET-2, TARGET-3 ...; under a
  // default name, also one whose run it may replace. A capture and what no run has written are
  // never replaced. An interrupted run does not replace one that was not interrupted. Under a
  // default name, a run does not replace one with optional files (a record, saved learners) that it
  // lacks itself. A changed name is reported on standard error; a target that the user chose and
  // that no run can have is a RunError.
  void commit();

  // The place of the run, after commit().
  const std::filesystem::path& target() const { return target_; }

 private:
  std::filesystem::path target_;
  Naming naming_;
  std::string lister_;
  std::filesystem::path temporary_;
  LineFiles files_;
  bool is_whole_ = false;  // everything is in it, and it only has to move
  bool committed_ = false;
};

}  // namespace dse
