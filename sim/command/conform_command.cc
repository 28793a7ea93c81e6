#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "amqp/connect.h"
#include "core/counted.h"
#include "core/diagnostics.h"
#include "sim/command/broker_options.h"
#include "sim/command/command.h"
#include "sim/command/standard_streams.h"
#include "sim/conform/broker_run.h"
#include "sim/conform/case_minimiser.h"
#include "sim/conform/comparison.h"
#include "sim/results/shell.h"
#include "sim/world/interrupt.h"

namespace dse {
namespace {

constexpr SideNames kSides = {"in the process", "on the broker"};

struct ConformArguments {
  BrokerArguments broker;
  std::uint64_t cases = 2000;
  std::uint64_t seed = 2015;
  std::uint64_t first = 1;
  bool quiet = false;
};

// What is known about the first case on which the two differ, for human readers.
std::string report(const ConformArguments& arguments, std::uint64_t number, const Comparison& failing,
                   const MinimisedCase& minimised) {
  std::string text = fmt::format("case {} of seed {} differs after {}", number, arguments.seed,
                                 counted(failing.steps.size(), "operation"));
  text +=
      fmt::format(", and the smallest one found in {} after {}:\n\n{}\n", counted(minimised.runs, "trial"),
                  minimised.comparison.steps.size(), describe(minimised.comparison, kSides));
  return text + fmt::format("again: {}\n", shell_line("conform", {},
                                                      {"--seed", fmt::format("{}", arguments.seed), "--first",
                                                       fmt::format("{}", number), "--cases", "1"}));
}

int conform(const ConformArguments& arguments) {
  const BrokerAddress address = broker_address(arguments.broker);
  const std::atomic<bool>& interrupted = watch_for_interrupt();
  const std::unique_ptr<Connection> connection =
      connect({.address = address, .name = "dse conform", .interrupted = &interrupted});
  const auto run = compare_with(*connection);
  const bool show_progress = !arguments.quiet && is_terminal(STDERR_FILENO);
  const auto clear_progress = [show_progress] {
    if (show_progress) tell("\r\x1b[K");
  };
  for (std::uint64_t done = 0; done < arguments.cases; ++done) {
    if (interrupted.load()) {
      clear_progress();
      fmt::print("interrupted after {} of {}, no difference\n", done, counted(arguments.cases, "case"));
      return kExitInterrupted;
    }
    if (show_progress && done % 10 == 0) {
      tell("\r{} of {} ", done, counted(arguments.cases, "case"));
    }
    const std::uint64_t number = arguments.first + done;
    const ConformCase drawn = draw_case(arguments.seed, number);
    const Comparison comparison = run(drawn);
    if (!comparison.differs) continue;
    clear_progress();
    const MinimisedCase minimised = minimise_case(drawn, comparison, run, interrupted);
    fmt::print("{}", report(arguments, number, comparison, minimised));
    return interrupted.load() ? kExitInterrupted : kExitFailed;
  }
  clear_progress();
  fmt::print("{}, no difference\n", counted(arguments.cases, "case"));
  return kExitOk;
}

}  // namespace

void add_conform_command(CommandParser& parser) {
  auto arguments = std::make_shared<ConformArguments>();
  ProgramCommand command = parser.add_command(
      "conform", "Compare the broker in the process with a real one, on random topologies and operations");
  command.add_whole("--cases", arguments->cases, "how many cases (default: 2000)",
                    {.least = 1, .most = 1'000'000'000, .what = "a number of cases"});
  command.add_whole("--seed", arguments->seed, "what the cases are drawn from (default: 2015)",
                    {.what = "a seed"});
  command.add_whole("--first", arguments->first, "the first case's number (default: 1)",
                    {.what = "the number of a case"});
  command.add_flag("--quiet", arguments->quiet, "show no progress");
  add_broker_options(command, arguments->broker);
  command.on_run([arguments] { return conform(*arguments); });
}

}  // namespace dse
