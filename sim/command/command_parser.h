// The commands of the command line, with their options and arguments. The command line is read strictly: a
// number is decimal digits, an option takes one word whatever it looks like, and a word that nothing takes is
// refused with the nearest name. The library underneath, CLI11, stays in the .cc file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/command/command_info.h"
#include "sim/command/number_text.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace dse {

// An option or argument of a command, for settings that few of them need.
class CommandOption {
 public:
  explicit CommandOption(CLI::Option& option) : option_(&option) {}

  CommandOption& required();
  // Keeps it out of the help text.
  CommandOption& hidden();
  // Refuses it together with that other option, which must have been added before.
  CommandOption& excludes(const std::string& other);

 private:
  CLI::Option* option_;
};

// One command; a handle that may be copied, valid as long as its parser. Values that options set must outlive
// the parsing. Each option's value stays as it is when the option is not given.
class ProgramCommand {
 public:
  // Adds a subcommand; once there are any, one of them must be given.
  ProgramCommand add_command(const std::string& name, const std::string& description);
  // Sets what the program does when this command was given; `run` returns the exit status.
  void on_run(std::function<int()> run);

  // The command line that its help ends with, which must be one that it takes.
  void example(const std::string& line);
  // Adds a positional argument, which must be given.
  void add_argument(const std::string& name, std::string& value, const std::string& description);
  // Adds an argument that takes all further words.
  CommandOption add_arguments(const std::string& name, std::vector<std::string>& values,
                              const std::string& description);

  CommandOption add_flag(const std::string& name, bool& value, const std::string& description);
  // Adds an option with a text that is not empty, such as a folder's name.
  CommandOption add_text(const std::string& name, std::string& value, const std::string& description);
  // Adds an option that may be repeated, with one text each time.
  void add_texts(const std::string& name, std::vector<std::string>& values, const std::string& description);
  // Adds an option or, without dashes in its name, an argument with one of these values.
  CommandOption add_choice(const std::string& name, std::string& value,
                           const std::vector<std::string>& choices, const std::string& description);
  // Adds an option with a number; a value out of range is refused with the option's name and the range.
  CommandOption add_whole(const std::string& name, const std::string& description, const WholeRange& range,
                          std::function<void(std::uint64_t)> use);
  template <typename Number>
  CommandOption add_whole(const std::string& name, Number& value, const std::string& description,
                          const WholeRange& range) {
    return add_whole(name, description, range,
                     [&value](std::uint64_t number) { value = static_cast<Number>(number); });
  }
  template <typename Number>
  CommandOption add_whole(const std::string& name, std::optional<Number>& value,
                          const std::string& description, const WholeRange& range) {
    return add_whole(name, description, range,
                     [&value](std::uint64_t number) { value = static_cast<Number>(number); });
  }
  CommandOption add_real(const std::string& name, double& value, const std::string& description,
                         const RealRange& range);

 private:
  friend class CommandParser;
  ProgramCommand(CLI::App& app, std::function<int()>& chosen) : app_(&app), chosen_(&chosen) {}

  CommandOption add_read(const std::string& name, const std::string& description, const std::string& type,
                         std::function<void(const std::string&)> read);

  CLI::App* app_;
  std::function<int()>* chosen_;  // set to the argument of on_run() when the command was given
};

class CommandParser {
 public:
  CommandParser(const std::string& name, const std::string& description, const std::string& version);
  ~CommandParser();
  CommandParser(const CommandParser&) = delete;
  CommandParser& operator=(const CommandParser&) = delete;

  ProgramCommand add_command(const std::string& name, const std::string& description);
  // The program's own arguments and options.
  ProgramCommand root();

  struct Parsed {
    std::function<int()> run;  // what the given command does; empty when none was given
    std::string text;          // for standard output, when help or the version was asked for
    std::string complaint;     // what is wrong with the command line; "" if nothing is
  };
  // Reads the words after the program's name. Called once.
  Parsed parse(const std::vector<std::string>& words);
  std::string help() const;
  // All commands, with what they take.
  CommandInfo describe() const;

 private:
  std::unique_ptr<CLI::App> app_;
  std::function<int()> chosen_;
};

}  // namespace dse
