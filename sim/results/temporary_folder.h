// A folder that exists during one command, in the system's directory for temporary files.
#pragma once

#include <filesystem>
#include <string>

namespace dse {

class TemporaryFolder {
 public:
  // Throws RunError when it cannot be made.
  TemporaryFolder();
  // Removes the folder and everything in it.
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace dse
