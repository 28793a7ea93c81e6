#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string_view>

#include "core/diagnostics.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/command/json_document.h"
#include "sim/command/run_options.h"
#include "sim/results/observed_files.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology.h"
#include "sim/scenario/topology_dot.h"
#include "sim/scenario/topology_warnings.h"
#include "sim/world/world.h"

namespace dse {
namespace {

// What the scenario's tables hold: lines, each with its end.
std::string data_text(const Scenario& scenario, DatasetCache& datasets) {
  std::string text;
  for (const auto& [name, source] : scenario.data) {
    const std::shared_ptr<const Dataset> data = source->open({.cache = datasets});
    text += fmt::format("  data {}\n", name);
    if (data->features() == 0) {
      text += fmt::format("    {} images of {} x {}, {}\n", data->size(), data->rows(), data->columns(),
                          data->has_labels() ? fmt::format("{} classes", data->classes()) : "no labels");
    }
    std::string_view left = data->description();
    while (!left.empty()) {
      const std::size_t end = std::min(left.find('\n'), left.size() - 1);
      text += fmt::format("    {}", left.substr(0, end + 1));
      left.remove_prefix(end + 1);
    }
  }
  return text;
}

std::vector<std::string> warnings_of(const Scenario& scenario, const World& world) {
  std::vector<std::string> warnings = topology_warnings(scenario);
  for (const std::string& note : world.data_notes()) warnings.push_back(note);
  return warnings;
}

// The same as what is printed for human readers; "topology" is that of a run's topology.json, before the run.
nlohmann::ordered_json scenario_json(const std::string& path, const std::vector<std::string>& settings,
                                     const Tables& tables) {
  const Scenario scenario = read_scenario(path, tables, settings);
  const auto datasets = std::make_shared<DatasetCache>();
  const World world(scenario, {.seed = scenario.seed, .datasets = datasets}, no_files());
  return {{"path", path},
          {"title", scenario.title},
          {"seed", scenario.seed},
          {"topology", nlohmann::ordered_json::parse(topology_json(scenario, world.traffic()))},
          {"data", data_text(scenario, *datasets)},
          {"warnings", warnings_of(scenario, world)}};
}

struct CheckArguments {
  std::vector<std::string> scenarios;
  std::vector<std::string> settings;
  bool dot = false;
  bool json = false;
};

// Reads a scenario, wires it (which opens its data and makes its learners), and prints its topology.
void check_one(const std::string& path, const CheckArguments& arguments, const Tables& tables) {
  const Scenario scenario = read_scenario(path, tables, arguments.settings);
  const auto datasets = std::make_shared<DatasetCache>();
  const World world(scenario, {.seed = scenario.seed, .datasets = datasets}, no_files());
  if (arguments.dot)
    fmt::print("{}", topology_dot(scenario));
  else
    fmt::print("{}{}", topology_text(scenario), data_text(scenario, *datasets));
  for (const std::string& warning : topology_warnings(scenario)) tell("warning: {}: {}\n", path, warning);
  for (const std::string& note : world.data_notes()) tell("warning: {}: {}\n", path, note);
}

// A scenario that is wrong does not keep the others from being checked.
int check(const CheckArguments& arguments, const Tables& tables) {
  std::vector<InputError> errors;
  nlohmann::ordered_json checked = nlohmann::ordered_json::array();
  for (const std::string& path : arguments.scenarios) {
    try {
      if (arguments.json) {
        checked.push_back(scenario_json(path, arguments.settings, tables));
      } else {
        check_one(path, arguments, tables);
      }
    } catch (const InputError& error) {
      for (const InputError& one : errors_in(error)) errors.push_back(one);
    }
  }
  if (arguments.json) print_document({{"scenarios", checked}});
  throw_if_any(std::move(errors));
  return kExitOk;
}

}  // namespace

void add_check_command(CommandParser& parser, const Tables& tables) {
  auto arguments = std::make_shared<CheckArguments>();
  ProgramCommand command = parser.add_command(
      "check", "Read scenarios and their data, and print who writes, binds and streams what");
  command.add_arguments("scenarios", arguments->scenarios, "scenario files").required();
  add_setting_option(command, arguments->settings);
  command.add_flag("--dot", arguments->dot,
                   "print the topology as a graph for Graphviz instead, one for each scenario");
  add_json_option(command, arguments->json).excludes("--dot");
  command.example("dse check scenarios/exchange-types.toml");
  command.on_run([arguments, &tables] { return check(*arguments, tables); });
}

}  // namespace dse
