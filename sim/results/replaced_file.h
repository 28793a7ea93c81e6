// A file that a command writes anew each time, such as a report for another program.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// Is written whole or not at all: what was there before stays until then.
class ReplacedFile {
 public:
  // Throws a RunError, as write() does, when nothing can be written there.
  explicit ReplacedFile(const std::string& path);
  ~ReplacedFile();
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;

  // Called once.
  void write(std::string_view content);

 private:
  std::string path_;
  std::string partial_path_;
};

}  // namespace dse
