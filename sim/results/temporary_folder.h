// A folder for the time of one command, under the system's place for temporary files.
#pragma once

#include <filesystem>
#include <string>

namespace dse {

class TemporaryFolder {
 public:
  // Throws RunError when it cannot be made.
  TemporaryFolder();
  // Removes it with all it holds.
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace dse
