#include "sim/regression/minimiser.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "dse/error.h"
#include "sim/scenario/scenario_parts.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/scenario_text.h"
#include "sim/scenario/settings.h"

namespace dse {
namespace {

// The scenario, after parts that no longer make sense have been removed; empty when nothing sensible is left.
// The place in the reader's error tells which part to remove.
std::optional<Scenario> pruned(toml::table& root, const std::string& path, const Tables& tables) {
  constexpr int kPartsMax = 64;
  for (int i = 0; i < kPartsMax; ++i) {
    try {
      return parse_scenario(scenario_text(root), path, tables);
    } catch (const InputError& error) {
      if (!remove_part(root, part_of_key(root, error.place().key))) return std::nullopt;
    }
  }
  return std::nullopt;
}

// Whether it is a key of an expectation that must not hold. The keys of such an expectation belong together:
// with fewer bounds it holds more easily, down to a scenario that does nothing.
bool is_of_unwanted(toml::table& root, const TablePath& path) {
  if (path.front() != "expect" || path.size() < 3) return false;
  toml::node* expectations = root.get("expect");
  const toml::node* one = expectations == nullptr ? nullptr : child_of(*expectations, path[1]);
  return one != nullptr && one->is_table() && (*one->as_table())["fails"].value_or(false);
}

// The messages that each component has written itself, if it counts them.
std::map<std::string, std::uint64_t> written_in(const Scenario& scenario, const RunResult& result) {
  std::map<std::string, std::uint64_t> written;
  for (const ComponentConfig& component : scenario.components) {
    for (const MetricInfo& metric : component.component->metrics()) {
      const auto found = result.metrics.find(component.name + "." + metric.name);
      if (!metric.written || found == result.metrics.end()) continue;
      written[component.name] += static_cast<std::uint64_t>(found->second);
    }
  }
  return written;
}

std::uint64_t sum(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t all = 0;
  for (const auto& [component, count] : counts) all += count;
  return all;
}

void turn_faults_off(toml::table& scenario) {
  toml::array* faults = scenario.get_as<toml::array>("fault");
  if (faults == nullptr) return;
  for (toml::node& fault : *faults) {
    if (toml::table* table = fault.as_table()) table->insert_or_assign("on", false);
  }
}

}  // namespace

std::string minimised_file(const Minimised& minimised, const KindTable& kinds, const Move& move) {
  toml::table root = toml::parse(minimised.scenario);
  root.insert_or_assign("ordering", static_cast<std::int64_t>(minimised.failing.ordering));
  if (minimised.failing.ordering == 0) root.erase("ordering");
  if (minimised.failing.seed <= INT64_MAX)
    root.insert_or_assign("seed", static_cast<std::int64_t>(minimised.failing.seed));
  move_data_paths(root, kinds, move);
  return scenario_text(root);
}

Minimiser::Minimiser(MinimiseRequest request) : request_(std::move(request)) {}

std::optional<Minimised> Minimiser::run(const std::atomic<bool>& interrupted,
                                        const std::function<void(std::uint64_t)>& progress) {
  interrupted_ = &interrupted;
  progress_ = progress;
  best_.failing = request_.failing;
  const Scenario whole = parse_scenario(request_.scenario, request_.path, request_.tables);
  // A fault that is not planted goes unnoticed in any scenario.
  if (is_unnoticed_fault(request_.way)) faults_least_ = whole.faults.size();
  toml::table first = toml::parse(request_.scenario);
  if (!accept(first)) return std::nullopt;
  // First with the order of events as it is, which is quick; then with any order that fails.
  for (const bool search : {false, true}) {
    search_orderings_ = search;
    if (search && request_.orderings <= 1) break;
    bool smaller = true;
    while (smaller && !out_of_runs()) {
      smaller = false;
      for (const auto step : {&Minimiser::drop_parts, &Minimiser::fewer_messages, &Minimiser::earlier_end,
                              &Minimiser::simpler_settings}) {
        if ((this->*step)()) smaller = true;
      }
    }
  }
  best_.messages = sum(written_);
  return std::move(best_);
}

JudgedRun Minimiser::judge_run(const Scenario& scenario, const RunChoice& choice) {
  ++best_.runs;
  progress_(best_.runs);
  return judge(scenario, {.seed = choice.seed, .ordering = choice.ordering, .datasets = datasets_},
               *interrupted_);
}

bool Minimiser::fails_so(const Scenario& scenario, const RunChoice& choice, JudgedRun& judged) {
  judged = judge_run(scenario, choice);
  return judged.failure && judged.failure->way == request_.way;
}

std::optional<RunChoice> Minimiser::find_failing(const Scenario& scenario, JudgedRun& judged) {
  if (fails_so(scenario, best_.failing, judged)) return best_.failing;
  if (!search_orderings_) return std::nullopt;
  const std::uint64_t orderings = std::min(request_.orderings, kOrderingsMax);
  for (std::uint64_t ordering = 0; ordering < orderings && !out_of_runs(); ++ordering) {
    const RunChoice choice{best_.failing.seed, ordering};
    if (fails_so(scenario, choice, judged)) return choice;
  }
  return std::nullopt;
}

// Simpler settings that produce more messages are no simplification.
bool Minimiser::is_larger(const Scenario& scenario, const RunResult& result) const {
  if (best_.scenario.empty()) return false;
  return sum(written_in(scenario, result)) > sum(written_) ||
         result.virtual_time_ns > result_.virtual_time_ns;
}

bool Minimiser::still_passes(const toml::table& candidate) {
  if (!request_.passing) return true;
  toml::table passing = toml::parse(scenario_text(candidate));
  apply_settings(passing, request_.passing_settings);
  if (request_.passes_without_faults) turn_faults_off(passing);
  JudgedRun judged;
  return !fails_so(parse_scenario(scenario_text(passing), request_.path, request_.tables), *request_.passing,
                   judged);
}

bool Minimiser::accept(toml::table& candidate) {
  if (out_of_runs()) return false;
  const std::optional<Scenario> scenario = pruned(candidate, request_.path, request_.tables);
  if (!scenario || scenario->faults.size() < faults_least_) return false;
  try {
    JudgedRun judged;
    if (!still_passes(candidate)) return false;
    const std::optional<RunChoice> failing = find_failing(*scenario, judged);
    if (!failing || judged.result.status == RunStatus::kInterrupted) return false;
    if (is_larger(*scenario, judged.result)) return false;
    best_.scenario = scenario_text(candidate);
    best_.failing = *failing;
    best_.failure = *judged.failure;
    result_ = std::move(judged.result);
    written_ = written_in(*scenario, result_);
    return true;
  } catch (const InputError&) {
    return false;  // it no longer fits its data
  }
}

bool Minimiser::accept_without(const TablePath& part) {
  toml::table candidate = toml::parse(best_.scenario);
  return !is_of_unwanted(candidate, part) && remove_part(candidate, part) && accept(candidate);
}

bool Minimiser::accept_with(const TablePath& part, const std::string& value) {
  toml::table candidate = toml::parse(best_.scenario);
  toml::node* at = &candidate;
  for (std::size_t i = 0; i + 1 < part.size() && at != nullptr; ++i) at = child_of(*at, part[i]);
  if (at == nullptr || !at->is_table()) return false;
  toml::table parsed = toml::parse("value = " + value);
  parsed.get("value")->visit([&](auto& typed) { at->as_table()->insert_or_assign(part.back(), typed); });
  return accept(candidate);
}

bool Minimiser::drop_parts() {
  bool any = false;
  // This goes from the end, so that the numbers of the remaining parts do not change; faults and drifts come
  // first: with fewer of them all that follows is easier to understand.
  std::vector<TablePath> parts = parts_of(toml::parse(best_.scenario));
  std::reverse(parts.begin(), parts.end());
  std::stable_partition(parts.begin(), parts.end(), [](const TablePath& part) {
    return part.front() == "fault" || part.front() == "drift";
  });
  for (const TablePath& part : parts) {
    if (out_of_runs()) break;
    if (accept_without(part)) any = true;
  }
  return any;
}

bool Minimiser::fewer_messages() {
  bool any = false;
  const toml::table root = toml::parse(best_.scenario);
  const toml::table* components = root.get_as<toml::table>("component");
  std::vector<std::string> names;
  if (components == nullptr) return false;  // only the gateway is left
  for (const auto& [name, value] : *components) names.emplace_back(name.str());
  for (const std::string& name : names) {
    while (!out_of_runs() && fewer_messages_of(name)) any = true;
  }
  return any;
}

// One step: tries some smaller numbers or shorter slices, and takes the first that still fails.
bool Minimiser::fewer_messages_of(const std::string& component) {
  auto written = written_.find(component);
  if (written == written_.end()) written = written_.find(component + "-1");  // it has replicas
  const toml::table root = toml::parse(best_.scenario);
  const toml::table* table = root["component"][component].as_table();
  if (written == written_.end() || table == nullptr) return false;
  const auto count = static_cast<std::int64_t>(written->second);
  const Kind* kind = request_.tables.kinds.find((*table)["kind"].value_or(std::string()));
  if (kind == nullptr) return false;
  for (const std::int64_t fewer :
       {std::int64_t{1}, count / 8, count / 4, count / 2, count - count / 4, count - count / 8, count - 1}) {
    if (fewer < 1 || fewer >= count) continue;
    for (const KeyInfo& key : kind->keys) {
      if (bounded_by(key, fewer, count, component)) return true;
    }
  }
  return false;
}

// Whether the scenario still fails when that key limits the component, which writes `count` messages now, to
// `fewer`.
bool Minimiser::bounded_by(const KeyInfo& key, std::int64_t fewer, std::int64_t count,
                           const std::string& component) {
  if (key.bound == KeyBound::kNone) return false;
  TablePath path = {"component", component};
  const std::size_t dot = key.name.find('.');
  if (dot != std::string::npos) path.push_back(key.name.substr(0, dot));
  path.push_back(dot == std::string::npos ? key.name : key.name.substr(dot + 1));
  if (key.bound == KeyBound::kCount) return accept_with(path, fmt::format("{}", fewer));
  std::int64_t first = 0;
  std::int64_t last = count;
  const toml::table root = toml::parse(best_.scenario);
  if (const toml::array* slice = root.at_path(fmt::format("component.{}.{}", component, key.name)).as_array();
      slice != nullptr && slice->size() == 2) {
    first = slice->get(0)->value_or(std::int64_t{0});
    last = slice->get(1)->value_or(count);
  }
  const auto accept_from = [&](std::int64_t begin) {
    return accept_with(path, fmt::format("[{}, {}]", begin, begin + fewer));
  };
  return accept_from(first) || accept_from(last - fewer);
}

bool Minimiser::earlier_end() {
  bool any = false;
  for (TimeNs end_ns = result_.virtual_time_ns / 2; end_ns > 0 && !out_of_runs(); end_ns /= 2) {
    if (!accept_with({"until"}, fmt::format("\"{}\"", format_duration(end_ns)))) break;
    any = true;
  }
  return any;
}

bool Minimiser::simpler_settings() {
  bool any = false;
  const std::vector<TablePath> keys = keys_of(toml::parse(best_.scenario));
  for (auto key = keys.rbegin(); key != keys.rend() && !out_of_runs(); ++key) {
    if (accept_without(*key)) any = true;
  }
  return any;
}

}  // namespace dse
