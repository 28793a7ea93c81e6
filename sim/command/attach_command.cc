#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

#include "amqp/clock.h"
#include "core/counted.h"
#include "core/diagnostics.h"
#include "core/printable.h"
#include "dse/error.h"
#include "listener/listener.h"
#include "sim/attach/attachment.h"
#include "sim/attach/listener_front.h"
#include "sim/command/broker_options.h"
#include "sim/command/command.h"
#include "sim/command/driven_run.h"
#include "sim/command/listen_options.h"
#include "sim/command/paced_run.h"
#include "sim/command/run_options.h"
#include "sim/command/standard_streams.h"
#include "sim/record/event_recorder.h"
#include "sim/results/results.h"
#include "sim/results/run_folder.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology_warnings.h"
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
  std::string live;
  ListenArguments listen;
  bool record = false;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  std::string protocol_log;
  std::string color;
  bool all = false;
  bool quiet = false;
  bool json = false;
};

std::string status_text(const Attachment::Status& status) {
  std::string text =
      fmt::format("{:.1f} s virtual", static_cast<double>(status.virtual_time_ns) / kNanosecondsPerSecond);
  if (status.listens) text += fmt::format(", {}", counted(status.clients, "client"));
  if (!status.has_gateway) return text;
  text += fmt::format(", imported {}, exported {}", status.gateway.imported, status.gateway.exported);
  if (status.gateway.duplicates > 0)
    text += fmt::format(", {} dropped", counted(status.gateway.duplicates, "duplicate"));
  if (status.gateway.refused > 0) text += fmt::format(", {} refused", status.gateway.refused);
  if (status.gateway.nacked > 0) text += fmt::format(", {} nacked", status.gateway.nacked);
  if (status.gateway.unroutable > 0) text += fmt::format(", {} unroutable", status.gateway.unroutable);
  if (status.unconfirmed > 0) text += fmt::format(", {} unconfirmed", status.unconfirmed);
  if (!status.gateway.problem.empty()) text += "; " + one_line(status.gateway.problem);
  return text;
}

