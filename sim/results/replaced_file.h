// A file that a command writes anew each time, such as a report for another program.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// Is written whole or not at all: what was there before stays until then.
class ReplacedFile {
 public:
  // A file that is there is replaced only if it begins with `start`, as those do that were written before;
  // what else is there (another file, a device) is refused with an InputError that calls it no `what`. Throws
  // a RunError, as write() does, when nothing can be written there.
  struct Kind {
    std::string_view start;
    std::string_view what;
  };
  ReplacedFile(const std::string& path, const Kind& kind);
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
