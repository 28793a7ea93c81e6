// What a command takes, as data: help, completion and man pages are made from it.
#pragma once

#include <string>
#include <vector>

namespace dse {

// An option, or an argument, whose `names` is then one without dashes.
struct OptionInfo {
  std::vector<std::string> names = {};  // "--out", "-o"
  std::string description = {};
  bool takes_value = false;
  std::vector<std::string> choices = {};  // values that it may have; empty: anything
  bool required = false;
  bool repeated = false;
};

struct CommandInfo {
  std::string name = {};  // "replay"; the program's for the whole
  std::string description = {};
  std::vector<OptionInfo> arguments = {};
  std::vector<OptionInfo> options = {};  // without hidden ones
  std::vector<CommandInfo> commands = {};
  std::string example = {};  // a command line
};

}  // namespace dse
