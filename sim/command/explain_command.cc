#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/command/command.h"
#include "sim/explain/format_pages.h"
#include "sim/explain/scenario_schema.h"

namespace dse {

void add_explain_command(CommandParser& parser, const Tables& tables) {
  struct Arguments {
    std::vector<std::string> topics;
    bool schema = false;
  };
  auto arguments = std::make_shared<Arguments>();
  ProgramCommand command =
      parser.add_command("explain", "Print what a table, a key or a kind of the scenario format means");
  command.add_arguments("topic", arguments->topics,
                        "such as expect, resource.message_ttl or model; without it, what there is");
  command.add_flag("--schema", arguments->schema, "print the JSON Schema of scenarios, for editors of TOML");
  command.example("dse explain resource.message_ttl");
  command.on_run([arguments, &tables] {
    const std::vector<std::string>& topics = arguments->topics;
    if (arguments->schema) return fmt::print("{}", scenario_schema(tables)), kExitOk;
    const FormatPages pages(tables);
    if (topics.empty()) fmt::print("{}", pages.overview());
    for (const std::string& topic : topics)
      fmt::print("{}{}", &topic == &topics.front() ? "" : "\n", pages.page(topic));
    return kExitOk;
  });
}

}  // namespace dse
