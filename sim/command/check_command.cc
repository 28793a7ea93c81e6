#include <fmt/format.h>

#include <atomic>
#include <memory>

#include "core/diagnostics.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/command/run_options.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology.h"
#include "sim/world/world.h"

namespace dse {
namespace {

// Reads a scenario, wires it (which opens its data and makes its learners), and prints its topology.
void check_one(const std::string& path, const std::vector<std::string>& settings, const Tables& tables) {
  const Scenario scenario = read_scenario(path, tables, settings);
  const World world(scenario, {.seed = scenario.seed}, no_files());
  fmt::print("{}", topology_text(scenario));
  for (const std::string& warning : topology_warnings(scenario)) tell("warning: {}: {}\n", path, warning);
}

// A scenario that is wrong does not keep the others from being checked.
int check(const std::vector<std::string>& paths, const std::vector<std::string>& settings,
          const Tables& tables) {
  std::vector<InputError> errors;
  for (const std::string& path : paths) {
    try {
      check_one(path, settings, tables);
    } catch (const InputError& error) {
      for (const InputError& one : errors_in(error)) errors.push_back(one);
    }
  }
  throw_if_any(std::move(errors));
  return kExitOk;
}

}  // namespace

void add_check_command(CommandParser& parser, const Tables& tables) {
  struct Arguments {
    std::vector<std::string> scenarios;
    std::vector<std::string> settings;
  };
  auto arguments = std::make_shared<Arguments>();
  ProgramCommand command = parser.add_command(
      "check", "Read scenarios and their data, and print who writes, binds and streams what");
  command.add_arguments("scenarios", arguments->scenarios, "scenario files").required();
  add_setting_option(command, arguments->settings);
  command.on_run([arguments, &tables] { return check(arguments->scenarios, arguments->settings, tables); });
}

}  // namespace dse
