#include "sim/command/completion_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <string_view>

#include "core/check.h"

namespace dse {
namespace {

// A text in single quotes, as all three shells read it back; fish alone has escapes in them.
std::string single_quoted(std::string_view text, bool is_fish = false) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += is_fish ? "\\'" : "'\\''";
    else if (c == '\\' && is_fish)
      quoted += "\\\\";
    else
      quoted += c;
  }
  return quoted + "'";
}

// The text with a backslash before each of these characters.
std::string escaped(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

// Calls it with each command and its words: "dse capture info".
using Visit = std::function<void(const CommandInfo& command, const std::string& path)>;
void for_each_command(const CommandInfo& command, const std::string& path, const Visit& visit) {
  visit(command, path);
  for (const CommandInfo& inner : command.commands) for_each_command(inner, path + " " + inner.name, visit);
}

std::vector<std::string> names_of(const std::vector<CommandInfo>& commands) {
  std::vector<std::string> names;
  for (const CommandInfo& command : commands) names.push_back(command.name);
  return names;
}

// What may stand where no option does: names of commands, or the choices of the first argument; otherwise
// files.
std::vector<std::string> words_of(const CommandInfo& command) {
  if (!command.commands.empty()) return names_of(command.commands);
  return command.arguments.empty() ? std::vector<std::string>() : command.arguments.front().choices;
}

std::string bash_value_cases(const CommandInfo& command, const std::string& path) {
  std::string cases;
  for (const OptionInfo& option : command.options) {
    if (!option.takes_value) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) patterns.push_back(fmt::format("\"{}:{}\"", path, name));
    const std::string reply =
        option.choices.empty()
            ? "_dse_files"
            : fmt::format("_dse_words {}", single_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
    cases += fmt::format("    {}) {} \"$current\"; return ;;\n", fmt::join(patterns, " | "), reply);
  }
  return cases;
}

std::string bash_script(const CommandInfo& program) {
  std::vector<std::string> paths;
  std::string values;
  std::string options;
  std::string words;
  for_each_command(program, program.name, [&](const CommandInfo& command, const std::string& path) {
    if (path != program.name) paths.push_back(fmt::format("\"{}\"", path));
    values += bash_value_cases(command, path);
    std::vector<std::string> names;
    for (const OptionInfo& option : command.options)
      names.insert(names.end(), option.names.begin(), option.names.end());
    options += fmt::format("      \"{}\") _dse_words '{}' \"$current\" ;;\n", path, fmt::join(names, " "));
    const std::vector<std::string> known = words_of(command);
    if (!known.empty())
      words += fmt::format("      \"{}\") _dse_words '{}' \"$current\" ;;\n", path, fmt::join(known, " "));
  });
  return fmt::format(R"(# Completion of {0} for bash. Made by `{0} completion bash`.
_dse_words() {{ mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2"); }}

_dse_files() {{
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}}

_dse() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD - 1]}}" command={0} word
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$command $word" in
      {1})
        command="$command $word"
        ;;
    esac
  done
  COMPREPLY=()
  case "$command:$previous" in
{2}  esac
  if [[ "$current" == -* ]]; then
    case "$command" in
{3}    esac
  else
    case "$command" in
{4}      *) _dse_files "$current" ;;
    esac
  fi
}}
complete -F _dse {0}
)",
                     program.name, fmt::join(paths, " | "), values, options, words);
}

// What _arguments takes for an option: "(-o --out)"{-o,--out}"[the run directory]:value:_files".
std::string zsh_option(const OptionInfo& option) {
  const std::string description = escaped(option.description, "[]:\\");
  std::string value;
  if (option.takes_value) {
    value =
        option.choices.empty() ? ":value:_files" : fmt::format(":value:({})", fmt::join(option.choices, " "));
  }
  const std::string rest = single_quoted(fmt::format("[{}]{}", description, value));
  if (option.repeated) return fmt::format("'*'{}{}", option.names.front(), rest);
  if (option.names.size() == 1) return option.names.front() + rest;
  return fmt::format("'({})'{{{}}}{}", fmt::join(option.names, " "), fmt::join(option.names, ","), rest);
}

std::string zsh_argument(const OptionInfo& argument) {
  const std::string what =
      argument.choices.empty() ? "_files" : fmt::format("({})", fmt::join(argument.choices, " "));
  return single_quoted(
      fmt::format("{}:{}:{}", argument.repeated ? "*" : "", escaped(argument.names.front(), ":"), what));
}

