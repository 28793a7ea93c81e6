#include <fmt/format.h>

#include <memory>
#include <string>

#include "core/diagnostics.h"
#include "core/printable.h"
#include "sim/command/command.h"
#include "sim/trace/chrome_trace.h"
#include "sim/trace/perfetto_trace.h"
#include "sim/trace/trace_output.h"
#include "sim/trace/trace_reader.h"

namespace dse {
namespace {

struct TraceArguments {
  std::string run;
  std::string out;
  bool json = false;
};

int trace_command(const TraceArguments& arguments) {
  TraceOutput output(arguments.out);  // first: a name that is taken is known before the work
  const RunTrace trace = read_trace(arguments.run);
  if (arguments.json) {
    write_chrome_trace(trace, output);
  } else {
    write_perfetto_trace(trace, output);
  }
  output.finish();
  return kExitOk;
}

}  // namespace

void add_trace_command(CommandParser& parser) {
  auto arguments = std::make_shared<TraceArguments>();
  ProgramCommand command = parser.add_command(
      "trace", "Write a run that was recorded as a trace on virtual time, for https://ui.perfetto.dev");
  command.add_argument("RUN", arguments->run,
                       "a run directory with a record of events (dse replay --record)");
  command.add_text("-o,--out", arguments->out, "a new file; - for standard output").required();
  command.add_flag("--json", arguments->json, "Chrome's JSON in place of Perfetto's protobuf");
  command.example("dse trace runs/sample-four-models-s7 -o digits.perfetto-trace");
  command.on_run([arguments] { return trace_command(*arguments); });
}

}  // namespace dse
