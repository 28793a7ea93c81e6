#include "kinds/program_host_options.h"

namespace dse {

ProgramHostOptions program_host_options(const ExternalProgram& command, const MakeContext& context) {
  return {.component = context.name,
          .command = command,
          .interrupted = context.interrupted,
          .log = context.open_protocol_log ? context.open_protocol_log() : LineSink()};
}

}  // namespace dse
