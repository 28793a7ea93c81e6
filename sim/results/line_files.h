// The files of a run that grow line by line. There may be as many as components, so none is kept
// open: lines gather in memory, and are appended to their file when there are many for that file or
// many in total. One thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "dse/app.h"

namespace dse {

class LineFiles {
 public:
  // This many bytes gather for one file before they are appended, so that opening it is a small
  // part of the cost.
  static constexpr std::size_t kOfFileMax = 16 * 1024;
  // This many bytes gather for all files before all are appended.
  static constexpr std::size_t kOfAllMax = 32 * 1024 * 1024;

  LineFiles() = default;
  LineFiles(const LineFiles&) = delete;
  LineFiles& operator=(const LineFiles&) = delete;

  // Makes the file, and returns a sink that adds lines to it; this object must outlive the sink.
  // Throws RunError, as does the sink, possibly because of lines of earlier calls.
  LineSink open(const std::string& path);
  bool has(const std::string& path) const { return files_.contains(path); }
  // Appends all gathered lines to their files, and frees the memory. Throws RunError.
  void flush();

 private:
  using Gathered = std::string;

  void add(const std::string& path, Gathered& gathered, std::string_view line);
  void append(const std::string& path, Gathered& gathered);

  std::map<std::string, Gathered> files_;  // what has gathered for each file, by path
  std::size_t gathered_ = 0;               // bytes, over all files
};

}  // namespace dse
