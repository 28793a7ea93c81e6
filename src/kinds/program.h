// A component that is a program in another language: a process of its own, which cannot tell whether it is in
// a simulation or on a real broker. docs/program-protocol.md describes its calls.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dse/component.h"
#include "dse/external_program.h"
#include "dse/kind_table.h"
#include "kinds/item_data.h"

namespace dse {

struct ProgramOptions {
  ExternalProgram command;
  std::optional<std::string> from = {};
  std::vector<std::string> to = {};  // what it may write
  bool answers = false;              // its messages are predictions
  bool forwards = false;             // their payloads are those that it reads
  TimeNs service_ns = 0;             // virtual time of one `deliver` or `resume`
  std::vector<std::string> metrics = {};
  std::optional<NamedFile> initial = {};  // a saved state to start from
};

Kind program_kind();

std::shared_ptr<const Component> make_program(ProgramOptions options);

}  // namespace dse
