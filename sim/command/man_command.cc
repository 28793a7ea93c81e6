#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/names.h"
#include "core/version.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/command/man_page.h"
#include "sim/results/file_writing.h"

namespace dse {
namespace {

struct ManArguments {
  std::vector<std::string> commands;
  std::string out;
};

// The page of one command, or of the whole program if none is named.
std::string page_of(const std::vector<std::string>& commands,
                    const std::map<std::string, std::string>& pages) {
  if (commands.empty()) return pages.at("dse");
  const auto found = pages.find("dse-" + commands.front());
  if (found != pages.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [name, page] : pages) {
    if (name.starts_with("dse-")) known.push_back(name.substr(4));
  }
  throw InputError({.file = "dse man"}, fmt::format("there is no command '{}'{}", commands.front(),
                                                    suggestion(commands.front(), known)));
}

int man(const ManArguments& arguments, const CommandParser& parser) {
  const std::map<std::string, std::string> pages =
      man_pages(parser.describe(), std::string("dse ") + version());
  if (arguments.out.empty()) {
    fmt::print("{}", page_of(arguments.commands, pages));
    return kExitOk;
  }
  std::filesystem::create_directories(arguments.out);
  for (const auto& [name, page] : pages)
    write_file(std::filesystem::path(arguments.out) / (name + ".1"), page);
  return kExitOk;
}

}  // namespace

void add_man_command(CommandParser& parser) {
  auto arguments = std::make_shared<ManArguments>();
  ProgramCommand command = parser.add_command("man", "Print the man page of dse, or of one of its commands");
  command.add_arguments("command", arguments->commands, "one of its commands");
  command.add_text("--out", arguments->out, "write all pages into this folder instead");
  command.example("dse man replay");
  command.on_run([arguments, &parser] { return man(*arguments, parser); });
}

}  // namespace dse
