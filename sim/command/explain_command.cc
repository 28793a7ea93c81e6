#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/command/command.h"
#include "sim/explain/format_pages.h"

namespace dse {

void add_explain_command(CommandParser& parser, const Tables& tables) {
  auto topics = std::make_shared<std::vector<std::string>>();
  ProgramCommand command =
      parser.add_command("explain", "Print what a table, a key or a kind of the scenario format means");
  command.add_arguments("topic", *topics,
                        "such as expect, resource.message_ttl or model; without it, what there is");
  command.example("dse explain resource.message_ttl");
  command.on_run([topics, &tables] {
    const FormatPages pages(tables);
    if (topics->empty()) fmt::print("{}", pages.overview());
    for (const std::string& topic : *topics)
      fmt::print("{}{}", &topic == &topics->front() ? "" : "\n", pages.page(topic));
    return kExitOk;
  });
}

}  // namespace dse
