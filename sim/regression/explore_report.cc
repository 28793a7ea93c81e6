#include "sim/regression/explore_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/csv.h"
#include "core/version.h"
#include "sim/results/numbers.h"
#include "sim/results/shell.h"

namespace dse {
namespace {

// At most this many failures are printed; all are in failures.csv.
constexpr std::size_t kFailuresPrinted = 10;

std::string replay_line(const Explorer& explorer, const Trial& trial) {
  std::vector<std::string> words = {"--seed", fmt::format("{}", trial.seed)};
  if (trial.ordering != explorer.scenario(trial.point).ordering)
    words.insert(words.end(), {"--ordering", fmt::format("{}", trial.ordering)});
  for (const std::string& setting : explorer.plan().settings) words.insert(words.end(), {"--set", setting});
  for (const std::string& setting : explorer.settings_of(trial))
    words.insert(words.end(), {"--set", setting});
  return shell_line("replay", {explorer.plan().scenario}, words);
}

}  // namespace

std::string failures_text(const Explorer& explorer, const Exploration& exploration) {
  std::string text;
  const std::size_t count = exploration.failures.size();
  for (std::size_t i = 0; i < std::min(count, kFailuresPrinted); ++i) {
    const FailedTrial& failed = exploration.failures[i];
    text += fmt::format("FAILED {}\n  {}\n", failed.failure.text, replay_line(explorer, failed.trial));
  }
  if (count > kFailuresPrinted) {
    text += fmt::format("and {} more: each with its line in failures.csv\n", count - kFailuresPrinted);
  }
  return text;
}

std::string failures_csv(const Explorer& explorer, const Exploration& exploration) {
  std::string text = "failure,replay\n";
  for (const FailedTrial& failed : exploration.failures) {
    text += fmt::format("{},{}\n", csv_field(failed.failure.text),
                        csv_field(replay_line(explorer, failed.trial)));
  }
  return text;
}

std::string runs_csv(const Explorer& explorer, const Exploration& exploration) {
  std::string text = "seed,ordering";
  for (const Parameter& parameter : explorer.plan().parameters) text += "," + csv_field(parameter.key);
  if (explorer.plan().some_faults) text += ",faults_off";
  for (const std::string& metric : exploration.metrics) text += "," + csv_field(metric);
  text += "\n";
  for (std::size_t i = 0; i < exploration.trials.size(); ++i) {
    const Trial& trial = exploration.trials[i];
    text += fmt::format("{},{}", trial.seed, trial.ordering);
    for (const std::string& value : explorer.values_of(trial.point)) text += "," + csv_field(value);
    if (explorer.plan().some_faults) text += fmt::format(",{}", fmt::join(explorer.off_in(trial), " "));
    for (const double value : exploration.values[i])
      text += std::isnan(value) ? "," : fmt::format(",{}", value);
    text += "\n";
  }
  return text;
}

std::string summary_json(const Explorer& explorer, const Exploration& exploration,
                         const ExploreEnding& ending) {
  const ExplorePlan& plan = explorer.plan();
  nlohmann::ordered_json json;
  json["scenario"] = plan.scenario;
  json["settings"] = plan.settings;
  json["seeds"] = {plan.first_seed, plan.last_seed};
  json["orderings"] = plan.orderings;
  json["vary"] = nlohmann::ordered_json::object();
  for (const Parameter& parameter : plan.parameters) json["vary"][parameter.key] = parameter.values;
  if (plan.some_faults) json["faults"] = "some";
  json["version"] = version();
  json["status"] = ending.status;
  json["runs"] = exploration.trials.size();
  json["failed"] = exploration.failures.size();
  json["files"] = ending.files;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

namespace {

nlohmann::ordered_json spread_json(const Explorer& explorer, const Spread& spread) {
  nlohmann::ordered_json json;
  const std::vector<std::string> values = explorer.values_of(spread.point);
  for (std::size_t number = 0; number < values.size(); ++number)
    json["vary"][explorer.plan().parameters[number].key] = values[number];
  json["metric"] = spread.metric;
  json["runs"] = spread.runs;
  json["min"] = json_number<nlohmann::ordered_json>(spread.min);
  json["lower_quartile"] = json_number<nlohmann::ordered_json>(spread.lower_quartile);
  json["median"] = json_number<nlohmann::ordered_json>(spread.median);
  json["upper_quartile"] = json_number<nlohmann::ordered_json>(spread.upper_quartile);
  json["max"] = json_number<nlohmann::ordered_json>(spread.max);
  json["depends_on_ordering"] = spread.depends_on_ordering;
  return json;
}

}  // namespace

std::string exploration_json(const Explorer& explorer, const Exploration& exploration,
                             const ExploreEnding& ending, const std::vector<Spread>& spreads,
                             const std::string& directory, const std::string& minimised) {
  using Json = nlohmann::ordered_json;
  Json json = {{"directory", directory}};
  json.update(Json::parse(summary_json(explorer, exploration, ending)));
  json["spreads"] = Json::array();
  for (const Spread& spread : spreads) json["spreads"].push_back(spread_json(explorer, spread));
  json["failures"] = Json::array();
  for (const FailedTrial& failed : exploration.failures)
    json["failures"].push_back(
        {{"failure", failed.failure.text}, {"replay", replay_line(explorer, failed.trial)}});
  json["minimised"] =
      minimised.empty() ? Json(nullptr) : Json(minimised.substr(0, minimised.find_last_not_of('\n') + 1));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace dse
