#include "sim/command/command_parser.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <utility>

#include "core/names.h"

namespace dse {
namespace {

// The command that was given, or the parser itself.
const CLI::App& given_command(const CLI::App& parser) {
  const std::vector<CLI::App*> given = parser.get_subcommands();
  return given.empty() ? parser : given_command(*given.front());
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_lnames().empty() && !option->get_group().empty())
      names.push_back("--" + option->get_lnames().front());
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& parent) {
  std::vector<std::string> names;
  for (const CLI::App* command : parent.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

// The message about a word of the command line that nothing takes.
std::string not_understood(const CLI::App& command, const std::string& word) {
  if (word.starts_with('-')) {
    const std::string name = word.substr(0, word.find('='));
    const std::vector<std::string> names = option_names(command);
    const std::string nearest = nearest_name(name, names).empty() ? "" : suggestion(name, names);
    return fmt::format("{} has no option '{}'{}", full_name(command), name, nearest);
  }
  const std::vector<std::string> names = command_names(command);
  if (names.empty())
    return fmt::format("{} was given '{}' as well: it takes no more", full_name(command), word);
  return fmt::format("{} has no command '{}'{}", full_name(command), word, suggestion(word, names));
}

// When a word is not understood, that is why another one is missing.
std::string complaint_of(const CLI::App& parser, const CLI::ParseError& error) {
  const CLI::App& command = given_command(parser);
  const auto code = static_cast<CLI::ExitCodes>(error.get_exit_code());
  if (code == CLI::ExitCodes::ExtrasError || code == CLI::ExitCodes::RequiredError) {
    for (const std::string& word : command.remaining()) {
      if (word != "--") return not_understood(command, word);
    }
  }
  return error.what();
}

void require_one_command(const CLI::App& command) {
  if (!command.get_subcommands().empty()) return;
  std::vector<std::string> names = command_names(command);
  const std::string last = std::exchange(names.back(), "");
  names.pop_back();
  throw CLI::RequiredError(fmt::format("one of the commands {} and {}", fmt::join(names, ", "), last));
}

// What stands before the example in a command's footer.
const std::string kExample = "Example:\n  ";

// The library keeps them only in the name of the type: "TEXT:{auto,always,never}".
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{');
  const std::size_t end = type.rfind('}');
  std::vector<std::string> choices;
  if (begin == std::string::npos || end == std::string::npos) return choices;
  for (std::size_t at = begin + 1; at < end;) {
    const std::size_t next = std::min(type.find(',', at), end);
    choices.push_back(type.substr(at, next - at));
    at = next + 1;
  }
  return choices;
}

OptionInfo info_of(const CLI::Option& option) {
  OptionInfo info{.description = option.get_description(),
                  .takes_value = option.get_items_expected_max() > 0,
                  .choices = choices_of(option),
                  .required = option.get_required(),
                  .repeated = option.get_items_expected_max() > 1};
  if (!option.nonpositional()) {
    info.names = {option.get_name()};
    return info;
  }
  for (const std::string& name : option.get_lnames()) info.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) info.names.push_back("-" + name);
  return info;
}

CommandInfo info_of(const CLI::App& command) {
  CommandInfo info{.name = command.get_name(), .description = command.get_description()};
  for (const CLI::Option* option : command.get_options()) {
    if (!option->nonpositional())
      info.arguments.push_back(info_of(*option));
    else if (!option->get_group().empty())
      info.options.push_back(info_of(*option));
  }
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; }))
    info.commands.push_back(info_of(*inner));
  const std::string footer = command.get_footer();
  if (footer.starts_with(kExample)) info.example = footer.substr(kExample.size());
  return info;
}

}  // namespace

CommandOption& CommandOption::required() {
  option_->required();
  return *this;
}

CommandOption& CommandOption::hidden() {
  option_->group("");
  return *this;
}

CommandOption& CommandOption::excludes(const std::string& other) {
  option_->excludes(other);
  return *this;
}

ProgramCommand ProgramCommand::add_command(const std::string& name, const std::string& description) {
  app_->require_subcommand(0, 1);  // else an unknown one would be reported as none
  app_->callback([app = app_] { require_one_command(*app); });
  return {*app_->add_subcommand(name, description), *chosen_};
}

