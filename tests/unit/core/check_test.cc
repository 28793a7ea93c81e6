#include "core/check.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>

#include "support/catch.h"

using namespace dse;

namespace {

struct Death {
  int signal = 0;  // 0: it survived
  std::string errors;
};

// Runs `action` in a separate process, and returns what it writes to stderr and the signal that ends it.
Death die_by(const std::function<void()>& action) {
  int ends[2] = {};
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    dup2(ends[1], STDERR_FILENO);
    action();
    _exit(0);
  }
  close(ends[1]);
  Death death;
  char buffer[512];
  for (ssize_t count = 0; (count = read(ends[0], buffer, sizeof buffer)) > 0;) {
    death.errors.append(buffer, static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) death.signal = WTERMSIG(status);
  return death;
}

}  // namespace

TEST_CASE("a failed check says what, why and where the run was, and aborts") {
  const RunPosition position{.seed = 2015, .virtual_time_ns = 50'000, .event_number = 7};
  const Death death = die_by([&position] {
    const RunPositionGuard guard(position);
    DSE_CHECK(1 + 1 == 3, "arithmetic of {} failed", "old");
  });
  CHECK(death.signal == SIGABRT);
  CHECK_THAT(death.errors, ContainsSubstring("1 + 1 == 3: arithmetic of old failed"));
  CHECK_THAT(death.errors, ContainsSubstring("seed 2015, virtual time 50000 ns, event 7"));
}

TEST_CASE("positions nest, and go with their guards") {
  const Death death = die_by([] {
    const RunPosition outer{.seed = 1};
    const RunPositionGuard outer_guard(outer);
    const RunPosition inner{.seed = 2};
    { const RunPositionGuard inner_guard(inner); }
    DSE_CHECK(false, "here");
  });
  CHECK_THAT(death.errors, ContainsSubstring("seed 1,"));
  CHECK_THAT(die_by([] { DSE_CHECK(false, "here"); }).errors, ContainsSubstring("outside a run"));
}

TEST_CASE("a check that holds neither stops nor formats") {
  bool formatted = false;
  const auto text = [&formatted] {
    formatted = true;
    return "text";
  };
  DSE_CHECK(true, "{}", text());
  CHECK_FALSE(formatted);
}
