#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

#include "core/diagnostics.h"
#include "core/printable.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/definitions/definitions_reader.h"
#include "sim/definitions/scenario_definitions.h"
#include "sim/definitions/scenario_skeleton.h"
#include "sim/results/new_file.h"
#include "sim/scenario/scenario_reader.h"

namespace dse {
namespace {

int import_definitions(const std::string& path, const std::string& out, const std::string& vhost) {
  if (!out.empty()) refuse_taken(out);
  const Definitions definitions = read_definitions(path);
  const ScenarioSkeleton skeleton =
      make_skeleton(definitions, vhost.empty() ? std::nullopt : std::optional(vhost), path);
  const std::string text = skeleton_text(skeleton, path);
  if (out.empty()) {
    fmt::print("{}", text);
  } else {
    write_new_file(out, text);
  }
  for (const std::string& note : skeleton.notes) tell("{}\n", note);
  return kExitOk;
}

int export_definitions(const std::string& path, const std::string& vhost, const Tables& tables) {
  const Scenario scenario = read_scenario(path, tables, {});
  const ScenarioDefinitions made = definitions_of(scenario, vhost);
  fmt::print("{}", definitions_text(made.definitions));
  for (const std::string& note : made.notes) tell("{}\n", note);
  return kExitOk;
}

void add_import(ProgramCommand& definitions) {
  struct Arguments {
    std::string file;
    std::string out;
    std::string vhost;
  };
  auto arguments = std::make_shared<Arguments>();
  ProgramCommand command =
      definitions.add_command("import", "Make a skeleton of a scenario from what a RabbitMQ has exported");
  command.add_argument("file", arguments->file, "definitions, as rabbitmqctl export_definitions writes them");
  command.add_text("-o,--out", arguments->out, "the scenario, a new file; without it, standard output");
  command.add_text("--vhost", arguments->vhost, "the virtual host; without it /, or the only one");
  command.example("dse definitions import definitions.json -o broker.toml");
  command.on_run(
      [arguments] { return import_definitions(arguments->file, arguments->out, arguments->vhost); });
}

void add_export(ProgramCommand& definitions, const Tables& tables) {
  struct Arguments {
    std::string scenario;
    std::string vhost = "/";
  };
  auto arguments = std::make_shared<Arguments>();
  ProgramCommand command =
      definitions.add_command("export", "Print the definitions that make a RabbitMQ ready for a scenario");
  command.add_argument("scenario", arguments->scenario, "scenario file");
  command.add_text("--vhost", arguments->vhost, "the virtual host that they are for, / by default");
  command.example("dse definitions export scenarios/exchange-types.toml");
  command.on_run(
      [arguments, &tables] { return export_definitions(arguments->scenario, arguments->vhost, tables); });
}

}  // namespace

void add_definitions_command(CommandParser& parser, const Tables& tables) {
  ProgramCommand definitions = parser.add_command(
      "definitions", "Turn RabbitMQ's definitions into a scenario, and a scenario into definitions");
  definitions.example("dse definitions export scenarios/exchange-types.toml");
  add_import(definitions);
  add_export(definitions, tables);
}

}  // namespace dse