void ProgramCommand::on_run(std::function<int()> run) {
  app_->callback([chosen = chosen_, run = std::move(run)] { *chosen = run; });
}

void ProgramCommand::example(const std::string& line) { app_->footer(kExample + line); }

void ProgramCommand::add_argument(const std::string& name, std::string& value,
                                  const std::string& description) {
  app_->add_option(name, value, description)->required();
}

CommandOption ProgramCommand::add_arguments(const std::string& name, std::vector<std::string>& values,
                                            const std::string& description) {
  return CommandOption(*app_->add_option(name, values, description));
}

CommandOption ProgramCommand::add_flag(const std::string& name, bool& value, const std::string& description) {
  return CommandOption(*app_->add_flag(name, value, description));
}

CommandOption ProgramCommand::add_read(const std::string& name, const std::string& description,
                                       const std::string& type,
                                       std::function<void(const std::string&)> read) {
  // It is read as a list, because the library's single-text option turns an empty text into none.
  CLI::Option* option = app_->add_option_function<std::vector<std::string>>(
      name,
      [read = std::move(read)](const std::vector<std::string>& texts) {
        read(texts.empty() ? "" : texts.back());
      },
      description);
  option->expected(1)
      ->allow_extra_args(false)  // else it would swallow a following `--`
      ->type_name(type);
  return CommandOption(*option);
}

CommandOption ProgramCommand::add_text(const std::string& name, std::string& value,
                                       const std::string& description) {
  return add_read(name, description, "TEXT", [name, &value](const std::string& text) {
    if (text.empty()) throw CLI::ValidationError(name, "is empty");
    value = text;
  });
}

void ProgramCommand::add_texts(const std::string& name, std::vector<std::string>& values,
                               const std::string& description) {
  app_->add_option(name, values, description)->allow_extra_args(false);
}

CommandOption ProgramCommand::add_choice(const std::string& name, std::string& value,
                                         const std::vector<std::string>& choices,
                                         const std::string& description) {
  CLI::Option* option = app_->add_option(name, value, description)->check(CLI::IsMember(choices));
  return CommandOption(*option);
}

CommandOption ProgramCommand::add_whole(const std::string& name, const std::string& description,
                                        const WholeRange& range, std::function<void(std::uint64_t)> use) {
  return add_read(name, description, "INTEGER", [name, range, use = std::move(use)](const std::string& text) {
    const std::optional<std::uint64_t> number = read_whole(text, range);
    if (number) return use(*number);
    throw CLI::ValidationError(
        name, fmt::format("'{}' is not {}: expected an integer from {} to {}, in digits", text, range.what,
                          range.least, range.most));
  });
}

CommandOption ProgramCommand::add_real(const std::string& name, double& value, const std::string& description,
                                       const RealRange& range) {
  return add_read(name, description, "NUMBER", [name, range, &value](const std::string& text) {
    const std::optional<double> number = read_real(text, range);
    if (!number) {
      throw CLI::ValidationError(
          name, fmt::format("'{}' is not {}: expected {}a decimal number from {} to {}", text, range.what,
                            range.or_zero ? "0, or " : "", range.least, range.most));
    }
    value = *number;
  });
}

CommandParser::CommandParser(const std::string& name, const std::string& description,
                             const std::string& version)
    : app_(std::make_unique<CLI::App>(description, name)) {
  app_->set_version_flag("--version", version);
}

CommandParser::~CommandParser() = default;

ProgramCommand CommandParser::root() { return {*app_, chosen_}; }

ProgramCommand CommandParser::add_command(const std::string& name, const std::string& description) {
  app_->require_subcommand(0, 1);  // else an unknown one would be reported as none
  return {*app_->add_subcommand(name, description), chosen_};
}

CommandParser::Parsed CommandParser::parse(const std::vector<std::string>& words) {
  try {
    // The library takes them from the end.
    app_->parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;  // the library reports help and the version as errors with the status of success
    std::ostringstream complaint;
    if (app_->exit(error, text, complaint) == 0) return {.text = text.str()};
    return {.complaint = complaint_of(*app_, error)};
  }
  return {.run = chosen_};
}

std::string CommandParser::help() const { return app_->help(); }

CommandInfo CommandParser::describe() const { return info_of(*app_); }

}  // namespace dse
