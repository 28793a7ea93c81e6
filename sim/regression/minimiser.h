// Reduces a scenario that fails to a smaller one that still fails in the same way: fewer components, bindings
// and expectations, fewer messages, an earlier end, simpler settings (delta debugging: Zeller and
// Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE 2002).
//
// What fails in one run and not in another must still do both: a smaller scenario counts only if the run that
// did not fail in this way still does not. Otherwise the smallest scenario would be an empty one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dse/tables.h"
#include "sim/scenario/scenario_parts.h"
#include "sim/scenario/scenario_text.h"
#include "sim/world/run_failure.h"
#include "sim/world/world.h"

namespace dse {

// What identifies a run among those of one scenario.
struct RunChoice {
  std::uint64_t seed = 1;
  std::uint64_t ordering = 0;
};

struct MinimiseRequest {
  std::string path;      // that of the scenario: data files are relative to its folder
  std::string scenario;  // its text in TOML, with its settings
  RunChoice failing;
  std::string way;                                 // the way in which it failed: RunFailure::way
  std::optional<RunChoice> passing;                // a run that did not fail in this way, if there is one
  std::vector<std::string> passing_settings = {};  // "KEY=VALUE" that this run had in addition
  bool passes_without_faults = false;              // this run had all faults off
  // How many orders of simultaneous events may be tried to make a smaller scenario fail.
  std::uint64_t orderings = 1;
  const Tables& tables;  // those with which the scenario was read
};

struct Minimised {
  std::string scenario;  // its text in TOML
  RunChoice failing;
  RunFailure failure;
  std::uint64_t messages = 0;  // messages published in that run
  std::uint64_t runs = 0;      // runs that it took
};

// The text of the smallest scenario for a file in the folder `move.to`, with paths to its data from there. It
// fails as it is, with its seed and ordering in it; a seed that is not a TOML integer is left out.
std::string minimised_file(const Minimised& minimised, const KindTable& kinds, const Move& move);

class Minimiser {
 public:
  // The most runs that one minimisation takes.
  static constexpr std::uint64_t kRunsMax = 20'000;
  // The most orders of simultaneous events that are tried to make one smaller scenario fail.
  static constexpr std::uint64_t kOrderingsMax = 200;

  explicit Minimiser(MinimiseRequest request);

  // Stops early, with what it has, when `interrupted` becomes true. `progress` is called before each run.
  // Returns nothing when the scenario does not fail in that way. Called once. Throws InputError when the
  // scenario is wrong.
  std::optional<Minimised> run(const std::atomic<bool>& interrupted,
                               const std::function<void(std::uint64_t runs)>& progress);

 private:
  bool out_of_runs() const { return interrupted_->load() || best_.runs >= kRunsMax; }
  JudgedRun judge_run(const Scenario& scenario, const RunChoice& choice);
  bool fails_so(const Scenario& scenario, const RunChoice& choice, JudgedRun& judged);
  std::optional<RunChoice> find_failing(const Scenario& scenario, JudgedRun& judged);
  bool is_larger(const Scenario& scenario, const RunResult& result) const;
  // Whether the run that did not fail in this way still does not.
  bool still_passes(const toml::table& candidate);
  // Takes the candidate if it still fails in the same way.
  bool accept(toml::table& candidate);
  bool accept_without(const TablePath& part);
  bool accept_with(const TablePath& part, const std::string& value);

  bool drop_parts();
  bool fewer_messages();
  bool fewer_messages_of(const std::string& component);
  bool bounded_by(const KeyInfo& key, std::int64_t fewer, std::int64_t count, const std::string& component);
  bool earlier_end();
  bool simpler_settings();

  MinimiseRequest request_;
  const std::atomic<bool>* interrupted_ = nullptr;
  std::function<void(std::uint64_t)> progress_;
  std::shared_ptr<DatasetCache> datasets_ = std::make_shared<DatasetCache>();
  bool search_orderings_ = false;
  Minimised best_;
  RunResult result_;
  std::map<std::string, std::uint64_t> written_;  // in the best run, by component
  std::size_t faults_least_ = 0;
};

}  // namespace dse
