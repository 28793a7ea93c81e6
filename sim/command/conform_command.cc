#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "amqp/connect.h"
#include "core/counted.h"
#include "core/diagnostics.h"
#include "sim/attach/embedded_broker.h"
#include "sim/command/broker_options.h"
#include "sim/command/command.h"
#include "sim/command/conform_access.h"
#include "sim/command/json_document.h"
#include "sim/command/run_options.h"
#include "sim/command/standard_streams.h"
#include "sim/conform/broker_run.h"
#include "sim/conform/case_clients.h"
#include "sim/conform/case_minimiser.h"
#include "sim/conform/comparison.h"
#include "sim/conform/timed_cases.h"
#include "sim/results/shell.h"
#include "sim/world/interrupt.h"

namespace dse {
namespace {

constexpr SideNames kSides = {"in the process", "on the broker"};
constexpr SideNames kListenerSides = {"in the process", "over the listener"};

struct ConformArguments {
  BrokerArguments broker;
  std::uint64_t cases = 2000;
  std::uint64_t timed = 0;
  std::uint64_t access = 0;
  std::string write_users;
  std::string users;
  std::uint64_t side_by_side = 8;
  std::uint64_t seed = 2015;
  std::uint64_t first = 1;
  bool listener = false;
  bool quiet = false;
  bool json = false;
};

std::string again_line(const ConformArguments& arguments, std::uint64_t number) {
  std::vector<std::string> words = {"--seed",
                                    fmt::format("{}", arguments.seed),
                                    "--first",
                                    fmt::format("{}", number),
                                    arguments.timed > 0 ? "--timed" : "--cases",
                                    "1"};
  if (arguments.listener) words.emplace_back("--listener");
  return shell_line("conform", {}, words);
}

// What is known about the first case on which the two differ, for human readers.
std::string report(const ConformArguments& arguments, std::uint64_t number, const Comparison& failing,
                   const MinimisedCase& minimised, const SideNames& names) {
  std::string text = fmt::format("case {} of seed {} differs after {}", number, arguments.seed,
                                 counted(failing.steps.size(), "operation"));
  text +=
      fmt::format(", and the smallest one found in {} after {}:\n\n{}\n", counted(minimised.runs, "trial"),
                  minimised.comparison.steps.size(), describe(minimised.comparison, names));
  return text + fmt::format("again: {}\n", again_line(arguments, number));
}

// The document of --json: how many cases were compared, out of how many, and the difference, if there was
// one.
void print_found(const ConformArguments& arguments, std::uint64_t done, std::uint64_t too_slow,
                 const nlohmann::ordered_json& difference) {
  print_document({{"seed", arguments.seed},
                  {"first", arguments.first},
                  {"cases", arguments.timed > 0 ? arguments.timed : arguments.cases},
                  {"timed", arguments.timed > 0},
                  {"compared", done},
                  {"too_slow", too_slow},
                  {"difference", difference}});
}

// Tells how far the comparison got, where somebody is looking.
class Progress {
 public:
  Progress(const ConformArguments& arguments, std::uint64_t cases)
      : shows_(!arguments.quiet && is_terminal(STDERR_FILENO)), cases_(cases) {}

  void show(std::uint64_t done) const {
    if (shows_) tell("\r{} of {} ", done, counted(cases_, "case"));
  }
  void clear() const {
    if (shows_) tell("\r\x1b[K");
  }

