#include "sim/results/new_file.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "dse/error.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, int error) {
  throw RunError(fmt::format("cannot write '{}': {}; choose another place", path, std::strerror(error)));
}

// A file that is removed unless it is the target by then.
class PartialFile {
 public:
  explicit PartialFile(const std::string& target) : path_(fmt::format("{}.partial-{}", target, ::getpid())) {}
  ~PartialFile() { ::unlink(path_.c_str()); }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

void refuse_taken(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at cannot be written either
  if (fs::exists(fs::symlink_status(path, ignored)))
    throw InputError({.file = path}, "exists, and nothing is overwritten: choose a name that is free");
}

void write_new_file(const std::string& path, std::string_view content) {
  const PartialFile partial(path);
  std::FILE* file = std::fopen(partial.path().c_str(), "wbe");
  if (file == nullptr) fail(path, errno);
  bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  written = std::fflush(file) == 0 && written;
  const int error = errno;
  if (std::fclose(file) != 0 && written) fail(path, errno);
  if (!written) fail(path, error);
  if (::link(partial.path().c_str(), path.c_str()) == 0) return;
  if (errno == EEXIST) refuse_taken(path);
  // Some file systems have no second names for a file.
  if (std::rename(partial.path().c_str(), path.c_str()) != 0) fail(path, errno);
}

}  // namespace dse
