#include "core/check.h"

#include <cstdio>
#include <cstdlib>

namespace dse {
namespace {

thread_local const RunPosition* current_position = nullptr;

}  // namespace

RunPositionGuard::RunPositionGuard(const RunPosition& position) : previous_(current_position) {
  current_position = &position;
}

RunPositionGuard::~RunPositionGuard() { current_position = previous_; }

void check_failed(const char* file, int line, const char* condition, const std::string& text) {
  std::string where = "outside a run";
  if (current_position != nullptr) {
    where = fmt::format("seed {}, virtual time {} ns, event {}", current_position->seed,
                        current_position->virtual_time_ns, current_position->event_number);
  }
  fmt::print(stderr, "{}:{}: check failed: {}: {}\n  at {}\n", file, line, condition, text, where);
  std::fflush(stderr);
  std::abort();
}

}  // namespace dse
