// A run directory in the making: written under a temporary name beside its target, renamed when whole.
#pragma once

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/app.h"

namespace dse {

// The files that every run directory of a replay has.
inline const std::vector<std::string> kRunFiles = {"summary.json", "metrics.csv", "timing.json"};

class RunFolder {
 public:
  // Makes the temporary folder. A run directory that is there already is replaced by commit(), unless it
  // holds a capture; that and anything else there is refused with InputError. Throws RunError when nothing
  // can be written there. `files` are those by which a directory of this kind is known.
  explicit RunFolder(const std::filesystem::path& target, const std::vector<std::string>& files = kRunFiles);
  // Removes what was not committed, unless it holds a capture.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  // A sink that appends lines to a new file. It must not outlive the folder. Throws RunError (full disk),
  // also when called.
  LineSink open_lines(const std::string& file_name);
  // Where somebody else may write a file of the folder, before commit().
  std::string path_of(const std::string& file_name) const { return (temporary_ / file_name).string(); }
  // Writes a whole file.
  void write(const std::string& file_name, std::string_view content);
  // Flushes everything and moves the folder to its target.
  void commit();

  const std::filesystem::path& target() const { return target_; }

 private:
  class File;

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  std::map<std::string, std::unique_ptr<File>> files_;
  bool committed_ = false;
};

}  // namespace dse
