// DSE_CHECK: a programmer's mistake stops the program, in every build, and says where the run was.
//
// What a user can cause (a wrong file, a full disk) is never a DSE_CHECK; see dse/error.h.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace dse {

// Where a run stands; the scheduler keeps it current while the run goes on, so that a failed check can say
// how to get there again. Owned by the scheduler.
struct RunPosition {
  std::uint64_t seed = 0;
  std::uint64_t ordering = 0;  // the order of simultaneous events; 0: as they were scheduled
  std::int64_t virtual_time_ns = 0;
  std::uint64_t event_number = 0;
};

// Registers `position` for the calling thread as long as the guard lives. Guards nest.
class RunPositionGuard {
 public:
  explicit RunPositionGuard(const RunPosition& position);
  ~RunPositionGuard();
  RunPositionGuard(const RunPositionGuard&) = delete;
  RunPositionGuard& operator=(const RunPositionGuard&) = delete;

 private:
  const RunPosition* previous_;
};

// Prints the failed condition, the text and the run's position to stderr, and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, const std::string& text);

}  // namespace dse

// DSE_CHECK(condition, "format {}", value...)
#define DSE_CHECK(condition, ...)                                                    \
  do {                                                                               \
    if (!(condition)) [[unlikely]]                                                   \
      ::dse::check_failed(__FILE__, __LINE__, #condition, fmt::format(__VA_ARGS__)); \
  } while (false)
