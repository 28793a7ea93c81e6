#include "sim/results/temporary_folder.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "dse/error.h"

namespace dse {

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  const std::filesystem::path place = std::filesystem::temp_directory_path(error);
  std::string pattern = (place / "dse-XXXXXX").string();
  if (error || ::mkdtemp(pattern.data()) == nullptr) {
    const char* wanted = std::getenv("TMPDIR");
    throw RunError(
        fmt::format("cannot make a temporary folder in '{}': {}; set TMPDIR to a folder that may be written",
                    error && wanted != nullptr ? wanted : place.string(),
                    error ? error.message() : std::strerror(errno)));
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace dse
