// A bus without the file descriptors that it needs.
#include <fcntl.h>
#include <sys/resource.h>

#include <exception>
#include <filesystem>
#include <iterator>

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

// Room for so many more, until it goes.
class Room {
 public:
  explicit Room(std::size_t more) {
    getrlimit(RLIMIT_NOFILE, &before_);
    // The limit is of the numbers, and some of the lower ones may be free.
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

void make_bus(std::size_t links) {
  DataBus bus(links);
  for (std::size_t i = 0; i < links; ++i) bus.attach();
}

// "" without an error. Nothing is checked while there is no room: what checks may need a descriptor itself,
// as the sanitizer of undefined behaviour does.
std::string error_with_room_for(std::size_t more, std::size_t links) {
  std::exception_ptr error;
  {
    const Room room(more);
    try {
      make_bus(links);
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

TEST_CASE("a bus takes no more descriptors than it says") {
  const DataBus first(1);  // what lasts as long as the process is there from now on
  for (const std::size_t links : {1U, 2U, 7U, 40U}) {
    const std::size_t before = open_descriptors();
    DataBus bus(links);
    for (std::size_t i = 0; i < links; ++i) bus.attach();
    CHECK(open_descriptors() - before <= DataBus::descriptors(links));
  }
}

TEST_CASE("a bus without descriptors is an error with advice, and ends no process") {
  for (const std::size_t links : {1U, 3U}) {
    for (std::size_t more = 0; more < DataBus::descriptors(links); ++more) {
      CHECK_THAT(error_with_room_for(more, links),
                 ContainsSubstring("raise the limit of open files (ulimit -n)"));
    }
    CHECK(error_with_room_for(DataBus::descriptors(links), links) == "");
  }
}
