// Tests of a bus that lacks the file descriptors it needs.
#include <fcntl.h>
#include <sys/resource.h>

#include <exception>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "bus/data_bus.h"
#include "dse/error.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

bool is_open(int descriptor) { return fcntl(descriptor, F_GETFD) != -1; }

// While this object lives, there is room for only this many more descriptors.
class Room {
 public:
  explicit Room(std::size_t more) {
    getrlimit(RLIMIT_NOFILE, &before_);
    // The limit applies to descriptor numbers, and some of the lower ones may be free.
    int above = 0;
    for (std::size_t free = 0; free < more || is_open(above); ++above) free += is_open(above) ? 0U : 1U;
    const rlimit limit{static_cast<rlim_t>(above), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~Room() { setrlimit(RLIMIT_NOFILE, &before_); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

 private:
  rlimit before_{};
};

// Returns the error's text; "" without an error. Nothing is checked while there is no room:
// checking may itself need a descriptor, as in the undefined-behaviour sanitizer.
std::string error_with_room_for(std::size_t more, std::vector<std::unique_ptr<DataBus>>& buses) {
  std::exception_ptr error;
  {
    const Room room(more);
    try {
      buses.push_back(std::make_unique<DataBus>());
    } catch (...) {
      error = std::current_exception();
    }
  }
  try {
    if (error != nullptr) std::rethrow_exception(error);
  } catch (const RunError& refusal) {
    return refusal.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a bus takes two descriptors, however many links it has; the next one uses them again") {
  std::vector<std::unique_ptr<DataBus>> buses;
  buses.push_back(std::make_unique<DataBus>());  // makes what lasts as long as the process
  const std::size_t before = open_descriptors();
  for (std::size_t bus = 1; bus <= 20; ++bus) {
    buses.push_back(std::make_unique<DataBus>());
    for (int link = 0; link < 1'000; ++link) buses.back()->attach();
    CHECK(open_descriptors() - before <= bus * kDescriptorsOfPair);
  }
  for (int bus = 0; bus < 1'000; ++bus) {
    buses.pop_back();
    buses.push_back(std::make_unique<DataBus>());
  }
  CHECK(open_descriptors() - before <= 20 * kDescriptorsOfPair);
}

TEST_CASE("a bus without descriptors is an error with advice, and ends no process") {
  std::vector<std::unique_ptr<DataBus>> buses;
  buses.push_back(std::make_unique<DataBus>());  // makes what lasts as long as the process
  std::string error;
  // Pairs that other tests have given back need no new descriptors.
  while (error.empty()) error = error_with_room_for(0, buses);
  for (std::size_t more = 0; more < kDescriptorsOfPair; ++more) {
    CHECK_THAT(error_with_room_for(more, buses),
               ContainsSubstring("raise the limit of open files (ulimit -n)"));
  }
  CHECK(error_with_room_for(kDescriptorsOfPair, buses) == "");
}
