#include "dse/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "amqp/broker_address.h"
#include "core/diagnostics.h"
#include "core/printable.h"
#include "core/version.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/command/command_parser.h"
#include "sim/command/standard_streams.h"
#include "sim/world/processor.h"

namespace dse {
namespace {

// What was printed is lost silently unless this is checked.
void check_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw RunError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
}

// Runs `work`, and says on standard error why it failed, if it did.
int status_of(const std::function<int()>& work) {
  try {
    const int status = work();
    check_output();
    return status;
  } catch (const Interrupted&) {
    return kExitInterrupted;
  } catch (const InputError& error) {
    for (const InputError& one : errors_in(error)) tell("dse: {}\n", without_passwords(one.what()));
    return kExitWrongInput;
  } catch (const RunError& error) {
    tell("dse: {}\n", one_line(without_passwords(error.what())));
    return kExitRunFailed;
  } catch (const std::bad_alloc&) {
    tell("dse: out of memory: make the scenario smaller or close other programs\n");
    return kExitRunFailed;
  } catch (const std::exception& error) {
    // The system has refused something else: a thread, say, or a closed standard output.
    const bool no_output = std::ferror(stdout) != 0;
    tell("dse: {}{}\n", no_output ? "cannot write to standard output: " : "", one_line(error.what()));
    return kExitRunFailed;
  } catch (...) {
    tell("dse: a component or a learner of this program has thrown what is no std::exception\n");
    return kExitRunFailed;
  }
}

// Whether a word is a broker's URL with a password, at a place where the parser would take it for something
// else and print it.
bool shows_password(const std::vector<std::string>& words) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    const bool belongs_there = at > 0 && (words[at - 1] == "--broker" || words[at - 1] == "--listen");
    if (!belongs_there && words[at].starts_with("amqp") && has_password(words[at])) return true;
  }
  return false;
}

}  // namespace

void add_commands(CommandParser& parser, const Tables& tables) {
  parser.root().example("dse replay scenarios/mnist.toml");
  add_replay_command(parser, tables);
  add_check_command(parser, tables);
  add_verify_command(parser, tables);
  add_diff_command(parser, tables);
  add_explore_command(parser, tables);
  add_drive_command(parser, tables);
  add_attach_command(parser, tables);
  add_node_command(parser, tables);
  add_nodes_command(parser, tables);
  add_trace_command(parser);
  add_capture_command(parser);
  add_conform_command(parser);
  add_definitions_command(parser, tables);
  add_user_command(parser);
  add_report_command(parser);
  add_init_command(parser);
  add_explain_command(parser, tables);
  add_completion_command(parser);
  add_man_command(parser);
}

int run_command_line(int argc, char** argv, const Tables& tables) {
  prepare_streams();
  if (const int status = status_of([] { return require_processor(), 0; }); status != 0) return status;
  CommandParser parser(
      "dse", "dse: a Data Service Exchange in one process. It replays scenario files on a virtual clock.",
      std::string("dse ") + version());
  add_commands(parser, tables);
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (shows_password(words)) {
    tell("dse: a broker's URL stands behind --broker\n");
    return kExitWrongInput;
  }
  const CommandParser::Parsed parsed = parser.parse(words);
  if (!parsed.complaint.empty()) {
    tell("dse: {}\nRun with --help for more information.\n", one_line(without_passwords(parsed.complaint)));
    return kExitWrongInput;
  }
  if (!parsed.text.empty()) {
    return status_of([&] { return fmt::print("{}", parsed.text), kExitOk; });
  }
  if (!parsed.run) {
    tell("dse: name a command\n{}", parser.help());
    return kExitWrongInput;
  }
  return status_of(parsed.run);
}

}  // namespace dse
