#include "sim/regression/side_by_side.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "bus/frame_pair.h"
#include "core/counted.h"
#include "core/diagnostics.h"

namespace dse {
namespace {

// Besides a run's sockets: the data file that it reads, and a few files that libraries open from time to
// time.
constexpr std::size_t kFilesOfRun = 2;
constexpr std::size_t kFilesOfProcess = 8 + kDescriptorsOfContext;

std::size_t open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return 3;
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

unsigned jobs_that_fit(unsigned jobs) {
  rlimit limit{};
  if (jobs <= 1 || getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return jobs;
  const std::size_t taken = open_files() + kFilesOfProcess;
  const std::size_t left = limit.rlim_cur > taken ? limit.rlim_cur - taken : 0;
  const std::size_t fitting = left / (kDescriptorsOfPair + kFilesOfRun);
  if (fitting >= jobs) return jobs;
  const auto allowed = static_cast<unsigned>(std::max<std::size_t>(1, fitting));
  tell("warning: the limit of open files (ulimit -n {}) has room for {} side by side, not {}\n",
       limit.rlim_cur, counted(allowed, "run"), jobs);
  return allowed;
}

}  // namespace dse
