#include "sim/results/replaced_file.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "dse/error.h"

namespace dse {
namespace {

[[noreturn]] void fail_to_replace(const std::string& path, int error) {
  throw RunError(fmt::format("cannot write '{}': {}; choose another place", path, std::strerror(error)));
}

// Only a regular file is looked into: a pipe would wait for somebody to write.
bool begins_with(const std::string& path, std::string_view start) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::ifstream stream(path, std::ios::binary);
  std::string found(start.size(), '\0');
  stream.read(found.data(), static_cast<std::streamsize>(found.size()));
  return stream && found == start;
}

}  // namespace

ReplacedFile::ReplacedFile(const std::string& path, const Kind& kind)
    : path_(path), partial_path_(fmt::format("{}.partial-{}", path, ::getpid())) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !begins_with(path, kind.start)) {
    throw InputError({.file = path},
                     fmt::format("exists and is no {}; choose another name, or move it away", kind.what));
  }
  std::FILE* file = std::fopen(partial_path_.c_str(), "wbe");
  if (file == nullptr) fail_to_replace(path_, errno);
  std::fclose(file);
}

ReplacedFile::~ReplacedFile() { ::unlink(partial_path_.c_str()); }

void ReplacedFile::write(std::string_view content) {
  std::FILE* file = std::fopen(partial_path_.c_str(), "wbe");
  if (file == nullptr) fail_to_replace(path_, errno);
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  const int error = errno;
  if (std::fclose(file) != 0 && written) fail_to_replace(path_, errno);
  if (!written) fail_to_replace(path_, error);
  if (std::rename(partial_path_.c_str(), path_.c_str()) != 0) fail_to_replace(path_, errno);
}

}  // namespace dse
