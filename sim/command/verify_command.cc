#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/counted.h"
#include "core/diagnostics.h"
#include "core/printable.h"
#include "dse/error.h"
#include "sim/command/command.h"
#include "sim/command/live_line.h"
#include "sim/command/progress_text.h"
#include "sim/command/run_options.h"
#include "sim/regression/fingerprint_table.h"
#include "sim/regression/side_by_side.h"
#include "sim/regression/verification.h"
#include "sim/regression/verification_files.h"
#include "sim/results/replaced_file.h"
#include "sim/results/shell.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/world/interrupt.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

struct VerifyArguments {
  std::vector<std::string> paths = {"scenarios"};
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  unsigned threads = 1;
  bool update = false;
  std::string progress;
  std::string color;
  bool quiet = false;
  bool json = false;
  std::string junit;
};

// A folder with scenarios, and its table of fingerprints.
struct KeptFolder {
  fs::path path;  // as the user named it
  FingerprintTable table;
  bool whole = false;                     // the whole folder is verified, not only some scenarios
  std::vector<std::string> changes = {};  // the table's, printed when it is written
};

struct Target {
  std::string path;
  std::string file;  // its name in the folder
  KeptFolder& folder;
};

// What the user named, in that order, each scenario once. Throws InputError when something named is not
// there, or a table is damaged.
class Selection {
 public:
  explicit Selection(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      std::error_code error;  // set for a name that no file can have
      if (!fs::exists(path, error)) {
        throw InputError({.file = path},
                         "there is no such file or folder: expected scenarios, or folders of them");
      }
      if (fs::is_directory(path))
        add_folder(path);
      else
        add(path, folder_of(fs::path(path).parent_path()));
    }
  }
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;

  const std::vector<Target>& targets() const { return targets_; }
  std::list<KeptFolder>& folders() { return folders_; }

 private:
  KeptFolder& folder_of(const fs::path& path) {
    const auto same = [&path](const KeptFolder& folder) {
      return fs::equivalent(folder.path.empty() ? "." : folder.path, path.empty() ? "." : path);
    };
    const auto found = std::find_if(folders_.begin(), folders_.end(), same);
    if (found != folders_.end()) return *found;
    return folders_.emplace_back(KeptFolder{path, FingerprintTable(path / FingerprintTable::kFileName)});
  }
  void add_folder(const fs::path& path) {
    KeptFolder& folder = folder_of(path);
    folder.whole = true;
    std::set<fs::path> scenarios;
    for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".toml" && !entry.is_directory()) scenarios.insert(entry.path());
    }
    if (scenarios.empty() && folder.table.rows().empty()) {
      throw InputError({.file = path.string()}, "holds no scenario: expected files that end in .toml");
    }
    for (const fs::path& scenario : scenarios) add(scenario, folder);
  }
  void add(const fs::path& path, KeptFolder& folder) {
    require_ordinary_file(path.string(), "fingerprints are kept beside a scenario's file");
    const std::string file = path.filename().string();
    if (!FingerprintTable::can_hold(file)) {
      throw InputError(
          {.file = path.string()},
          fmt::format("has a name that {} cannot hold: expected no comma, quotation mark or control "
                      "character in it",
                      FingerprintTable::kFileName));
    }
    if (seen_.emplace(&folder, file).second) targets_.push_back({path.string(), file, folder});
  }

  std::list<KeptFolder> folders_;  // a list: targets refer to them
  std::vector<Target> targets_;
  std::set<std::pair<const KeptFolder*, std::string>> seen_;
};

// Prints the verdict on each scenario, takes over updated rows, and determines the exit status.
class Report {
 public:
  explicit Report(const VerifyArguments& arguments)
      : arguments_(arguments), color_(wants_colour(STDOUT_FILENO, colour_choice(arguments.color))) {}

  // How many scenarios are not as they were, so far.
  std::uint64_t failed() const { return failed_; }

