// The cost of a component that has started and receives nothing.
#include <malloc.h>

#include <atomic>
#include <string>

#include "kinds/echo.h"
#include "sim/world/world.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::size_t allocated_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::size_t bytes_of_world(int echoes) {
  const std::size_t before = allocated_bytes();
  Scenario scenario;
  scenario.curve_every_ns = kNanosecondsPerSecond;
  for (int number = 0; number < echoes; ++number) {
    scenario.components.push_back({.name = "echo-" + std::to_string(number),
                                   .component = make_echo({.from = "queue-" + std::to_string(number)})});
  }
  World world(scenario, {}, no_files());
  const std::atomic<bool> interrupted{false};
  world.advance_to(1, interrupted, [](TimeNs, std::uint64_t) {});
  return allocated_bytes() - before;
}

}  // namespace

TEST_CASE("world: an idle component takes at most 4 KiB") {
#if defined(DSE_SANITIZE_ADDRESS) || defined(DSE_SANITIZE_THREAD)
  WARN("not tested: the sanitizer has its own allocation");
  return;
#endif
  constexpr int kEchoes = 1'000;
  bytes_of_world(kEchoes);  // lets the process make its one-time allocations
  const std::size_t few = bytes_of_world(kEchoes);
  const std::size_t many = bytes_of_world(2 * kEchoes);
  INFO(few << " and " << many << " bytes");
  REQUIRE(many > few);
  CHECK((many - few) / kEchoes <= 4096);
}
