#include <fmt/format.h>

#include <memory>
#include <string>

#include "sim/command/command.h"
#include "sim/command/completion_script.h"

namespace dse {

void add_completion_command(CommandParser& parser) {
  auto shell = std::make_shared<std::string>();
  ProgramCommand command =
      parser.add_command("completion", "Print the script by which a shell completes dse");
  command.add_choice("shell", *shell, completed_shells(), "the shell").required();
  command.example("dse completion bash");
  command.on_run([shell, &parser] {
    fmt::print("{}", completion_script(*shell, parser.describe()));
    return kExitOk;
  });
}

}  // namespace dse