// The status: on a terminal one line that is overwritten, elsewhere a line from time to time and at each new
// problem.
class StatusLine {
 public:
  explicit StatusLine(bool quiet) : quiet_(quiet), terminal_(is_terminal(STDERR_FILENO)) {}
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

bool joins_broker(const Scenario& scenario) {
  return std::any_of(
      scenario.components.begin(), scenario.components.end(),
      [](const ComponentConfig& component) { return is_import(component) || is_export(component); });
}

// Refuses a run that is joined to nothing: it would have nothing to wait for.
void require_front(const Scenario& scenario, const AttachArguments& arguments) {
  if (joins_broker(scenario) || !arguments.listen.url.empty()) return;
  throw InputError({.file = scenario.path},
                   "has neither [[gateway.export]] nor [[gateway.import]], and nobody listens: nothing would "
                   "come in or go out; add a gateway, or --listen URL --users FILE");
}

std::string counts_text(const Gateway::Counts& counts) {
  return fmt::format(
      "gateway: imported {}, duplicates dropped {}, refused {}, exported {}, published again {}, nacked {}, "
      "unroutable {}, reconnects {}\n",
      counts.imported, counts.duplicates, counts.refused, counts.exported, counts.republished, counts.nacked,
      counts.unroutable, counts.reconnects);
}

std::string counts_text(const ClientCounts& counts) {
  return fmt::format(
      "clients: connected {}, published {}, unroutable {}, delivered {}, settled {}, refused {}\n",
      counts.connected, counts.published, counts.unroutable, counts.delivered, counts.settled,
      counts.refused);
}

// Who starts this in a test waits for this line. With --json, standard output is one document.
void tell_address(const std::string& url, bool json) {
  if (json) return tell("listening on {}\n", url);
  fmt::print("listening on {}\n", url);
  std::fflush(stdout);
}

RunResult run_with_status(Attachment& attachment, const Interrupts& interrupts, bool quiet) {
  StatusLine line(quiet);
  return attachment.run(interrupts, [&line](const Attachment::Status& status) { line.show(status); });
}

int attach(const AttachArguments& arguments, const Tables& tables) {
  const auto started = std::chrono::steady_clock::now();  // only for timing.json
  Scenario scenario = read_scenario(arguments.scenario, tables, arguments.settings);
  if (arguments.seed) scenario.seed = *arguments.seed;
  // Clients may write and read what no component does.
  if (arguments.listen.url.empty()) {
    for (const std::string& warning : topology_warnings(scenario)) tell("warning: {}\n", warning);
  }
  const std::optional<TimeNs> longest = given_duration("--for", arguments.longest);
  std::optional<ListenerOptions> listening = listener_options(arguments.listen);
  require_front(scenario, arguments);
  if (listening && arguments.pace == 0)
    throw InputError({.file = "--pace"},
                     "is 0, but clients need a clock that goes on: leave it out, or say how fast");
  const Interrupts interrupts = watch_for_two_interrupts();
  std::optional<Gateway::Options> joined;
  if (joins_broker(scenario))
    joined = gateway_options(scenario, broker_address(arguments.broker), interrupts.first);

  // Before the run has a folder: where nobody can connect, there is none.
  const RealClock clock;
  const Notifier own_notifier(clock);
  std::atomic<const Notifier*> woken = &own_notifier;
  std::optional<Listener> listener;
  if (listening) {
    listening->arrived = [&woken] { woken.load()->notify(); };
    listener.emplace(*listening);
  }

  DrivenRun run(started, {.out = arguments.out,
                          .default_folder = fmt::format("runs/{}-s{}-attached", scenario.name, scenario.seed),
                          .record = arguments.record,
                          .quiet = arguments.quiet,
                          .json = arguments.json,
                          .style = {.color = wants_colour(STDOUT_FILENO, colour_choice(arguments.color)),
                                    .all = arguments.all},
                          .threads = arguments.threads,
                          .settings = arguments.settings,
                          .protocol_log = arguments.protocol_log});
  PacedRun paced(scenario, {.pace = arguments.pace, .live = arguments.live});
  std::optional<GatewayFront> gateway_front;
  WorldOptions world_options = run.world_options(scenario);
  world_options.listens = listening.has_value();
  world_options.on_export = [&gateway_front](const ComponentConfig& exporter, const MessagePtr& message) {
    gateway_front->write(exporter, message);
  };
  World world(scenario, world_options, run.open_lines());
  std::optional<Gateway> gateway;
  if (joined) {
    gateway.emplace(*joined);
    gateway_front.emplace(scenario, *gateway);
  }
  const Notifier& arrived = gateway ? gateway->notifier() : own_notifier;
  woken = &arrived;
  std::optional<CaptureWriter> capture;
  if (listening || (joined && !joined->imports.empty())) {
    CaptureHeader header = capture_header(scenario, world.data(), scenario.seed, scenario.ordering);
    if (listening) header.format = kClientsFormat;
    capture.emplace(run.folder().path_of(kCaptureFile), header);
  }
  std::optional<ListenerFront> listener_front;
  if (listener) listener_front.emplace(*listener);
  paced.watch(world);
  Attachment attachment(scenario, world,
                        {.gateway = gateway_front ? &*gateway_front : nullptr,
                         .listener = listener_front ? &*listener_front : nullptr},
                        arrived, capture ? &*capture : nullptr,
                        {.pace = paced.pace(), .longest = longest, .look = paced.look()});
  if (!arguments.quiet && joined) tell("attached to broker {}\n", joined->connection.address.describe());
  if (listener) tell_address(listener_url(*listening, *listener), arguments.json);
  const RunResult result = run_with_status(attachment, interrupts, arguments.quiet);
  if (listener) listener->stop();

  paced.end(result);
  scenario.until_ns = attachment.end_ns();  // as in its replay
  DrivenRun::Ending ending{.data = world.data(),
                           .data_notes = world.data_notes(),
                           .more = gateway ? counts_text(gateway->counts()) : std::string()};
  if (listener) ending.more += counts_text(result.clients);
  if (capture) ending.capture = CaptureNote{kCaptureFile, capture->checksum()};
  // The capture is kept, whatever went wrong with the broker.
  ending.when_kept = [&attachment] { attachment.check(); };
  return run.end(scenario, result, ending);
}

}  // namespace

void add_attach_command(CommandParser& parser, const Tables& tables) {
  auto arguments = std::make_shared<AttachArguments>();
  ProgramCommand command = parser.add_command(
      "attach", "Run a scenario beside the real clock, joined to a real broker, or as one for AMQP clients");
  command.add_argument("scenario", arguments->scenario, "the scenario's TOML file");
  add_broker_options(command, arguments->broker);
  command.add_text("--out", arguments->out, "the run directory (default: runs/SCENARIO-sSEED-attached)");
  add_seed_option(command, arguments->seed);
  add_setting_option(command, arguments->settings);
  command.add_real("--pace", arguments->pace, "virtual seconds a second (default: 1); 0: as fast as possible",
                   {.least = 1e-6, .most = 1e6, .or_zero = true, .what = "a pace"});
  add_live_option(command, arguments->live);
  add_listen_options(command, arguments->listen);
  command.add_text("--for", arguments->longest, "end after this time, such as 30s");
  command.add_flag("--record", arguments->record,
                   "write every event to events.sqlite and every prediction to predictions.csv");
  add_threads_option(command, arguments->threads, "threads that compute; they change no result");
  add_protocol_log_option(command, arguments->protocol_log);
  add_all_option(command, arguments->all);
  add_color_option(command, arguments->color);
  command.add_flag("--quiet", arguments->quiet, "print nothing but warnings and errors");
  add_json_option(command, arguments->json).excludes("--quiet");
  command.example("dse attach gateway.toml --broker amqp://guest:guest@localhost");
  command.on_run([arguments, &tables] { return attach(*arguments, tables); });
}

}  // namespace dse
