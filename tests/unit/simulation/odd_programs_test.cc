// Hundreds of runs with programs in one process, most of which fail: none leaves a process, a
// descriptor or a thread behind.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "dse/error.h"
#include "dse/simulation.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;
namespace fs = std::filesystem;

namespace {

constexpr const char* kData = DSE_SOURCE_DIR "/data/sample/";

// Programs of sh, which start in a millisecond. Each answers the first calls, and then does what it
// does. `$n` counts the calls.
struct Oddity {
  std::string what;
  bool takes_time = false;  // a part of a second
};
const std::vector<Oddity> kOddities = {
    {":"},  // good
    {"exit 7"},
    {"kill -KILL $$"},
    {"echo no JSON"},
    {"echo '{}'; echo '{}'"},
    {"head -c 100000 /dev/zero >&2; exit 7"},
    {"sleep 1000 & exit 7"},
    {"sleep 1000 & sleep 1000 &", true},
    {"exec <&-; echo '{}'; while :; do sleep 1; done", true},
    {"exec >&-; while :; do sleep 1; done", true},
    {"kill -STOP $$", true},
};

std::string write_scenario(const TemporaryFolder& folder, const std::string& oddity, int when, bool learner) {
  std::ofstream(folder.file("odd.sh"))
      << "n=0\nwhile read line; do\n  n=$((n + 1))\n  if [ $n = " << when << " ]; then " << oddity
      << "\n  fi\n"
      << "  case $line in\n"
      << "    *'\"call\":\"start\"'*'\"from\"'*) echo '{\"steps\":[[\"stream\"]]}' ;;\n"
      << "    *) echo '{}' ;;\n  esac\ndone\n";
  std::ofstream(folder.file("odd.toml")) << fmt::format(
      "[component.generator]\nkind = \"training-generator\"\nimages = \"{0}train-images-idx3-ubyte.gz\"\n"
      "labels = \"{0}train-labels-idx1-ubyte.gz\"\nto = \"digits\"\nrate = \"1000/s\"\nlimit = 4\n"
      "[component.odd]\nfrom = \"digits\"\n{1}",
      kData,
      learner ? "kind = \"model\"\nto = \"out\"\nbatch = 2\n"
                "learner = { program = [\"sh\", \"odd.sh\"], patience = \"200ms\" }\n"
              : "kind = \"program\"\nto = [\"out\"]\ncommand = [\"sh\", \"odd.sh\"]\n"
                "patience = \"200ms\"\nservice = \"1ms\"\n");
  return folder.file("odd.toml");
}

std::size_t count_in(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
  return count;
}

bool has_children() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// Processes that have the folder as their working directory, or none after some time.
bool any_stays_in(const fs::path& folder) {
  const std::string there = fs::canonical(folder).string();
  const auto any = [&there] {
    for (const auto& process : fs::directory_iterator("/proc")) {
      std::error_code none;
      if (fs::read_symlink(process.path() / "cwd", none).string() == there) return true;
    }
    return false;
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (any()) {
    if (std::chrono::steady_clock::now() > deadline) return true;
    std::this_thread::yield();
  }
  return false;
}

// Whether it came to its end.
bool run(const std::string& scenario) {
  try {
    Simulation::from_file(scenario).run();
    return true;
  } catch (const RunError&) {
    return false;
  }
}

}  // namespace

TEST_CASE("odd programs: hundreds of runs in one process leave nothing behind") {
  const TemporaryFolder folder;
  run(write_scenario(folder, ":", 1, false));  // what a process opens once, and keeps
  const std::size_t descriptors = count_in("/proc/self/fd");
  const std::size_t threads = count_in("/proc/self/task");
  int good = 0;
  int runs = 0;
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    for (const Oddity& oddity : kOddities) {
      for (const bool learner : {false, true}) {
        for (const int when : {1, 2, 3, 4}) {
          if (oddity.takes_time && when != 2 * round + 1) continue;
          ++runs;
          if (run(write_scenario(folder, oddity.what, when, learner))) ++good;
        }
      }
    }
  }
  CHECK(runs == kRounds * 7 * 8 + 2 * 8);
  CHECK(good >= kRounds * 8);
  CHECK(good < runs / 4);
  CHECK_FALSE(has_children());
  CHECK(count_in("/proc/self/fd") == descriptors);
  CHECK(count_in("/proc/self/task") == threads);
  CHECK_FALSE(any_stays_in(folder.path()));
}
