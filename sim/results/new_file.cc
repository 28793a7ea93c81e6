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

}  // namespace

NewFile::NewFile(const std::string& path)
    : path_(path), partial_path_(fmt::format("{}.partial-{}", path, ::getpid())) {
  refuse_taken(path);
}

NewFile::~NewFile() { ::unlink(partial_path_.c_str()); }

void NewFile::keep() {
  if (::link(partial_path_.c_str(), path_.c_str()) == 0) return;
  if (errno == EEXIST) refuse_taken(path_);
  // Some file systems have no second names for a file.
  if (std::rename(partial_path_.c_str(), path_.c_str()) != 0) fail(path_, errno);
}

void refuse_taken(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at cannot be written either
  if (fs::exists(fs::symlink_status(path, ignored)))
    throw InputError({.file = path}, "exists, and nothing is overwritten: choose a name that is free");
}

void write_new_file(const std::string& path, std::string_view content) {
  NewFile whole(path);
  std::FILE* file = std::fopen(whole.partial_path().c_str(), "wbe");
  if (file == nullptr) fail(path, errno);
  bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  written = std::fflush(file) == 0 && written;
  const int error = errno;
  if (std::fclose(file) != 0 && written) fail(path, errno);
  if (!written) fail(path, error);
  whole.keep();
}

}  // namespace dse
