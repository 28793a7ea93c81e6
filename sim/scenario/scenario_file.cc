#include "sim/scenario/scenario_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/diagnostics.h"
#include "core/file_descriptor.h"
#include "core/printable.h"
#include "dse/error.h"

namespace dse {
namespace {

[[noreturn]] void refuse_scenario(const std::string& path, const char* action) {
  throw InputError({.file = path}, fmt::format("cannot be {}: {}", action, std::strerror(errno)));
}

// Waits until there is something to read, or the last writer has gone.
void await_writer(const FileDescriptor& pipe, const std::string& path) {
  constexpr int kPatienceMs = 1000;
  pollfd waiting{pipe.number(), POLLIN, 0};
  int ready = poll(&waiting, 1, kPatienceMs);
  if (ready == 0) tell("waiting for somebody to write to the pipe {}\n", printable(path));
  while (ready == 0 || (ready < 0 && errno == EINTR)) ready = poll(&waiting, 1, -1);
}

}  // namespace

std::string read_scenario_file(const std::string& path) {
  // Non-blocking, because open() would wait for the writer of a pipe.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) refuse_scenario(path, "opened");
  struct stat status {};
  if (fstat(file.number(), &status) != 0) refuse_scenario(path, "read");
  if (S_ISDIR(status.st_mode)) throw InputError({.file = path}, "is a folder, not a scenario file");
  const bool is_pipe = S_ISFIFO(status.st_mode);
  if (is_pipe) await_writer(file, path);
  fcntl(file.number(), F_SETFL, O_RDONLY);

  std::string text(kScenarioBytesMax + 1, '\0');  // a device or a pipe may go on forever
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(file.number(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse_scenario(path, "read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kScenarioBytesMax) {
    throw InputError({.file = path},
                     fmt::format("has more than {} bytes: not a scenario file", kScenarioBytesMax));
  }
  text.resize(size);
  return text;
}

}  // namespace dse
