#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "core/counted.h"
#include "core/diagnostics.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/command/driven_run.h"
#include "sim/command/live_line.h"
#include "sim/command/paced_run.h"
#include "sim/command/run_options.h"
#include "sim/command/run_progress.h"
#include "sim/command/standard_streams.h"
#include "sim/record/event_record.h"
#include "sim/record/run_difference.h"
#include "sim/regression/captured_run.h"
#include "sim/regression/repeat.h"
#include "sim/report/report.h"
#include "sim/results/results.h"
#include "sim/results/run_folder.h"
#include "sim/results/temporary_folder.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology_warnings.h"
#include "sim/world/expectations.h"
#include "sim/world/interrupt.h"
#include "sim/world/world.h"

namespace dse {
namespace {

struct ReplayArguments {
  std::string scenario;
  std::string out;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> settings;
  std::optional<std::uint64_t> ordering;
  bool record = false;
  bool twice = false;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  std::string until;
  std::string capture;
  bool save_models = false;
  bool by_component = false;
  std::string protocol_log;
  std::string color;
  std::string progress;
  bool all = false;
  bool report = false;
  double pace = 0;
  std::string live;
  bool quiet = false;
  bool json = false;
};

void set_until(const std::string& text, Scenario& scenario) {
  if (text.empty()) return;
  scenario.until_ns = parse_duration(text);
  if (!scenario.until_ns && text != "drained") {
    throw InputError({.file = "--until"},
                     fmt::format("'{}' is neither \"drained\" nor a duration such as 30s", text));
  }
}

// What is to be replayed, once the scenario and its capture have been read.
struct Replay {
  Scenario scenario;
  std::optional<CapturedInput> captured;

