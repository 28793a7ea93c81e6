#include "dse/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "amqp/broker_address.h"
#include "core/diagnostics.h"
#include "core/names.h"
#include "core/printable.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/command/standard_streams.h"
#include "sim/world/processor.h"

namespace dse {
namespace {

// The command that was given, or the parser itself.
const CLI::App& given_command(const CLI::App& parser) {
  const std::vector<CLI::App*> given = parser.get_subcommands();
  return given.empty() ? parser : given_command(*given.front());
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_lnames().empty() && !option->get_group().empty())
      names.push_back("--" + option->get_lnames().front());
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& parent) {
  std::vector<std::string> names;
  for (const CLI::App* command : parent.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

// About a word of the command line that nothing takes.
std::string not_understood(const CLI::App& command, const std::string& word) {
  if (word.starts_with('-')) {
    const std::string name = word.substr(0, word.find('='));
    const std::vector<std::string> names = option_names(command);
    const std::string nearest = nearest_name(name, names).empty() ? "" : suggestion(name, names);
    return fmt::format("{} has no option '{}'{}", full_name(command), name, nearest);
  }
  const std::vector<std::string> names = command_names(command);
  if (names.empty())
    return fmt::format("{} was given '{}' as well: it takes no more", full_name(command), word);
  return fmt::format("{} has no command '{}'{}", full_name(command), word, suggestion(word, names));
}

// A word that is not understood is the reason why another is missing.
std::string complaint(const CLI::App& parser, const CLI::ParseError& error) {
  const CLI::App& command = given_command(parser);
  const auto code = static_cast<CLI::ExitCodes>(error.get_exit_code());
  if (code == CLI::ExitCodes::ExtrasError || code == CLI::ExitCodes::RequiredError) {
    for (const std::string& word : command.remaining()) {
      if (word != "--") return not_understood(command, word);
    }
  }
  return error.what();
}

// What was printed is lost without a word unless somebody asks.
void check_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw RunError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
}

// The status after help and version, which the parser takes for errors, and after a wrong command line.
int end_of_parsing(const CLI::App& parser, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  if (parser.exit(error, out, err) == 0) {
    fmt::print("{}", out.str());
    check_output();
    return kExitOk;
  }
  tell("dse: {}\nRun with --help for more information.\n", one_line(complaint(parser, error)));
  return kExitWrongInput;
}

// Runs what was given, and says on standard error why that failed.
int status_of(const std::function<int()>& work) {
  try {
    const int status = work();
    check_output();
    return status;
  } catch (const Interrupted&) {
    return kExitInterrupted;
  } catch (const InputError& error) {
    for (const InputError& one : errors_in(error)) tell("dse: {}\n", one.what());
    return kExitWrongInput;
  } catch (const RunError& error) {
    tell("dse: {}\n", one_line(error.what()));
    return kExitRunFailed;
  } catch (const std::bad_alloc&) {
    tell("dse: out of memory: make the scenario smaller or close other programs\n");
    return kExitRunFailed;
  } catch (const std::exception& error) {
    // What the system refuses somewhere else: a thread, a closed standard output.
    const bool no_output = std::ferror(stdout) != 0;
    tell("dse: {}{}\n", no_output ? "cannot write to standard output: " : "", one_line(error.what()));
    return kExitRunFailed;
  } catch (...) {
    tell("dse: a component or a learner of this program has thrown what is no std::exception\n");
    return kExitRunFailed;
  }
}

}  // namespace

int run_command_line(int argc, char** argv, const Tables& tables) {
  prepare_streams();
  if (const int status = status_of([] { return require_processor(), 0; }); status != 0) return status;
  CLI::App parser(
      "dse: a Data Service Exchange in one process. It replays scenario files on a virtual clock.", "dse");
  parser.set_version_flag("--version", std::string("dse ") + DSE_VERSION);
  parser.require_subcommand(0, 1);  // else an unknown command would be reported as none
  std::function<int()> run;
  add_replay_command(parser, run, tables);
  add_check_command(parser, run, tables);
  add_verify_command(parser, run, tables);
  add_diff_command(parser, run, tables);
  add_explore_command(parser, run, tables);
  add_attach_command(parser, run, tables);
  add_node_command(parser, run, tables);
  add_nodes_command(parser, run, tables);
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
    return status_of([&] { return end_of_parsing(parser, error); });
  }
  if (!run) {
    tell("dse: name a command\n{}", parser.help());
    return kExitWrongInput;
  }
  return status_of(run);
}

}  // namespace dse
