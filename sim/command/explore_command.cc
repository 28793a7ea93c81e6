#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/counted.h"
#include "core/diagnostics.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/command/explore_options.h"
#include "sim/command/live_line.h"
#include "sim/command/progress_text.h"
#include "sim/command/run_options.h"
#include "sim/regression/explore_report.h"
#include "sim/regression/explorer.h"
#include "sim/regression/minimiser.h"
#include "sim/regression/spread.h"
#include "sim/results/run_folder.h"
#include "sim/results/shell.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/scenario_text.h"
#include "sim/scenario/topology_warnings.h"
#include "sim/world/interrupt.h"

namespace dse {
namespace {

struct ExploreArguments {
  std::string scenario;
  std::string seeds;
  std::uint64_t orderings = 1;
  std::vector<std::string> vary;
  std::vector<std::string> settings;
  std::string out;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool some_faults = false;
  bool minimise = false;
  std::string progress;
  bool quiet = false;
  bool json = false;
};

// Makes errors about a value name --vary, although it is applied as --set would apply it.
template <typename Result>
Result blaming_vary(const ExplorePlan& plan, const std::function<Result()>& explore) {
  try {
    return explore();
  } catch (const InputError& error) {
    std::vector<InputError> blamed;
    for (const InputError& one : errors_in(error)) {
      InputPlace place = one.place();
      for (const Parameter& parameter : plan.parameters) {
        if (place.file == "--set " + parameter.key) place.file = "--vary " + parameter.key;
      }
      blamed.emplace_back(place, one.text());
    }
    throw_if_any(std::move(blamed));
    throw;
  }
}

// A run that did not fail in this way: preferably one with the same settings, then one with the same seed;
// one with the same faults on.
std::optional<Trial> find_passing(const Explorer& explorer, const Exploration& exploration,
                                  const FailedTrial& failed) {
  const std::vector<std::size_t> off = explorer.off_in(failed.trial);
  const auto same = [](const Trial& a, const Trial& b) {
    return a.point == b.point && a.seed == b.seed && a.ordering == b.ordering;
  };
  const auto likeness = [&failed](const Trial& trial) {
    return (trial.point == failed.trial.point ? 2 : 0) + (trial.seed == failed.trial.seed ? 1 : 0);
  };
  std::optional<Trial> passing;
  auto failure = exploration.failures.begin();  // in the order of the trials, which `trials` has too
  for (const Trial& trial : exploration.trials) {
    while (failure != exploration.failures.end() && failure->failure.way != failed.failure.way) ++failure;
    if (failure != exploration.failures.end() && same(failure->trial, trial)) {
      ++failure;
      continue;
    }
    if (explorer.off_in(trial) != off) continue;
    if (!passing || likeness(trial) > likeness(*passing)) passing = trial;
  }
  return passing;
}

// What to print once the folder is in place.
struct MinimisedText {
  std::string outcome;
  bool has_file = false;
  std::vector<std::string> options = {};  // options for a replay of the file

