#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "core/diagnostics.h"
#include "core/error.h"
#include "sim/attach/attachment.h"
#include "sim/command/broker_options.h"
#include "sim/command/command.h"
#include "sim/command/run_options.h"
#include "sim/record/event_recorder.h"
#include "sim/results/results.h"
#include "sim/results/run_folder.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology.h"
#include "sim/world/expectations.h"
#include "sim/world/interrupt.h"
#include "sim/world/world.h"

namespace dse {
namespace {

struct AttachArguments {
  BrokerArguments broker;
  std::string scenario;
  std::string out;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> settings;
  double pace = 1;
  std::string longest;
  bool record = false;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  bool quiet = false;
};

std::string status_text(const Attachment::Status& status) {
  std::string text = fmt::format("{:.1f} s virtual, imported {}, exported {}",
                                 static_cast<double>(status.virtual_time_ns) / kNanosecondsPerSecond,
                                 status.gateway.imported, status.gateway.exported);
  if (status.gateway.duplicates > 0)
    text += fmt::format(", {} duplicates dropped", status.gateway.duplicates);
  if (status.gateway.unroutable > 0) text += fmt::format(", {} unroutable", status.gateway.unroutable);
  if (status.unconfirmed > 0) text += fmt::format(", {} unconfirmed", status.unconfirmed);
  if (!status.gateway.problem.empty()) text += "; " + status.gateway.problem;
  return text;
}

// One line that is written over on a terminal; elsewhere a line now and then, and at each new problem.
class StatusLine {
 public:
  explicit StatusLine(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}
  ~StatusLine() {
    if (!quiet_ && terminal_) tell("\r\x1b[K");
  }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  void show(const Attachment::Status& status) {
    constexpr int kShowsBetweenLines = 50;
    if (quiet_) return;
    const bool due = shows_++ % kShowsBetweenLines == 0 || status.gateway.problem != problem_;
    problem_ = status.gateway.problem;
    if (terminal_) {
      tell("\r{}\x1b[K", status_text(status));
    } else if (due) {
      tell("{}\n", status_text(status));
    }
  }

 private:
  bool quiet_;
  bool terminal_;
  int shows_ = 0;
  std::string problem_;
};

// A gateway that joins nothing would wait for nothing.
void require_gateway(const Gateway::Options& options, const Scenario& scenario) {
  if (!options.exports.empty() || !options.imports.empty()) return;
  throw InputError(
      {.file = scenario.path},
      "has neither [[gateway.export]] nor [[gateway.import]]: nothing would cross to the broker");
}

void print_report(const RunReport& report, const Gateway::Counts& counts, const RunFolder& folder,
                  bool quiet) {
  if (quiet) {
    tell("{}", failures_text(report, false));
    return;
  }
  fmt::print("{}", report_text(report, false));
  fmt::print(
      "gateway: imported {}, duplicates dropped {}, exported {}, published again {}, unroutable {}, "
      "reconnects {}\n",
      counts.imported, counts.duplicates, counts.exported, counts.republished, counts.unroutable,
      counts.reconnects);
  fmt::print("results in {}\n", folder.target().string());
}

RunResult run_with_status(Attachment& attachment, const std::atomic<bool>& interrupted, bool quiet) {
  StatusLine line(quiet);
  return attachment.run(interrupted, [&line](const Attachment::Status& status) { line.show(status); });
}

int attach(const AttachArguments& arguments, const MakeApp& make_app) {
  const auto started = std::chrono::steady_clock::now();  // for timing.json alone
  Scenario scenario = read_scenario(arguments.scenario, arguments.settings);
  if (arguments.seed) scenario.seed = *arguments.seed;
  for (const std::string& warning : topology_warnings(scenario)) tell("warning: {}\n", warning);
  const Attachment::Options options{.pace = arguments.pace,
                                    .longest = given_duration("--for", arguments.longest)};
  const BrokerAddress broker = broker_address(arguments.broker);
  const Gateway::Options joined = gateway_options(scenario, broker);
  require_gateway(joined, scenario);

  const std::atomic<bool>& interrupted = watch_for_interrupt();
  RunFolder folder(arguments.out.empty() ? fmt::format("runs/{}-s{}-attached", scenario.name, scenario.seed)
                                         : arguments.out);
  std::optional<EventRecorder> recorder;
  if (arguments.record) recorder.emplace(folder.path_of(kEventRecordFile));
  std::optional<Attachment> attachment;
  World world(
      scenario,
      {.seed = scenario.seed,
       .threads = arguments.threads,
       .ordering = scenario.ordering,
       .make_app = make_app,
       .recorder = recorder ? &*recorder : nullptr,
       .on_export = [&attachment](const ComponentConfig& exporter,
                                  const MessagePtr& message) { attachment->write(exporter, message); }},
      [&folder](const std::string& file_name) { return folder.open_lines(file_name); });
  Gateway gateway(joined);
  std::optional<CaptureWriter> capture;
  if (!joined.imports.empty()) {
    capture.emplace(folder.path_of(kCaptureFile), capture_header(scenario, scenario.seed, scenario.ordering));
  }
  attachment.emplace(scenario, world, gateway, capture ? &*capture : nullptr, options);
  if (!arguments.quiet) tell("attached to broker {}\n", broker.describe());
  const RunResult result = run_with_status(*attachment, interrupted, arguments.quiet);

  scenario.until_ns = result.virtual_time_ns;  // as its replay has it
  const std::vector<ExpectationResult> expectations = check_expectations(scenario, result);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;
  RunReport report{.scenario = scenario,
                   .settings = arguments.settings,
                   .result = result,
                   .expectations = expectations,
                   .timing = {wall.count(), arguments.threads}};
  if (capture) report.capture = CaptureNote{folder.target() / kCaptureFile, capture->checksum()};
  write_results(report, folder);
  folder.commit();
  // What was captured is kept, whatever went wrong with the broker.
  attachment->check();
  print_report(report, gateway.counts(), folder, arguments.quiet);
  for (const std::string& warning : run_warnings(scenario, result)) tell("warning: {}\n", warning);
  if (result.status == RunStatus::kInterrupted) return kExitInterrupted;
  return passed(result, expectations) ? kExitOk : kExitFailed;
}

}  // namespace

void add_attach_command(CLI::App& parser, std::function<int()>& run, const MakeApp& make_app) {
  auto arguments = std::make_shared<AttachArguments>();
  CLI::App* command = parser.add_subcommand(
      "attach", "Run a scenario beside the real clock, its gateway joined to a real broker");
  command->add_option("scenario", arguments->scenario, "the scenario's TOML file")->required();
  add_broker_options(*command, arguments->broker);
  command->add_option("--out", arguments->out, "the run directory (default: runs/SCENARIO-sSEED-attached)");
  command->add_option("--seed", arguments->seed, "in place of the scenario's seed");
  add_setting_option(*command, arguments->settings);
  command
      ->add_option("--pace", arguments->pace, "virtual seconds a second (default: 1); 0: as fast as possible")
      ->check(CLI::Range(0.0, 1e6));
  command->add_option("--for", arguments->longest, "end after this time, such as 30s");
  command->add_flag("--record", arguments->record,
                    "write every event to events.sqlite and every prediction to predictions.csv");
  command->add_option("--threads", arguments->threads, "threads that compute; they change no result")
      ->check(CLI::Range(1U, 256U));
  command->add_flag("--quiet", arguments->quiet, "print nothing but warnings and errors");
  command->callback(
      [arguments, &run, make_app] { run = [arguments, make_app] { return attach(*arguments, make_app); }; });
}

}  // namespace dse
