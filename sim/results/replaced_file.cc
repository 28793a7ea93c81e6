#include "sim/results/replaced_file.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "dse/error.h"

namespace dse {
namespace {

[[noreturn]] void fail_to_replace(const std::string& path, int error) {
  throw RunError(fmt::format("cannot write '{}': {}; choose another place", path, std::strerror(error)));
}

}  // namespace

ReplacedFile::ReplacedFile(const std::string& path)
    : path_(path), partial_path_(fmt::format("{}.partial-{}", path, ::getpid())) {
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
