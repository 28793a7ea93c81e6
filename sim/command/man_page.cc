#include "sim/command/man_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <vector>

namespace dse {
namespace {

// The text as roff shows it: a backslash begins an escape, a dash would become a hyphen, and a dot or a quote
// at the begin of a line would be a request.
std::string roff(std::string_view text) {
  std::string result;
  bool at_begin = true;
  for (const char c : text) {
    if (at_begin && (c == '.' || c == '\'')) result += "\\&";
    at_begin = c == '\n';
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else if (c == '\'')
      result += "\\(aq";
    else if (c == '"')
      result += "\\(dq";
    else if (c == '^')
      result += "\\(ha";
    else if (c == '~')
      result += "\\(ti";
    else
      result += c;
  }
  return result;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string value_of(const OptionInfo& option) {
  if (!option.takes_value) return "";
  if (option.choices.empty()) return " " + italic("VALUE");
  std::vector<std::string> choices;
  for (const std::string& choice : option.choices) choices.push_back(bold(choice));
  return fmt::format(" {}", fmt::join(choices, "|"));
}

// The command with what it takes, in short.
std::string synopsis(const CommandInfo& command, const std::string& path) {
  std::string text = bold(path);
  if (!command.commands.empty()) return text + " " + italic("COMMAND") + " ...\n";
  for (const OptionInfo& option : command.options) {
    if (option.required) text += " " + bold(option.names.front()) + value_of(option);
  }
  text += " [" + italic("OPTION") + "]...";
  for (const OptionInfo& argument : command.arguments) {
    const std::string name = italic(argument.names.front()) + (argument.repeated ? "..." : "");
    text += argument.required ? " " + name : " [" + name + "]";
  }
  return text + "\n";
}

std::string options_text(const CommandInfo& command) {
  std::string text;
  for (const OptionInfo& argument : command.arguments)
    text += fmt::format(".TP\n{}\n{}\n", italic(argument.names.front()), roff(argument.description));
  for (const OptionInfo& option : command.options) {
    std::vector<std::string> names;
    for (const std::string& name : option.names) names.push_back(bold(name) + value_of(option));
    text += fmt::format(".TP\n{}\n{}\n", fmt::join(names, ", "), roff(option.description));
  }
  return text;
}

std::string example_text(const CommandInfo& command) {
  return fmt::format(".PP\n.nf\n.RS 4\n{}\n.RE\n.fi\n", roff(command.example));
}

std::string heading(const std::string& name, const std::string& description, const std::string& version) {
  return fmt::format(".TH \"{}\" 1 \"\" \"{}\" \"Data Service Exchange\"\n.SH NAME\n{} \\- {}\n", roff(name),
                     roff(version), roff(name), roff(description));
}

std::string command_page(const CommandInfo& command, const CommandInfo& program, const std::string& version) {
  const std::string path = program.name + " " + command.name;
  std::string text = heading(program.name + "-" + command.name, command.description, version);
  text += ".SH SYNOPSIS\n" + synopsis(command, path);
  if (command.commands.empty()) {
    text += ".SH OPTIONS\n" + options_text(command) + ".SH EXAMPLE\n" + example_text(command);
  }
  for (const CommandInfo& inner : command.commands) {
    text += fmt::format(".SH \"{}\"\n{}\n.PP\n{}", roff(inner.name), roff(inner.description),
                        synopsis(inner, path + " " + inner.name));
    text += options_text(inner) + example_text(inner);
  }
  return text + fmt::format(".SH SEE ALSO\n.BR {} (1)\n", roff(program.name));
}

std::string program_page(const CommandInfo& program, const std::string& version) {
  std::string text = heading(program.name, "a Data Service Exchange in one process", version);
  text += ".SH SYNOPSIS\n" + synopsis(program, program.name) + ".SH DESCRIPTION\n" +
          roff(program.description) + "\n.SH COMMANDS\n";
  for (const CommandInfo& command : program.commands)
    text += fmt::format(".TP\n.BR {} (1)\n{}\n", roff(program.name + "-" + command.name),
                        roff(command.description));
  text += ".SH OPTIONS\n" + options_text(program);
  text +=
      ".SH EXIT STATUS\n.TP\n0\nall well\n.TP\n1\nan expectation or a verification failed\n.TP\n2\nthe "
      "command "
      "line, a scenario or data is wrong\n.TP\n3\nsomething failed while running\n.TP\n130\ninterrupted\n";
  return text + ".SH EXAMPLE\n" + example_text(program);
}

}  // namespace

std::map<std::string, std::string> man_pages(const CommandInfo& program, const std::string& version) {
  std::map<std::string, std::string> pages = {{program.name, program_page(program, version)}};
  for (const CommandInfo& command : program.commands)
    pages.emplace(program.name + "-" + command.name, command_page(command, program, version));
  return pages;
}

}  // namespace dse
