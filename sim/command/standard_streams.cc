#include "sim/command/standard_streams.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace dse {
namespace {

bool is_closed(int descriptor) { return fcntl(descriptor, F_GETFD) == -1 && errno == EBADF; }

std::string_view environment_text(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void prepare_streams() {
  // A new descriptor takes the lowest free number. Opened for the wrong direction, it refuses its use, as a
  // closed one does.
  if (is_closed(STDIN_FILENO)) open("/dev/null", O_WRONLY);
  if (is_closed(STDOUT_FILENO)) open("/dev/null", O_RDONLY);
  if (is_closed(STDERR_FILENO)) open("/dev/null", O_WRONLY);
  signal(SIGXFSZ, SIG_IGN);
}

bool is_terminal(int descriptor) { return isatty(descriptor) == 1 && environment_text("TERM") != "dumb"; }

bool wants_colour(int descriptor, ColourChoice choice) {
  if (choice != ColourChoice::kAuto) return choice == ColourChoice::kAlways;
  return is_terminal(descriptor) && environment_text("NO_COLOR").empty();  // empty means unset
}

}  // namespace dse
