#include "sim/command/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <new>
#include <string_view>

#include "amqp/broker_address.h"
#include "core/diagnostics.h"
#include "core/error.h"
#include "sim/command/command.h"

namespace dse {
namespace {

// Learning is compiled for x86-64-v3; elsewhere it would die of an illegal instruction.
bool processor_is_enough() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

}  // namespace

int run_command_line(int argc, char** argv, const MakeApp& make_app) {
  if (!processor_is_enough()) {
    tell("dse: this processor has no AVX2 and FMA, which the learners need (x86-64-v3)\n");
    return kExitRunFailed;
  }
  CLI::App parser(
      "dse: a Data Service Exchange in one process. It replays scenario files on a virtual clock.", "dse");
  parser.set_version_flag("--version", std::string("dse ") + DSE_VERSION);
  parser.require_subcommand(0, 1);  // else an unknown command would be reported as none
  std::function<int()> run;
  add_replay_command(parser, run, make_app);
  add_check_command(parser, run);
  add_verify_command(parser, run, make_app);
  add_diff_command(parser, run, make_app);
  add_explore_command(parser, run, make_app);
  add_attach_command(parser, run, make_app);
  add_node_command(parser, run);
  add_nodes_command(parser, run);
  add_capture_command(parser, run);
  add_conform_command(parser, run);
  // The parser would print it.
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("amqp") || !has_password(std::string(argument))) continue;
    if (std::string_view(argv[i - 1]) == "--broker") continue;
    tell("dse: a broker's URL stands behind --broker\n");
    return kExitWrongInput;
  }
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parser.exit(error) == 0 ? kExitOk : kExitWrongInput;
  }
  if (!run) {
    tell("dse: name a command\n{}", parser.help());
    return kExitWrongInput;
  }
  try {
    const int status = run();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw RunError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
    return status;
  } catch (const Interrupted&) {
    return kExitInterrupted;
  } catch (const InputError& error) {
    tell("dse: {}\n", error.what());
    return kExitWrongInput;
  } catch (const RunError& error) {
    tell("dse: {}\n", error.what());
    return kExitRunFailed;
  } catch (const std::bad_alloc&) {
    tell("dse: out of memory: make the scenario smaller or close other programs\n");
    return kExitRunFailed;
  } catch (const std::exception& error) {
    // What the system refuses somewhere else: a thread, a closed standard output.
    tell("dse: {}\n", error.what());
    return kExitRunFailed;
  }
}

}  // namespace dse