  void add(const Target& target, const Verification& one) {
    const std::string& path = target.path;
    const std::string table = target.folder.table.path().string();
    verified_.push_back({.path = path, .verification = one});
    switch (one.verdict) {
      case Verdict::kSame:
        if (!arguments_.quiet) line("ok", path);
        return;
      case Verdict::kNoRow:
        if (arguments_.update) return update("ADDED", target, one);
        fail(kExitFailed, "NO ROW", fmt::format("{}: expected one in {}", path, table));
        return detail(shell_line("verify", {path}, {"--update"}));
      case Verdict::kDiffers:
        if (arguments_.update) return update("UPDATED", target, one);
        fail(kExitFailed, "DIFFERS", fmt::format("{}: {}", path, one.summary));
        break;
      case Verdict::kNotDeterministic:
        fail(kExitFailed, "DIFFERS", fmt::format("{}: {}: it is not deterministic", path, one.summary));
        break;
      case Verdict::kFailed:
        fail(kExitFailed, "FAILED", with_path(path, one.summary));
        break;
      case Verdict::kWrongInput:
        fail(kExitWrongInput, "FAILED", with_path(path, one.summary));
        break;
      case Verdict::kNoFile:
      case Verdict::kInterrupted:
        status_ = kExitInterrupted;
        ++not_verified_;
        return;
    }
    for (const std::string& text : one.details) detail(text);
    if (arguments_.update) detail("its row is not updated");
  }

  // Reports rows whose scenarios no longer exist.
  void add_left_over(KeptFolder& folder) {
    std::vector<std::string> left;
    for (const auto& [file, row] : folder.table.rows()) {
      if (!fs::exists(folder.path / file)) left.push_back(file);
    }
    for (const std::string& file : left) {
      const std::string path = (folder.path / file).string();
      verified_.push_back({.path = path,
                           .verification = {.verdict = Verdict::kNoFile,
                                            .summary = "its row is left in " + folder.table.path().string()},
                           .updated = arguments_.update});
      if (arguments_.update) {
        folder.changes.push_back(verdict_line("DROPPED", path));
        folder.table.erase(file);
      } else {
        fail(kExitFailed, "NO FILE",
             fmt::format("{}: its row is left in {}", path, folder.table.path().string()));
        detail(shell_line("verify", {folder.path.empty() ? "." : folder.path.string()}, {"--update"}));
      }
    }
  }

  int status() const { return status_; }
  std::size_t not_verified() const { return not_verified_; }
  // What was found, in that order.
  const std::vector<Verified>& verified() const { return verified_; }

 private:
  // Adds the path, unless the summary already names it, as many do.
  static std::string with_path(const std::string& path, const std::string& summary) {
    if (summary.starts_with(path + ":")) return summary;
    return summary.empty() ? path : path + ": " + summary;
  }
  static std::string verdict_line(const std::string& verdict, const std::string& text) {
    return fmt::format("{:<8} {}\n", verdict, one_line(text));
  }
  void line(const std::string& verdict, const std::string& text) const {
    if (arguments_.json) return;
    std::string whole = verdict_line(verdict, text);
    if (color_) {
      const std::string_view code = verdict == "ok" ? "32" : "31";
      whole = fmt::format("\x1b[{}m{}\x1b[0m{}", code, verdict, whole.substr(verdict.size()));
    }
    fmt::print("{}", whole);
    std::fflush(stdout);
  }
  void detail(const std::string& text) const {
    if (!arguments_.json) fmt::print("  {}\n", text);
  }

  // Wrong input outranks a difference.
  void fail(int status, const std::string& verdict, const std::string& text) {
    status_ = std::max(status_, status);
    ++failed_;
    line(verdict, text);
  }
  void update(const std::string& verdict, const Target& target, const Verification& one) {
    target.folder.changes.push_back(verdict_line(verdict, with_path(target.path, one.summary)));
    target.folder.table.put(one.now);
    verified_.back().updated = true;
  }

  const VerifyArguments& arguments_;
  const bool color_;
  std::uint64_t failed_ = 0;
  int status_ = kExitOk;
  std::size_t not_verified_ = 0;
  std::vector<Verified> verified_;
};

Verification timed(const std::function<Verification()>& work) {
  const auto started = std::chrono::steady_clock::now();  // only for --junit
  Verification verification = work();
  verification.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return verification;
}

