#include "core/check.h"

#include <cstdlib>

#include "core/diagnostics.h"

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
    const RunPosition& run = *current_position;
    const std::string ordering = run.ordering == 0 ? "" : fmt::format(", ordering {}", run.ordering);
    where = fmt::format("seed {}{}, virtual time {} ns, event {}", run.seed, ordering, run.virtual_time_ns,
                        run.event_number);
  }
  tell("{}:{}: check failed: {}: {}\n  at {}\n", file, line, condition, text, where);
  std::abort();
}

}  // namespace dse