std::string zsh_function_name(std::string path) {
  for (char& c : path) {
    if (c == ' ' || c == '-') c = '_';
  }
  return "_" + path;
}

std::string zsh_function(const CommandInfo& command, const std::string& path) {
  std::string arguments;
  for (const OptionInfo& option : command.options) arguments += " \\\n    " + zsh_option(option);
  const std::string name = zsh_function_name(path);
  if (command.commands.empty()) {
    for (const OptionInfo& argument : command.arguments) arguments += " \\\n    " + zsh_argument(argument);
    return fmt::format("{}() {{\n  _arguments -s{}\n}}\n\n", name, arguments);
  }
  std::string described;
  std::string cases;
  for (const CommandInfo& inner : command.commands) {
    described += "        " +
                 single_quoted(fmt::format("{}:{}", inner.name, escaped(inner.description, ":\\"))) + "\n";
    cases += fmt::format("        {}) {} ;;\n", inner.name, zsh_function_name(path + " " + inner.name));
  }
  return fmt::format(R"({}() {{
  local context state line
  typeset -A opt_args
  _arguments -C{} \
    '1:command:->command' '*::argument:->argument'
  case "$state" in
    command)
      local -a commands
      commands=(
{}      )
      _describe command commands
      ;;
    argument)
      case "$line[1]" in
{}      esac
      ;;
  esac
}}

)",
                     name, arguments, described, cases);
}

std::string zsh_script(const CommandInfo& program) {
  std::string functions;
  for_each_command(program, program.name, [&](const CommandInfo& command, const std::string& path) {
    functions += zsh_function(command, path);
  });
  // Loaded from $fpath, the file is the function's body; sourced, it must only define it.
  return fmt::format(
      "#compdef {0}\n# Completion of {0} for zsh. Made by `{0} completion zsh`.\n\n{1}"
      "if [[ \"$funcstack[1]\" == _{0} ]]; then\n  _{0} \"$@\"\nelse\n  compdef _{0} {0}\nfi\n",
      program.name, functions);
}

std::string fish_options(const CommandInfo& program, const CommandInfo& command,
                         const std::string& condition) {
  std::string lines;
  for (const OptionInfo& option : command.options) {
    std::string line = fmt::format("complete -c {} -n {}", program.name, single_quoted(condition, true));
    for (const std::string& name : option.names)
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (option.takes_value && option.choices.empty()) line += " -r -F";
    if (!option.choices.empty())
      line += " -x -a " + single_quoted(fmt::format("{}", fmt::join(option.choices, " ")), true);
    lines += line + " -d " + single_quoted(option.description, true) + "\n";
  }
  return lines;
}

// The commands below `command`, which the condition stands for, and what those take.
std::string fish_commands(const CommandInfo& program, const CommandInfo& command,
                          const std::string& condition) {
  std::string lines;
  const std::string others = fmt::format("{}", fmt::join(names_of(command.commands), " "));
  for (const CommandInfo& inner : command.commands) {
    const std::string here =
        &command == &program ? "__fish_use_subcommand"
                             : fmt::format("{}; and not __fish_seen_subcommand_from {}", condition, others);
    lines += fmt::format("complete -c {} -f -n {} -a {} -d {}\n", program.name, single_quoted(here, true),
                         inner.name, single_quoted(inner.description, true));
    const std::string seen = "__fish_seen_subcommand_from " + inner.name;
    const std::string within = condition.empty() ? seen : condition + "; and " + seen;
    lines += fish_options(program, inner, within);
    const std::vector<std::string> words = words_of(inner);
    if (inner.commands.empty() && !words.empty()) {
      lines += fmt::format("complete -c {} -f -n {} -a {}\n", program.name, single_quoted(within, true),
                           single_quoted(fmt::format("{}", fmt::join(words, " ")), true));
    }
    lines += fish_commands(program, inner, within);
  }
  return lines;
}

std::string fish_script(const CommandInfo& program) {
  return fmt::format("# Completion of {0} for fish. Made by `{0} completion fish`.\n{1}{2}", program.name,
                     fish_options(program, program, "__fish_use_subcommand"),
                     fish_commands(program, program, ""));
}

}  // namespace

std::vector<std::string> completed_shells() { return {"bash", "zsh", "fish"}; }

std::string completion_script(const std::string& shell, const CommandInfo& program) {
  if (shell == "bash") return bash_script(program);
  if (shell == "zsh") return zsh_script(program);
  DSE_CHECK(shell == "fish", "there is no completion for the shell '{}'", shell);
  return fish_script(program);
}

}  // namespace dse