// Verifies `jobs` scenarios side by side, and reports them in their order.
void verify_all(const std::vector<Target>& targets, const VerifyArguments& arguments, const Tables& tables,
                Report& report) {
  const std::atomic<bool>& interrupted = watch_for_interrupt();
  const VerifyOptions options{
      .threads = arguments.threads, .tables = tables, .datasets = std::make_shared<DatasetCache>()};
  std::vector<std::packaged_task<Verification()>> tasks;
  std::vector<std::future<Verification>> verifications;
  for (const Target& target : targets) {
    // A copy: the table changes while others are still at work.
    const FingerprintRow* row = target.folder.table.find(target.file);
    const std::optional<FingerprintRow> kept = row == nullptr ? std::nullopt : std::optional(*row);
    tasks.emplace_back([&options, &interrupted, path = target.path, kept] {
      return timed([&] { return verify(path, kept ? &*kept : nullptr, options, interrupted); });
    });
    verifications.push_back(tasks.back().get_future());
  }
  const auto wanted = static_cast<unsigned>(std::min<std::size_t>(arguments.jobs, tasks.size()));
  const unsigned jobs = jobs_that_fit(wanted);
  std::atomic<std::size_t> next = 0;
  std::atomic<std::uint64_t> done = 0;
  std::atomic<std::uint64_t> failed = 0;
  LiveLine live(progress_choice(arguments.progress, arguments.quiet), [&](double seconds) {
    const WorkDone work{.done = done, .of = targets.size(), .failed = failed, .what = "scenario"};
    return work_line(work, seconds);
  });
  std::vector<std::jthread> workers;
  for (std::size_t started = 0; started < jobs; ++started) {
    workers.emplace_back([&tasks, &next, &done] {
      for (std::size_t index = next++; index < tasks.size(); index = next++) {
        tasks[index]();
        ++done;
      }
    });
  }
  for (std::size_t index = 0; index < targets.size(); ++index) {
    const Verification verification = verifications[index].get();
    live.above([&] { report.add(targets[index], verification); });
    failed = report.failed();
  }
}

int verify_command(const VerifyArguments& arguments, const Tables& tables) {
  std::optional<ReplacedFile> junit;  // first: a place that cannot be written is known before the work
  if (!arguments.junit.empty())
    junit.emplace(arguments.junit,
                  ReplacedFile::Kind{.start = kJunitStart, .what = "file of JUnit's that dse has written"});
  Selection selection(arguments.paths);
  Report report(arguments);
  verify_all(selection.targets(), arguments, tables, report);
  for (KeptFolder& folder : selection.folders()) {
    if (folder.whole && report.status() != kExitInterrupted) report.add_left_over(folder);
    if (folder.changes.empty()) continue;
    folder.table.write();
    for (const std::string& change : folder.changes) {
      if (!arguments.json) fmt::print("{}", change);
    }
  }
  if (junit) junit->write(junit_xml(report.verified()));
  if (arguments.json) fmt::print("{}", verification_json(report.verified()));
  if (report.not_verified() > 0)
    tell("interrupted: {} not verified\n", counted(report.not_verified(), "scenario was", "scenarios were"));
  return report.status();
}

}  // namespace

void add_verify_command(CommandParser& parser, const Tables& tables) {
  auto arguments = std::make_shared<VerifyArguments>();
  ProgramCommand command =
      parser.add_command("verify", "Replay scenarios and compare them with the fingerprints.csv beside them");
  command.add_arguments("scenarios", arguments->paths,
                        "scenario files, or folders of them (default: scenarios)");
  add_jobs_option(command, arguments->jobs, "scenarios side by side (default: one a core)");
  add_threads_option(command, arguments->threads, "threads that compute in each run (default: 1)");
  command.add_flag("--update", arguments->update,
                   "rewrite the rows that differ, add those that are missing, drop those left over");
  add_color_option(command, arguments->color);
  add_progress_option(command, arguments->progress);
  command.add_flag("--quiet", arguments->quiet, "print only what is not as it was");
  add_json_option(command, arguments->json);
  command.add_text("--junit", arguments->junit,
                   "write the verdicts to this file, as JUnit's XML; replaces it");
  command.example("dse verify scenarios/prefetch.toml scenarios/start.toml");
  command.on_run([arguments, &tables] { return verify_command(*arguments, tables); });
}

}  // namespace dse
