// The command line's commands with their options and arguments. What is typed is read strictly: a number is
// decimal digits, an option takes one word whatever it looks like, and a word that nothing takes is refused
// with the nearest name. The library underneath, CLI11, stays in the .cc file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/command/number_text.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace dse {

// An option or argument that a command has, for what is said of few.
class CommandOption {
 public:
  explicit CommandOption(CLI::Option& option) : option_(&option) {}

  CommandOption& required();
  // Keeps it out of the help.
  CommandOption& hidden();
  // Refuses it beside that other option, which is there already.
  CommandOption& excludes(const std::string& other);

 private:
  CLI::Option* option_;
};

// One command; a handle that may be copied, valid as long as its parser. Values that options set must outlive
// the parsing. Each option's value stays as it is when the option is not given.
class ProgramCommand {
 public:
  // A further word after this command's own; one of those that are added must then be given.
  ProgramCommand add_command(const std::string& name, const std::string& description);
  // What the program does when this command was given; it returns the exit status.
  void on_run(std::function<int()> run);

  // A word by its place. It must be given.
  void add_argument(const std::string& name, std::string& value, const std::string& description);
  // All words from there on.
  CommandOption add_arguments(const std::string& name, std::vector<std::string>& values,
                              const std::string& description);

  CommandOption add_flag(const std::string& name, bool& value, const std::string& description);
  // A text that is not empty, such as a folder's name.
  CommandOption add_text(const std::string& name, std::string& value, const std::string& description);
  // An option that may be repeated, with one text each time.
  void add_texts(const std::string& name, std::vector<std::string>& values, const std::string& description);
  void add_choice(const std::string& name, std::string& value, const std::vector<std::string>& choices,
                  const std::string& description);
  // Numbers; what is out of range is refused with the option's name and the range.
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
  void add_real(const std::string& name, double& value, const std::string& description,
                const RealRange& range);

 private:
  friend class CommandParser;
  ProgramCommand(CLI::App& app, std::function<int()>& chosen) : app_(&app), chosen_(&chosen) {}

  CommandOption add_read(const std::string& name, const std::string& description, const std::string& type,
                         std::function<void(const std::string&)> read);

  CLI::App* app_;
  std::function<int()>* chosen_;  // set to what on_run() was given, when the command is
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
    std::function<int()> run;  // of the command that was given; empty when none was
    std::string text;          // for standard output, when help or the version was asked for
    std::string complaint;     // what is wrong with the command line; "": nothing
  };
  // Reads the words after the program's name. Called once.
  Parsed parse(const std::vector<std::string>& words);
  std::string help() const;

 private:
  std::unique_ptr<CLI::App> app_;
  std::function<int()> chosen_;
};

}  // namespace dse