 private:
  bool shows_;
  std::uint64_t cases_;
};

int print_interrupted(const ConformArguments& arguments, const Progress& progress, std::uint64_t done,
                      std::uint64_t cases) {
  progress.clear();
  if (arguments.json) return print_found(arguments, done, 0, nullptr), kExitInterrupted;
  fmt::print("interrupted after {} of {}, no difference\n", done, counted(cases, "case"));
  return kExitInterrupted;
}

int print_difference(const ConformArguments& arguments, std::uint64_t number, const ConformCase& drawn,
                     const Comparison& failing, const CompareCase& run, const SideNames& names,
                     const std::atomic<bool>& interrupted) {
  const MinimisedCase minimised = minimise_case(drawn, failing, run, interrupted);
  if (arguments.json) {
    print_found(arguments, number - arguments.first + 1, 0,
                {{"case", number},
                 {"operations", failing.steps.size()},
                 {"smallest", describe(minimised.comparison, names)},
                 {"again", again_line(arguments, number)}});
  } else {
    fmt::print("{}", report(arguments, number, failing, minimised, names));
  }
  return interrupted.load() ? kExitInterrupted : kExitFailed;
}

MakeConnection connections_to(const BrokerAddress& address, const std::atomic<bool>& interrupted) {
  return [address, &interrupted] {
    return connect({.address = address, .name = "dse conform", .interrupted = &interrupted});
  };
}

// What the broker in the process is compared with.
struct Other {
  SideNames names;
  std::unique_ptr<CaseClients> clients;
  CompareCase compare;
};

Other make_other(const SideNames& names, const BrokerAddress& address, const std::atomic<bool>& interrupted) {
  Other other{.names = names, .clients = std::make_unique<CaseClients>(connections_to(address, interrupted))};
  other.compare = compare_with(*other.clients);
  return other;
}

// A listener of this process, by clients over sockets, if that is asked for; and the real broker, unless the
// listener alone is.
std::vector<Other> others(const ConformArguments& arguments, std::optional<EmbeddedBroker>& embedded,
                          const std::atomic<bool>& interrupted) {
  std::vector<Other> others;
  if (arguments.listener) {
    embedded.emplace();
    others.push_back(make_other(kListenerSides, embedded->address(), interrupted));
  }
  if (!arguments.listener || names_broker(arguments.broker))
    others.push_back(make_other(kSides, broker_address(arguments.broker), interrupted));
  return others;
}

int conform(const ConformArguments& arguments) {
  const std::atomic<bool>& interrupted = watch_for_interrupt();
  std::optional<EmbeddedBroker> embedded;
  const std::vector<Other> compared = others(arguments, embedded, interrupted);
  const Progress progress(arguments, arguments.cases);
  for (std::uint64_t done = 0; done < arguments.cases; ++done) {
    if (interrupted.load()) return print_interrupted(arguments, progress, done, arguments.cases);
    if (done % 10 == 0) progress.show(done);
    const std::uint64_t number = arguments.first + done;
    const ConformCase drawn = draw_case(arguments.seed, number);
    for (const Other& other : compared) {
      const Comparison comparison = other.compare(drawn);
      if (!comparison.differs) continue;
      progress.clear();
      return print_difference(arguments, number, drawn, comparison, other.compare, other.names, interrupted);
    }
  }
  progress.clear();
  if (arguments.json) return print_found(arguments, arguments.cases, 0, nullptr), kExitOk;
  fmt::print("{}, no difference\n", counted(arguments.cases, "case"));
  return kExitOk;
}

// Many cases with times side by side: each mostly waits, on a thread and with clients of its own.
int conform_timed(const ConformArguments& arguments) {
  const BrokerAddress address = broker_address(arguments.broker);
  const std::atomic<bool>& interrupted = watch_for_interrupt();
  const MakeConnection make_connection = connections_to(address, interrupted);
  make_connection();  // before any thread: whatever is wrong is told here
  const TimedCases found = compare_timed({.seed = arguments.seed,
                                          .first = arguments.first,
                                          .cases = arguments.timed,
                                          .side_by_side = arguments.side_by_side},
                                         make_connection, interrupted);
  if (found.different) {
    const auto& [number, comparison] = *found.different;
    CaseClients clients(make_connection);
    return print_difference(arguments, number, draw_timed_case(arguments.seed, number), comparison,
                            compare_timed_with(clients), kSides, interrupted);
  }
  const Progress progress(arguments, arguments.timed);
  if (interrupted.load()) return print_interrupted(arguments, progress, found.done, arguments.timed);
  if (arguments.json) return print_found(arguments, found.done, found.too_slow, nullptr), kExitOk;
  fmt::print("{} with times, no difference\n", counted(arguments.timed, "case"));
  if (found.too_slow > 0) {
    fmt::print("{} of them could not be compared: the broker took too long for the operations of a step\n",
               found.too_slow);
  }
  return kExitOk;
}

// An option that nothing would read is refused.
void require_one_kind(const ConformArguments& arguments) {
  const auto refuse = [](bool wrong, const char* option, const char* what) {
    if (wrong) throw InputError({.file = option}, what);
  };
  const bool has_users = !arguments.write_users.empty() || !arguments.users.empty();
  refuse(arguments.access == 0 && has_users, "--users and --write-users",
         "are for cases of permissions: add --access N");
  refuse(arguments.access > 0 && arguments.timed > 0, "--timed", "is of other cases than --access: name one");
  refuse(arguments.timed > 0 && arguments.listener, "--listener",
         "is not compared in cases with times: leave out one of them");
  const bool only_writes = !arguments.write_users.empty();
  refuse(only_writes && (arguments.listener || !arguments.users.empty() || arguments.json), "--write-users",
         "compares nothing: leave out --listener, --users and --json");
}

int conform_what(const ConformArguments& arguments) {
  require_one_kind(arguments);
  if (arguments.access > 0) {
    return conform_access(
        {.range = {.seed = arguments.seed, .first = arguments.first, .cases = arguments.access},
         .listener = arguments.listener,
         .write_users = arguments.write_users,
         .users = arguments.users,
         .json = arguments.json},
        arguments.broker);
  }
  return arguments.timed > 0 ? conform_timed(arguments) : conform(arguments);
}

}  // namespace

void add_conform_command(CommandParser& parser) {
  auto arguments = std::make_shared<ConformArguments>();
  ProgramCommand command = parser.add_command(
      "conform", "Compare the broker in the process with a real one, on random topologies and operations");
  command.add_whole("--cases", arguments->cases, "how many cases (default: 2000)",
                    {.least = 1, .most = 1'000'000'000, .what = "a number of cases"});
  command.add_whole("--timed", arguments->timed,
                    "instead, compare so many cases in which messages and queues expire: they take real time",
                    {.least = 1, .most = 1'000'000'000, .what = "a number of cases"});
  command.add_whole("--access", arguments->access,
                    "instead, compare what so many users may do, each with permissions of its own",
                    {.least = 1, .most = 10'000, .what = "a number of users"});
  command.add_text("--write-users", arguments->write_users,
                   "write the users of --access, as definitions for rabbitmqctl, with a password, and end");
  command.add_text("--users", arguments->users, "that file, when the broker has imported it");
  command.add_whole("--side-by-side", arguments->side_by_side, "how many of those at a time (default: 8)",
                    {.least = 1, .most = 200, .what = "a number of cases"});
  command.add_whole("--seed", arguments->seed, "what the cases are drawn from (default: 2015)",
                    {.what = "a seed"});
  command.add_whole("--first", arguments->first, "the first case's number (default: 1)",
                    {.what = "the number of a case"});
  command.add_flag("--listener", arguments->listener,
                   "compare it with a listener of this process, too, by two clients; without a broker alone");
  command.add_flag("--quiet", arguments->quiet, "show no progress");
  add_json_option(command, arguments->json);
  add_broker_options(command, arguments->broker);
  command.example("dse conform --cases 100");
  command.on_run([arguments] { return conform_what(*arguments); });
}

}  // namespace dse