  std::string text(const RunFolder& folder) const {
    if (!has_file) return outcome;
    const std::string file = (folder.target() / kMinimisedFile).string();
    return fmt::format("{}  {}\n", outcome, shell_line("replay", {file}, options));
  }
};

// Makes a run of the failing seed without any fault the one that must not fail so, if it does not.
void compare_with_no_fault(MinimiseRequest& request, const std::vector<std::string>& settings,
                           const std::atomic<bool>& interrupted) {
  Scenario scenario = read_scenario(request.path, request.tables, settings);
  if (scenario.faults.empty()) return;
  for (Fault& fault : scenario.faults) fault.on = false;
  const JudgedRun judged =
      judge(scenario, {.seed = request.failing.seed, .ordering = request.failing.ordering}, interrupted);
  if (judged.failure && judged.failure->way == request.way) return;
  request.passing = request.failing;
  request.passes_without_faults = true;
}

// Reduces the first failure, and writes it into the folder.
MinimisedText minimise(const Explorer& explorer, const Exploration& exploration, const Tables& tables,
                       const std::atomic<bool>& interrupted, RunFolder& folder, ProgressChoice progress) {
  const FailedTrial& first = exploration.failures.front();
  std::vector<std::string> settings = explorer.plan().settings;
  for (const std::string& setting : explorer.settings_of(first.trial)) settings.push_back(setting);
  const std::string& path = explorer.plan().scenario;
  MinimiseRequest request{.path = path,
                          .scenario = scenario_text_with(path, settings),
                          .failing = {first.trial.seed, first.trial.ordering},
                          .way = first.failure.way,
                          .orderings = explorer.plan().orderings,
                          .tables = tables};
  if (const std::optional<Trial> passing = find_passing(explorer, exploration, first)) {
    request.passing = RunChoice{passing->seed, passing->ordering};
    if (passing->point != first.trial.point) request.passing_settings = explorer.settings_of(passing->point);
  } else {
    compare_with_no_fault(request, settings, interrupted);
  }
  Minimiser minimiser(std::move(request));
  std::optional<Minimised> smallest;
  {
    std::atomic<std::uint64_t> done = 0;
    const LiveLine live(progress, [&done](double) { return "minimising: " + counted(done, "run"); });
    smallest = minimiser.run(interrupted, [&done](std::uint64_t runs) { done = runs; });
  }
  if (!smallest && interrupted.load()) return {"interrupted before the first failure came again\n"};
  if (!smallest)
    return {"the first failure did not come again: it is not deterministic; see dse replay --twice\n"};

  std::vector<std::string> options;
  if (smallest->failing.seed > INT64_MAX)  // not a TOML integer, so it is not in the file
    options = {"--seed", fmt::format("{}", smallest->failing.seed)};
  const std::string text = minimised_file(
      *smallest, tables.kinds, {.from = std::filesystem::path(path).parent_path(), .to = folder.target()});
  folder.write(kMinimisedFile,
               fmt::format("# The smallest scenario found that fails as {} did:\n# {}\n{}",
                           std::filesystem::path(path).filename().string(), smallest->failure.text, text));
  return {fmt::format("minimised to {} in {}: {}\n", counted(smallest->messages, "message"),
                      counted(smallest->runs, "run"), smallest->failure.text),
          true, options};
}

// If minimising fails, no results are lost: the text to print says why.
MinimisedText minimise_if_possible(const Explorer& explorer, const Exploration& exploration,
                                   const Tables& tables, const std::atomic<bool>& interrupted,
                                   RunFolder& folder, ProgressChoice progress) {
  const auto why_not = [](const char* reason) -> MinimisedText {
    return {fmt::format("the first failure is not minimised: {}\n", reason)};
  };
  try {
    return minimise(explorer, exploration, tables, interrupted, folder, progress);
  } catch (const InputError& error) {
    return why_not(error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return why_not(error.what());
  }
}

Exploration run_with_line(Explorer& explorer, const std::atomic<bool>& interrupted, ProgressChoice progress) {
  std::atomic<std::uint64_t> done = 0;
  std::atomic<std::uint64_t> failed = 0;
  const LiveLine live(progress, [&](double seconds) {
    return work_line({.done = done, .of = explorer.trial_count(), .failed = failed}, seconds);
  });
  return explorer.run(interrupted, [&](const Explorer::Progress& now) {
    done = now.done;
    failed = now.failed;
  });
}

int explore(const ExploreArguments& arguments, const Tables& tables) {
  ExplorePlan plan{.scenario = arguments.scenario,
                   .settings = arguments.settings,
                   .orderings = arguments.orderings,
                   .some_faults = arguments.some_faults,
                   .jobs = arguments.jobs};
  if (arguments.minimise || !arguments.vary.empty())
    require_ordinary_file(plan.scenario, "--minimise and --vary read it again");
  read_seeds(arguments.seeds, plan);
  plan.parameters = read_parameters(arguments.vary);
  Explorer explorer = blaming_vary<Explorer>(plan, [&] { return Explorer(plan, tables); });
  for (const std::string& warning : import_warnings(explorer.scenario(0))) tell("warning: {}\n", warning);

  const std::atomic<bool>& interrupted = watch_for_interrupt();
  const std::string name = std::filesystem::path(plan.scenario).stem().string();
  RunFolder folder = RunFolder::at(arguments.out, "runs/" + name + "-explored", kSummaryFile);
  const ProgressChoice progress = progress_choice(arguments.progress, arguments.quiet);
  const Exploration exploration =
      blaming_vary<Exploration>(plan, [&] { return run_with_line(explorer, interrupted, progress); });

  const std::vector<Spread> table = spreads(exploration);
  folder.write("spread.csv", spread_csv(explorer, table));
  folder.write("runs.csv", runs_csv(explorer, exploration));
  folder.write("failures.csv", failures_csv(explorer, exploration));
  MinimisedText minimised;
  if (arguments.minimise && !exploration.failures.empty())
    minimised = minimise_if_possible(explorer, exploration, tables, interrupted, folder, progress);
  const ExploreEnding ending{.status = interrupted.load() ? "interrupted" : "completed",
                             .files = folder.file_names()};
  folder.write(kSummaryFile, summary_json(explorer, exploration, ending));
  folder.commit();
  const std::string failures = failures_text(explorer, exploration) + minimised.text(folder);
  if (arguments.json) {
    fmt::print("{}", exploration_json(explorer, exploration, ending, table, folder.target().string(),
                                      minimised.text(folder)));
  } else if (!arguments.quiet) {
    fmt::print("{}{}{}, {} failed; results in {}\n", spread_table(explorer, table), failures,
               counted(exploration.trials.size(), "run"), exploration.failures.size(),
               folder.target().string());
  } else {
    tell("{}", failures);
  }
  if (interrupted.load()) return kExitInterrupted;
  return exploration.failures.empty() ? kExitOk : kExitFailed;
}

}  // namespace

void add_explore_command(CommandParser& parser, const Tables& tables) {
  auto arguments = std::make_shared<ExploreArguments>();
  ProgramCommand command = parser.add_command(
      "explore",
      "Run a scenario over seeds, settings and orders of simultaneous events, and show what depends on them");
  command.add_argument("scenario", arguments->scenario, "the scenario's TOML file");
  command.add_text("--seeds", arguments->seeds, "FIRST..LAST, both included").required();
  command.add_whole("--orderings", arguments->orderings,
                    "orders of simultaneous events: as they were scheduled, and permutations of it",
                    {.least = 1, .most = Explorer::kTrialsMax, .what = "a number of orderings"});
  command.add_texts("--vary", arguments->vary, "KEY=VALUE,VALUE,...: try each; may be repeated");
  command.add_flag("--faults", arguments->some_faults,
                   "for each seed, draw which of the scenario's faults are on (swarm testing)");
  add_setting_option(command, arguments->settings);
  add_jobs_option(command, arguments->jobs, "runs side by side; they change no result");
  command.add_text("--out", arguments->out, "where the results go (default: runs/SCENARIO-explored)");
  command.add_flag("--minimise", arguments->minimise,
                   "reduce the first failure to the smallest scenario that still fails so: minimised.toml");
  add_progress_option(command, arguments->progress);
  command.add_flag("--quiet", arguments->quiet, "print nothing but failures and errors");
  add_json_option(command, arguments->json).excludes("--quiet");
  command.example("dse explore scenarios/few-digits.toml --seeds 1..20 --vary bus.latency=0s,1ms");
  command.on_run([arguments, &tables] { return explore(*arguments, tables); });
}

}  // namespace dse