  const CapturedInput* captured_input() const { return captured ? &*captured : nullptr; }
};

// Seed, ordering and end come from the command line, or else from the capture, or else from the scenario.
Replay prepare(const ReplayArguments& arguments, const Tables& tables) {
  Replay replay{.scenario = read_scenario(arguments.scenario, tables, arguments.settings)};
  Scenario& scenario = replay.scenario;
  const std::optional<TimeNs> own_until_ns = scenario.until_ns;
  if (!arguments.capture.empty()) scenario.until_ns.reset();
  set_until(arguments.until, scenario);
  if (!arguments.capture.empty()) {
    replay.captured = open_capture(arguments.capture, scenario, scenario.until_ns);
    const CaptureHeader& header = replay.captured->survey.header;
    if (header.of_no_run()) {
      if (arguments.until.empty()) scenario.until_ns = own_until_ns;
    } else {
      scenario.until_ns = replay.captured->end_ns;
      scenario.seed = header.seed;
      scenario.ordering = header.ordering;
    }
  }
  if (arguments.seed) scenario.seed = *arguments.seed;
  if (arguments.ordering) scenario.ordering = *arguments.ordering;
  return replay;
}

// Nothing of the run itself is kept; the only question is whether it is the same both times.
int replay_twice(const Replay& replay, const ReplayArguments& arguments) {
  const Scenario& scenario = replay.scenario;
  const WorldOptions options{.seed = scenario.seed,
                             .threads = arguments.threads,
                             .ordering = scenario.ordering,
                             .datasets = std::make_shared<DatasetCache>()};
  const TemporaryFolder folder;
  const RecordedRun first =
      record_run(scenario, options, folder.file("first.sqlite"), replay.captured_input());
  if (first.result.status == RunStatus::kInterrupted) return kExitInterrupted;
  const RecordedRun second =
      record_run(scenario, options, folder.file("second.sqlite"), replay.captured_input());
  if (second.result.status == RunStatus::kInterrupted) return kExitInterrupted;
  const EventRecord record_a(first.record);
  const EventRecord record_b(second.record);
  const std::optional<RunDifference> difference = find_difference(record_a, record_b);
  if (!difference) {
    if (!arguments.quiet) fmt::print("the same twice: {}\n", counted(first.result.events, "event"));
    return kExitOk;
  }
  fmt::print("{}", describe(*difference, record_a, record_b, "the first time", "the second time"));
  return kExitFailed;
}

std::string fingerprint_rows(const std::map<std::string, Fingerprints>& components) {
  std::string rows = "component,events,payload,draws,predictions,models\n";
  for (const auto& [name, prints] : components) {
    rows += fmt::format("{},{},{},{},{},{}\n", name, prints.events, prints.payload, prints.draws,
                        prints.predictions, prints.models);
  }
  return rows;
}

// Runs it, and shows meanwhile how far it is in `live`, which is gone afterwards.
RunResult run_with_line(World& world, const Replay& replay, const std::atomic<bool>& interrupted,
                        std::optional<LiveLine>& live, const ReplayArguments& arguments) {
  RunProgress progress;
  const auto gone = [](std::optional<LiveLine>* line) { line->reset(); };
  const std::unique_ptr<std::optional<LiveLine>, decltype(gone)> guard(&live, gone);
  live.emplace(progress_choice(arguments.progress, arguments.quiet),
               [&progress](double seconds) { return progress.line(seconds); });
  RunResult result =
      run_world(world, replay.scenario, replay.captured_input(), interrupted, progress.sink(world));
  progress.look(world);
  return result;
}

void write_report_of(const std::filesystem::path& folder, bool quiet) {
  const std::filesystem::path file = report_file_of(folder);
  write_report(file, report_page({folder}));
  if (!quiet) fmt::print("report in {}\n", file.string());
}

int replay_command(const ReplayArguments& arguments, const Tables& tables) {
  const auto started = std::chrono::steady_clock::now();  // only for timing.json
  const Replay replay = prepare(arguments, tables);
  const Scenario& scenario = replay.scenario;
  // Clients, whom a capture stands for, may write and read what no component does.
  const bool has_clients = replay.captured && replay.captured->survey.clients > 0;
  if (!has_clients) {
    for (const std::string& warning : topology_warnings(scenario)) tell("warning: {}\n", warning);
  }
  if (!replay.captured) {
    for (const std::string& warning : import_warnings(scenario)) tell("warning: {}\n", warning);
  }

  if (arguments.twice) return replay_twice(replay, arguments);

  const std::atomic<bool>& interrupted = watch_for_interrupt();
  DrivenRun run(started, {.out = arguments.out,
                          .default_folder = fmt::format("runs/{}-s{}", scenario.name, scenario.seed),
                          .record = arguments.record,
                          .quiet = arguments.quiet,
                          .json = arguments.json,
                          .style = {.color = wants_colour(STDOUT_FILENO, colour_choice(arguments.color)),
                                    .all = arguments.all},
                          .threads = arguments.threads,
                          .settings = arguments.settings,
                          .protocol_log = arguments.protocol_log,
                          .keep_states = arguments.save_models});
  std::optional<LiveLine> live;
  WorldOptions options = run.world_options(scenario);
  options.warn = [&live, warn = options.warn](const std::string& warning) {
    if (!live) return warn(warning);
    live->above([&] { warn(warning); });
  };
  options.fingerprint_components = arguments.by_component;
  PacedRun paced(scenario, {.pace = arguments.pace, .live = arguments.live});
  options.gate = paced.gate(interrupted);
  World world(scenario, options, run.open_lines());
  for (const std::string& note : world.data_notes()) tell("warning: {}\n", note);
  paced.watch(world);
  const RunResult result = run_with_line(world, replay, interrupted, live, arguments);

  paced.end(result);
  DrivenRun::Ending ending{.data = world.data(), .data_notes = world.data_notes()};
  if (replay.captured) {
    ending.capture = CaptureNote{std::filesystem::absolute(replay.captured->path).lexically_normal(),
                                 replay.captured->survey.checksum};
  }
  if (arguments.save_models) {
    world.save_models([&run](const std::string& file_name, std::string_view content) {
      run.folder().write(file_name, content);
    });
  }
  if (arguments.by_component)
    run.folder().write(kFingerprintsFile, fingerprint_rows(result.fingerprints_by_component));
  const int status = run.end(scenario, result, ending);
  if (arguments.report) write_report_of(run.folder().target(), arguments.quiet || arguments.json);
  return status;
}

}  // namespace

void add_replay_command(CommandParser& parser, const Tables& tables) {
  auto arguments = std::make_shared<ReplayArguments>();
  ProgramCommand command =
      parser.add_command("replay", "Run a scenario on the virtual clock and write its run directory");
  command.add_argument("scenario", arguments->scenario, "the scenario's TOML file");
  command.add_text("--out", arguments->out, "the run directory (default: runs/SCENARIO-sSEED)");
  add_seed_option(command, arguments->seed);
  command.add_whole("--ordering", arguments->ordering,
                    "of simultaneous events, in place of the scenario's; 0: as they were scheduled",
                    {.what = "an ordering"});
  add_setting_option(command, arguments->settings);
  add_threads_option(command, arguments->threads, "threads that compute; they change no result");
  command.add_text("--until", arguments->until, "end at this virtual time, such as 30s, or \"drained\"");
  command.add_text("--capture", arguments->capture,
                   "repeat an attached run from this file of its run directory, with its seed and ordering");
  command.add_flag("--record", arguments->record,
                   "write every event to events.sqlite and every prediction to predictions.csv");
  add_protocol_log_option(command, arguments->protocol_log);
  command
      .add_flag("--twice", arguments->twice,
                "replay twice and show the first event that differs; leaves no run directory")
      .excludes("--out")
      .excludes("--record")
      .excludes("--protocol-log");
  command
      .add_flag("--save-models", arguments->save_models,
                "write what each model has learned into the run directory, as COMPONENT.learner")
      .excludes("--twice");
  command
      .add_flag("--by-component", arguments->by_component,
                "write the fingerprints of each component by itself to fingerprints.csv")
      .excludes("--twice");
  command
      .add_flag("--report", arguments->report,
                "write the page of `dse report`, too, beside the run directory: its name with .html")
      .excludes("--twice");
  add_pace_option(command, arguments->pace).excludes("--twice");
  add_live_option(command, arguments->live).excludes("--twice");
  add_all_option(command, arguments->all);
  add_color_option(command, arguments->color);
  add_progress_option(command, arguments->progress);
  command.add_flag("--quiet", arguments->quiet, "print nothing but warnings and errors");
  add_json_option(command, arguments->json).excludes("--twice").excludes("--quiet");
  command.example("dse replay scenarios/sample-four-models.toml --seed 7");
  command.on_run([arguments, &tables] { return replay_command(*arguments, tables); });
}

}  // namespace dse
