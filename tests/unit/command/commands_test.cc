// All commands: their examples, and what is made from their options.
#include <functional>
#include <sstream>

#include "sim/command/command.h"
#include "sim/command/completion_script.h"
#include "sim/command/man_page.h"
#include "support/catch.h"

using namespace dse;

namespace {

const Tables& tables() {
  static const Tables built_in = built_in_tables();
  return built_in;
}

CommandInfo program() {
  CommandParser parser("dse", "what it is", "dse 0");
  add_commands(parser, tables());
  return parser.describe();
}

void for_each(const CommandInfo& command, const std::string& path,
              const std::function<void(const CommandInfo&, const std::string&)>& visit) {
  visit(command, path);
  for (const CommandInfo& inner : command.commands) for_each(inner, path + " " + inner.name, visit);
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace

TEST_CASE("commands: each one's help ends with an example, which it takes") {
  int commands = 0;
  for_each(program(), "dse", [&](const CommandInfo& command, const std::string& path) {
    CAPTURE(path, command.example);
    ++commands;
    std::vector<std::string> help = words_of(path);
    help.erase(help.begin());
    help.emplace_back("--help");
    CommandParser helped("dse", "", "");
    add_commands(helped, tables());
    const std::string text = helped.parse(help).text;
    CHECK_THAT(text, Catch::Matchers::EndsWith("Example:\n  " + command.example + "\n"));
    CHECK_THAT(command.example, Catch::Matchers::StartsWith(path + " "));
    std::vector<std::string> words = words_of(command.example);
    words.erase(words.begin());
    CommandParser parser("dse", "", "");
    add_commands(parser, tables());
    const CommandParser::Parsed parsed = parser.parse(words);
    CHECK(parsed.complaint.empty());
    CHECK(parsed.run != nullptr);
  });
  CHECK(commands > 20);
}

TEST_CASE("commands: every one and each of its options is in every completion and on a man page") {
  const CommandInfo info = program();
  const std::map<std::string, std::string> pages = man_pages(info, "dse 0");
  CHECK(pages.size() == info.commands.size() + 1);
  for (const std::string& shell : completed_shells()) {
    const std::string script = completion_script(shell, info);
    for_each(info, "dse", [&](const CommandInfo& command, const std::string& path) {
      CAPTURE(shell, path);
      CHECK_THAT(script, ContainsSubstring(command.name));
      for (const OptionInfo& option : command.options) {
        const std::string& name = option.names.front();
        CHECK_THAT(script, ContainsSubstring(shell == "fish" ? " -l " + name.substr(2) : name));
      }
    });
  }
  for (const CommandInfo& command : info.commands) {
    const std::string& page = pages.at("dse-" + command.name);
    for (const OptionInfo& option : command.options) {
      std::string name = option.names.front();
      for (std::size_t at = 0; (at = name.find('-', at)) != std::string::npos; at += 2) name.insert(at, "\\");
      CHECK_THAT(page, ContainsSubstring("\\fB" + name + "\\fR"));
    }
  }
}

TEST_CASE("commands: what roff would take for a request or an escape is only text on a man page") {
  const CommandInfo info{.name = "p",
                         .description = "d",
                         .commands = {{.name = "c",
                                       .description = ".SH it's a \\ and a -",
                                       .options = {{.names = {"--x"}, .description = ".dot \"q\" ~ ^"}},
                                       .example = "p c --x"}}};
  const std::string page = man_pages(info, "1").at("p-c");
  CHECK_THAT(page, ContainsSubstring("p\\-c \\- \\&.SH it\\(aqs a \\e and a \\-\n"));
  CHECK_THAT(page, ContainsSubstring("\\fB\\-\\-x\\fR\n\\&.dot \\(dqq\\(dq \\(ti \\(ha\n"));
}

TEST_CASE("commands: what is described is what the parser was given") {
  CommandParser parser("p", "a program", "");
  bool flag = false;
  std::string choice;
  std::vector<std::string> texts;
  ProgramCommand command = parser.add_command("c", "a command");
  command.add_flag("--flag", flag, "a flag");
  command.add_choice("--choice", choice, {"a", "b"}, "one of two");
  command.add_texts("--text", texts, "texts");
  command.add_text("-o,--out", choice, "an output").required();
  command.add_arguments("files", texts, "files");
  command.example("p c --flag");
  const CommandInfo info = parser.describe().commands.at(0);
  CHECK(info.example == "p c --flag");
  CHECK(info.arguments.at(0).names == std::vector<std::string>{"files"});
  CHECK(info.arguments.at(0).repeated);
  CHECK_FALSE(info.arguments.at(0).required);
  REQUIRE(info.options.size() == 5);  // with --help
  CHECK_FALSE(info.options[1].takes_value);
  CHECK(info.options[2].choices == std::vector<std::string>{"a", "b"});
  CHECK(info.options[3].repeated);
  CHECK(info.options[4].names == std::vector<std::string>{"--out", "-o"});
  CHECK(info.options[4].required);
  CHECK_FALSE(info.options[4].repeated);
}
