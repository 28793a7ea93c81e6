// The files of a run that grow by lines: as many as there are components, and none of them is kept
// open. Lines gather in memory, and are appended to their file when there are many for it, or many
// for all. One thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "dse/app.h"

namespace dse {

class LineFiles {
 public:
  // So many bytes gather for one file before they are appended: opening it is then a small part of
  // the cost.
  static constexpr std::size_t kOfFileMax = 16 * 1024;
  // So many gather for all files before all are appended.
  static constexpr std::size_t kOfAllMax = 32 * 1024 * 1024;

  LineFiles() = default;
  LineFiles(const LineFiles&) = delete;
  LineFiles& operator=(const LineFiles&) = delete;

  // Makes the file, and gives a sink that adds lines to it, which this must outlive. Throws
  // RunError, as the sink does; that may be about lines of earlier calls.
  LineSink open(const std::string& path);
  bool has(const std::string& path) const { return files_.contains(path); }
  // Appends what has gathered to its files, and gives the memory back. Throws RunError.
  void flush();

 private:
  using Gathered = std::string;

  void add(const std::string& path, Gathered& gathered, std::string_view line);
  void append(const std::string& path, Gathered& gathered);

  std::map<std::string, Gathered> files_;  // what has gathered for each, by path
  std::size_t gathered_ = 0;               // bytes of all
};

}  // namespace dse
