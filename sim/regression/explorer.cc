#include "sim/regression/explorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <thread>
#include <utility>

#include "dse/error.h"
#include "sim/regression/side_by_side.h"
#include "sim/regression/swarm.h"
#include "sim/scenario/scenario_reader.h"

namespace dse {

struct Explorer::Outcome {
  bool done = false;
  std::map<std::string, double> metrics;
  std::optional<RunFailure> failure;
};

namespace {

std::uint64_t checked_product(std::uint64_t a, std::uint64_t b) {
  return a != 0 && b > std::numeric_limits<std::uint64_t>::max() / a
             ? std::numeric_limits<std::uint64_t>::max()
             : a * b;
}

std::uint64_t point_count(const ExplorePlan& plan) {
  std::uint64_t points = 1;
  for (const Parameter& parameter : plan.parameters)
    points = checked_product(points, parameter.values.size());
  return points;
}

}  // namespace

Explorer::Explorer(ExplorePlan plan, const Tables& tables) : plan_(std::move(plan)), tables_(tables) {
  if (trial_count() > kTrialsMax) {
    throw InputError(
        {.file = "dse explore"},
        fmt::format("these are more than {} runs: ask for fewer seeds, orderings or values", kTrialsMax));
  }
  const std::uint64_t points = point_count(plan_);
  if (points > kPointsMax) {
    throw InputError(
        {.file = "--vary"},
        fmt::format("these are {} combinations of values, more than {}: give fewer", points, kPointsMax));
  }
  for (std::size_t point = 0; point < points; ++point) {
    std::vector<std::string> settings = plan_.settings;
    for (const std::string& setting : settings_of(point)) settings.push_back(setting);
    scenarios_.push_back(read_scenario(plan_.scenario, tables_, settings));
  }
  if (plan_.some_faults && scenarios_.front().faults.empty())
    throw InputError({.file = "--faults"}, "the scenario has no [[fault]] to switch on and off");
}

std::uint64_t Explorer::trial_count() const {
  const std::uint64_t seeds = plan_.last_seed - plan_.first_seed;
  if (seeds >= kTrialsMax) return kTrialsMax + 1;
  return checked_product(checked_product(point_count(plan_), seeds + 1), plan_.orderings);
}

std::vector<std::string> Explorer::values_of(std::size_t point) const {
  std::vector<std::string> values(plan_.parameters.size());
  for (std::size_t i = plan_.parameters.size(); i-- > 0;) {
    const std::vector<std::string>& choices = plan_.parameters[i].values;
    values[i] = choices[point % choices.size()];
    point /= choices.size();
  }
  return values;
}

std::vector<std::string> Explorer::settings_of(std::size_t point) const {
  std::vector<std::string> settings = values_of(point);
  for (std::size_t i = 0; i < settings.size(); ++i) settings[i].insert(0, plan_.parameters[i].key + "=");
  return settings;
}

std::vector<std::size_t> Explorer::off_in(const Trial& trial) const {
  if (!plan_.some_faults) return {};
  return faults_off(scenarios_[trial.point], trial.seed);
}

std::vector<std::string> Explorer::settings_of(const Trial& trial) const {
  std::vector<std::string> settings = settings_of(trial.point);
  for (std::string& setting : settings_of_faults_off(off_in(trial))) settings.push_back(std::move(setting));
  return settings;
}

Trial Explorer::trial(std::uint64_t number) const {
  const std::uint64_t seeds = plan_.last_seed - plan_.first_seed + 1;
  const std::uint64_t group = number / plan_.orderings;
  return {.point = static_cast<std::size_t>(group / seeds),
          .seed = plan_.first_seed + group % seeds,
          .ordering = number % plan_.orderings};
}

Explorer::Outcome Explorer::run_one(const Trial& trial, const std::atomic<bool>& interrupted) const {
  const std::vector<std::size_t> off = off_in(trial);
  const Scenario& whole = scenarios_[trial.point];
  const WorldOptions options{.seed = trial.seed, .ordering = trial.ordering, .datasets = datasets_};
  JudgedRun judged = off.empty() ? judge(whole, options, interrupted)
                                 : judge(with_faults_off(whole, off), options, interrupted);
  return {.done = judged.result.status != RunStatus::kInterrupted,
          .metrics = std::move(judged.result.metrics),
          .failure = std::move(judged.failure)};
}

Exploration Explorer::run(const std::atomic<bool>& interrupted,
                          const std::function<void(const Progress&)>& progress) {
  const std::uint64_t count = trial_count();
  std::vector<Outcome> outcomes(count);
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> stopping{false};
  std::mutex mutex;  // guards what follows
  Progress so_far;
  std::exception_ptr error;

  const auto work = [&] {
    try {
      for (;;) {
        const std::uint64_t number = next.fetch_add(1);
        if (number >= count || interrupted.load() || stopping.load()) return;
        Outcome outcome = run_one(trial(number), interrupted);
        const std::scoped_lock lock(mutex);
        if (outcome.done) ++so_far.done;
        if (outcome.failure) ++so_far.failed;
        outcomes[number] = std::move(outcome);
        progress(so_far);
      }
    } catch (...) {
      const std::scoped_lock lock(mutex);
      if (!error) error = std::current_exception();
      stopping = true;
    }
  };
  const unsigned jobs = jobs_that_fit(static_cast<unsigned>(std::min<std::uint64_t>(plan_.jobs, count)));
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < jobs; ++i) workers.emplace_back(work);
    work();
  }
  if (error) std::rethrow_exception(error);

  return collect(std::move(outcomes));
}

Exploration Explorer::collect(std::vector<Outcome> outcomes) const {
  Exploration exploration;
  std::map<std::string, std::size_t> columns;
  for (const Outcome& outcome : outcomes) {
    for (const auto& [name, value] : outcome.metrics) columns.emplace(name, 0);
  }
  for (auto& [name, column] : columns) {
    column = exploration.metrics.size();
    exploration.metrics.push_back(name);
  }
  for (std::uint64_t number = 0; number < outcomes.size(); ++number) {
    Outcome& outcome = outcomes[number];
    if (!outcome.done) continue;
    std::vector<double> values(columns.size(), std::numeric_limits<double>::quiet_NaN());
    for (const auto& [name, value] : outcome.metrics) values[columns.at(name)] = value;
    if (outcome.failure) exploration.failures.push_back({trial(number), std::move(*outcome.failure)});
    exploration.trials.push_back(trial(number));
    exploration.values.push_back(std::move(values));
    outcome = Outcome();
  }
  return exploration;
}

}  // namespace dse
