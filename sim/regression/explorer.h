// Runs one scenario many times: over seeds, over values of its settings, and over orders of simultaneous
// events.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dse/tables.h"
#include "sim/scenario/scenario.h"
#include "sim/world/run_failure.h"
#include "sim/world/world.h"

namespace dse {

// A key of the scenario and the values that it takes, written as for --set.
struct Parameter {
  std::string key;
  std::vector<std::string> values;
};

struct ExplorePlan {
  std::string scenario;               // path
  std::vector<std::string> settings;  // used in all runs
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1;  // included
  // How many orders of simultaneous events: the first is as scheduled, the others are permutations.
  std::uint64_t orderings = 1;
  std::vector<Parameter> parameters;
  bool some_faults = false;  // each seed has some of the scenario's faults: see swarm.h
  unsigned jobs = 1;         // parallel runs; the number changes no result
};

// One run of an exploration.
struct Trial {
  std::size_t point = 0;  // index into the grid of parameters
  std::uint64_t seed = 0;
  std::uint64_t ordering = 0;
};

struct FailedTrial {
  Trial trial;
  RunFailure failure;
};

// The results. Trials are in order: by point, then seed, then ordering.
struct Exploration {
  std::vector<Trial> trials;                // those that ran to their end
  std::vector<std::string> metrics;         // names, in order
  std::vector<std::vector<double>> values;  // for each trial, by metric; NaN where it has no value
  std::vector<FailedTrial> failures;
};

class Explorer {
 public:
  // The most trials of one exploration.
  static constexpr std::uint64_t kTrialsMax = 1'000'000;
  // The most points of the grid: each is a separate scenario.
  static constexpr std::uint64_t kPointsMax = 10'000;

  // Reads the scenario for each point of the grid. Throws InputError when the scenario is wrong with some
  // values, when there would be too many trials, or when there are no faults of which a seed could have some.
  Explorer(ExplorePlan plan, const Tables& tables);

  const ExplorePlan& plan() const { return plan_; }
  std::uint64_t trial_count() const;
  std::size_t points() const { return scenarios_.size(); }
  const Scenario& scenario(std::size_t point) const { return scenarios_[point]; }
  // The value of each parameter at a point of the grid, and the same as "KEY=VALUE".
  std::vector<std::string> values_of(std::size_t point) const;
  std::vector<std::string> settings_of(std::size_t point) const;
  // All settings of a trial besides those of the plan: its point's, and those that switch faults off.
  std::vector<std::string> settings_of(const Trial& trial) const;
  // The faults that are off in it, by their numbers.
  std::vector<std::size_t> off_in(const Trial& trial) const;

  struct Progress {
    std::uint64_t done = 0;
    std::uint64_t failed = 0;
  };
  // Runs every trial, `plan.jobs` at a time; stops when `interrupted` becomes true. `progress` is called
  // after each trial, by one thread at a time. Throws InputError as World does.
  Exploration run(const std::atomic<bool>& interrupted, const std::function<void(const Progress&)>& progress);

 private:
  struct Outcome;

  Trial trial(std::uint64_t number) const;
  Exploration collect(std::vector<Outcome> outcomes) const;
  Outcome run_one(const Trial& trial, const std::atomic<bool>& interrupted) const;

  ExplorePlan plan_;
  const Tables& tables_;
  std::vector<Scenario> scenarios_;  // by point
  std::shared_ptr<DatasetCache> datasets_ = std::make_shared<DatasetCache>();
};

}  // namespace dse
