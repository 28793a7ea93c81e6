#include "sim/node/nodes.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/diagnostics.h"
#include "dse/error.h"
#include "sim/node/node.h"
#include "sim/node/scoring_file.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/topology.h"
#include "sim/world/harvest.h"
#include "sim/world/replica_metrics.h"
#include "sim/world/scorer.h"

namespace dse {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds kBetweenRounds{100};
constexpr std::chrono::seconds kPatienceWithFailure{60};
constexpr milliseconds kBetweenShows{500};
constexpr milliseconds kSecondInterruptMax{2'000};  // for results that nodes are still writing

struct AnswerRow {
  TimeNs time_ns = 0;
  std::string component;
  std::string message;
  std::int64_t label = 0;
  std::vector<double> probabilities;
};

// What the node in that folder left behind; null if nothing.
nlohmann::json node_json(const std::string& folder) {
  const std::string path = folder + "/" + kNodeFile;
  std::ifstream file(path);
  if (!file) return nullptr;
  nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
  if (json.is_discarded()) throw RunError(fmt::format("'{}' is damaged: run the nodes again", path));
  return json;
}

}  // namespace

Nodes::Nodes(const Scenario& scenario, Options options, const RunFolder& folder)
    : scenario_(scenario),
      options_(std::move(options)),
      folder_(folder.path_of("")),
      expiring_(scenario, options_.connection) {
  for (const ComponentConfig& component : scenario.components) {
    if (is_gateway_end(component)) continue;
    std::vector<std::string> arguments = {"node", "--out", folder_of(component.name)};
    arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
    // A name may look like an option.
    arguments.insert(arguments.end(), {"--", scenario.path, component.name});
    nodes_.emplace_back(component.name, arguments);
  }
}

std::string Nodes::folder_of(const std::string& component) const {
  return (std::filesystem::path(folder_) / component).string();
}

std::vector<NodeState> Nodes::states() {
  std::vector<NodeState> states;
  for (NodeProcess& node : nodes_) {
    states.push_back({node.component(), node.pid(), node.report(), node.exit_status()});
  }
  return states;
}

// A node that ends in this way has the exit status of a failed run; its results say why.
bool Nodes::any_refused_to_go_on() {
  return std::any_of(nodes_.begin(), nodes_.end(), [this](NodeProcess& node) {
    if (node.exit_status().value_or(0) == 0 || !looked_at_.insert(node.component()).second) return false;
    const nlohmann::json json = node_json(folder_of(node.component()));
    return json.is_object() && json.value("status", "") == "refused";
  });
}

RunStatus Nodes::run(const Interrupts& interrupts, const Show& show) {
  const auto started = SteadyClock::now();
  auto shown = started - kBetweenShows;
  auto asked = started - kBetweenRounds;
  while (!interrupts.first) {
    std::vector<pollfd> lines;
    // The line of a node that is gone would remain readable for ever.
    for (NodeProcess& node : nodes_)
      lines.push_back({node.exit_status() || node.gone() ? -1 : node.descriptor(), POLLIN, 0});
    poll(lines.data(), lines.size(), static_cast<int>(kBetweenRounds.count()));
    for (NodeProcess& node : nodes_) node.listen();
    const auto now = SteadyClock::now();
    if (now - shown >= kBetweenShows) {
      shown = now;
      show(states());
    }
    if (any_refused_to_go_on()) return RunStatus::kRefused;
    if (waits_for_a_failed_one(now)) {
      tell(
          "warning: nothing has moved for {} s since a node failed: what others write may wait for it for "
          "ever\n",
          kPatienceWithFailure.count());
      return RunStatus::kCompleted;
    }
    if (options_.longest && now - started >= std::chrono::nanoseconds(*options_.longest))
      return RunStatus::kCompleted;
    if (!round_answered() || now - asked < kBetweenRounds) continue;
    if (round_ > 0 && quiet()) return RunStatus::kCompleted;
    asked = now;
    ++round_;
    for (NodeProcess& node : nodes_) {
      if (!node.exit_status()) node.ask(round_);
    }
  }
  return RunStatus::kInterrupted;
}

// A publisher does not rest while a full queue, which nobody reads any more, refuses its messages.
bool Nodes::waits_for_a_failed_one(SteadyClock::time_point now) {
  std::uint64_t moved = 0;
  bool any_failed = false;
  for (NodeProcess& node : nodes_) {
    any_failed = any_failed || node.exit_status().value_or(0) != 0;
    moved += node.report().sent + node.report().received;
  }
  if (!any_failed || moved != moved_) moved_at_ = now;
  moved_ = moved;
  return now - moved_at_ >= kPatienceWithFailure;
}

bool Nodes::round_answered() {
  return std::all_of(nodes_.begin(), nodes_.end(), [this](NodeProcess& node) {
    return node.exit_status().has_value() || node.report().round >= round_;
  });
}

bool Nodes::quiet() {
  bool idle = true;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> counters;
  for (NodeProcess& node : nodes_) {
    const NodeReport& report = node.report();
    if (!node.exit_status() && report.activity == NodeActivity::kBusy) idle = false;
    counters[node.component()] = {report.sent, report.received};
  }
  const bool same = idle && idle_before_ && counters == counters_before_;
  idle_before_ = idle;
  counters_before_ = std::move(counters);
  if (same) return nothing_expires();
  rounds_at_rest_ = 0;
  still_since_.reset();
  return false;
}

// A message that has left its queue may not have come to the next one when that is asked, or to its reader;
// so once is not enough.
bool Nodes::nothing_expires() {
  constexpr int kRoundsAtRest = 3;
  constexpr std::chrono::seconds kLateMax{5};
  if (expiring_.empty()) return true;
  const bool some_expire = std::any_of(nodes_.begin(), nodes_.end(),
                                       [](const NodeProcess& node) { return node.report().expiring; });
  const auto now = SteadyClock::now();
  if (some_expire || !still_since_) still_since_ = now;
  // What is there for longer does not expire, because the queue is not what the scenario says.
  if (now - *still_since_ > std::chrono::nanoseconds(expiring_.longest_ns()) + kLateMax) return true;
  rounds_at_rest_ = expiring_.hold_some(some_expire) ? 0 : rounds_at_rest_ + 1;
  return rounds_at_rest_ >= kRoundsAtRest;
}

std::vector<std::string> Nodes::finish(RunStatus status, const Interrupts& interrupts) {
  for (NodeProcess& node : nodes_) {
    if (node.exit_status()) continue;
    if (status == RunStatus::kInterrupted) {
      node.interrupt();
    } else {
      node.finish();
    }
  }
  const auto longest = SteadyClock::now() + kFinishMax;
  const auto all_ended = [this] {
    return std::all_of(nodes_.begin(), nodes_.end(),
                       [](NodeProcess& node) { return node.exit_status().has_value(); });
  };
  std::optional<SteadyClock::time_point> given_up;  // after the second interrupt
  const auto is_over = [&] {
    if (interrupts.second && !given_up) given_up = SteadyClock::now() + kSecondInterruptMax;
    return SteadyClock::now() >= std::min(longest, given_up.value_or(longest));
  };
  while (!all_ended() && !is_over()) {
    // A line becomes readable when it ends.
    std::vector<pollfd> lines;
    for (NodeProcess& node : nodes_) {
      node.listen();
      if (!node.exit_status()) lines.push_back({node.descriptor(), POLLIN, 0});
    }
    poll(lines.data(), lines.size(), 10);
  }
  std::vector<std::string> killed;
  for (NodeProcess& node : nodes_) {
    if (node.exit_status()) continue;
    node.end_at_once();
    killed.push_back(node.component());
  }
  return killed;
}

RunResult Nodes::gather(RunStatus status) {
  RunResult result;
  result.status = status;
  for (NodeProcess& node : nodes_) {
    const int exit_status = node.exit_status().value_or(-1);
    if (exit_status != 0 && !(status == RunStatus::kInterrupted && exit_status == 130))
      result.failed.emplace(node.component(), exit_status);
    gather_one(node.component(), result);
  }
  close_accounts(result);
  score(result);
  std::sort(result.curves.begin(), result.curves.end(), [](const CurveRow& a, const CurveRow& b) {
    return std::tie(a.time_ns, a.component, a.metric) < std::tie(b.time_ns, b.component, b.metric);
  });
  return result;
}

void Nodes::gather_one(const std::string& component, RunResult& result) {
  const nlohmann::json json = node_json(folder_of(component));
  if (json.is_null()) return;  // it was killed
  for (const auto& [metric, value] : json.at("metrics").items()) {
    if (!value.is_number()) continue;  // it has no value
    result.metrics[component + "." + metric] = value.get<double>();
  }
  for (const auto& point : json.at("curve")) {
    result.curves.push_back(
        {point.at(0).get<TimeNs>(), component, point.at(1).get<std::string>(), point.at(2).get<double>()});
    result.virtual_time_ns = std::max(result.virtual_time_ns, result.curves.back().time_ns);
  }
  std::vector<ConfusionCell> confusion;
  for (const auto& cell : json.at("confusion"))
    confusion.push_back({cell.at(0).get<int>(), cell.at(1).get<int>(), cell.at(2).get<double>(),
                         static_cast<FigureView>(cell.at(3).get<int>())});
  add_confusion(component, confusion, result.confusion);
  std::vector<ClassCell> classes;
  for (const auto& cell : json.at("classes")) {
    classes.push_back({.view = static_cast<FigureView>(cell.at(0).get<int>()),
                       .label = cell.at(1).get<int>(),
                       .truths = cell.at(2).get<double>(),
                       .predictions = cell.at(3).get<double>(),
                       .hits = cell.at(4).get<double>()});
  }
  add_classes(component, classes, result.classes);
  result.deliveries += json.at("broker").at("received").get<std::uint64_t>();
  result.unroutable += json.at("broker").at("unroutable").get<std::uint64_t>();
  received_[component] = json.at("broker").at("received").get<std::uint64_t>() -
                         json.at("broker").at("dead_letters").get<std::uint64_t>();
  for (const auto& [queue, count] : json.at("owed").items()) {
    owed_[queue].owed += count.at("messages").get<std::uint64_t>();
    owed_[queue].may_leave += count.at("may_leave").get<std::uint64_t>();
  }
}

void Nodes::close_accounts(RunResult& result) {
  for (const auto& [queue, owed] : owed_) {
    Account account{.queue = queue, .owed = owed.owed, .may_leave = owed.may_leave};
    bool is_known = true;
    for (const ComponentConfig* reader : readers_of(scenario_, queue)) {
      const auto received = received_.find(reader->name);
      is_known = is_known && received != received_.end();
      if (is_known) account.received += received->second;
    }
    if (!is_known) continue;
    const std::uint64_t missing = account.owed > account.received ? account.owed - account.received : 0;
    result.metrics[queue + ".not_received"] = static_cast<double>(missing);
    if (missing > account.may_leave) shortfalls_.push_back(std::move(account));
  }
}

// Only the sources know the true labels until the run is over.
void Nodes::score(RunResult& result) const {
  Scorer scorer(scenario_);
  std::vector<AnswerRow> answers;
  for (const ComponentConfig& component : scenario_.components) {
    read_scoring_file(folder_of(component.name) + "/" + kScoringFile,
                      {.on_truth = [&](const std::string& id,
                                       std::int64_t label) { scorer.add_truth(id, static_cast<int>(label)); },
                       .on_answer =
                           [&](TimeNs time_ns, const NotedAnswer& answer) {
                             answers.push_back({.time_ns = time_ns,
                                                .component = component.name,
                                                .message = answer.message_id,
                                                .label = answer.label,
                                                .probabilities = answer.probabilities});
                           }});
  }
  std::stable_sort(answers.begin(), answers.end(),
                   [](const AnswerRow& a, const AnswerRow& b) { return a.time_ns < b.time_ns; });
  for (const AnswerRow& answer : answers) {
    scorer.score(answer.time_ns, {.component = answer.component,
                                  .message_id = answer.message,
                                  .label = answer.label,
                                  .probabilities = answer.probabilities});
    result.virtual_time_ns = std::max(result.virtual_time_ns, answer.time_ns);
  }
  add_sums_of_replicas(scenario_, result.metrics);
  add_metrics(scorer, result.metrics);
  add_curves(scorer, result.curves);
  add_confusion(scorer, result.confusion);
  add_classes(scorer, result.classes);
}

}  // namespace dse
