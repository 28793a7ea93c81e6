// All components of a scenario as nodes, each a child process: starts them, watches them, ends them when
// there is nothing left to do, and gathers their results.
//
// There is nothing left to do when every node has ended or is idle and, from one round of questions to the
// next, none has sent or received anything (Mattern, "Algorithms for distributed termination detection",
// 1987: four counters); and when, before two such rounds, no queue held what will expire and go on as a dead
// letter. No node is restarted: one that is gone may be replaced by hand with `dse node
// SCENARIO COMPONENT`.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dse/run_result.h"
#include "sim/node/expiring_queues.h"
#include "sim/node/node_process.h"
#include "sim/node/owed.h"
#include "sim/results/run_folder.h"
#include "sim/scenario/scenario.h"
#include "sim/world/interrupt.h"

namespace dse {

struct NodeState {
  std::string component;
  pid_t pid = 0;
  NodeReport report;
  std::optional<int> exit_status;
};

class Nodes {
 public:
  static constexpr std::chrono::seconds kFinishMax{60};  // the time that nodes get to write their results

  struct Options {
    ConnectionOptions connection;
    std::vector<std::string> arguments;  // for every node: the broker, the settings and the pace
    std::optional<TimeNs> longest;       // real time
  };
  // `folder` is the run directory; while a node runs, it has a folder of its name in there.
  Nodes(const Scenario& scenario, Options options, const RunFolder& folder);

  using Show = std::function<void(const std::vector<NodeState>& nodes)>;
  // Runs until there is nothing left to do, the longest time is over, a node has made a refusal
  // that ends the run, or the first interrupt. Calls `show` from time to time.
  RunStatus run(const Interrupts& interrupts, const Show& show);
  // Tells every running node to write its results, and waits for that; kills those that have not ended after
  // kFinishMax, or two seconds after the second interrupt, and returns their components.
  std::vector<std::string> finish(RunStatus status, const Interrupts& interrupts);
  // After finish(): what the nodes counted, and answers scored against the truth. Components whose node
  // failed are in RunResult::failed.
  RunResult gather(RunStatus status);

  // A queue, how many of the messages that nodes wrote are owed to it, how many of these its options, or
  // their own expiration, may have taken away, and how many its readers received.
  struct Account {
    std::string queue;
    std::uint64_t owed = 0;
    std::uint64_t may_leave = 0;
    std::uint64_t received = 0;
  };
  // After gather(): the queues of which more is missing than may have left, except those with a reader that
  // left no count.
  const std::vector<Account>& shortfalls() const { return shortfalls_; }

 private:
  bool quiet();
  bool waits_for_a_failed_one(std::chrono::steady_clock::time_point now);
  bool nothing_expires();
  bool round_answered();
  std::vector<NodeState> states();
  void gather_one(const std::string& component, RunResult& result);
  void close_accounts(RunResult& result);
  bool any_refused_to_go_on();
  void score(RunResult& result) const;
  std::string folder_of(const std::string& component) const;

  const Scenario& scenario_;
  Options options_;
  std::string folder_;
  std::vector<NodeProcess> nodes_;
  std::uint64_t round_ = 0;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> counters_before_;  // sent and received
  bool idle_before_ = false;
  ExpiringQueues expiring_;
  int rounds_at_rest_ = 0;  // in which nothing was to expire
  // Since then nothing has moved, and no node says that what it wrote will expire.
  std::optional<std::chrono::steady_clock::time_point> still_since_;
  std::uint64_t moved_ = 0;  // messages sent and received, by all nodes
  std::chrono::steady_clock::time_point moved_at_ = std::chrono::steady_clock::now();
  std::set<std::string> looked_at_;                // failed components that were checked for a refusal
  std::map<std::string, Owed::Count> owed_;        // by queue
  std::map<std::string, std::uint64_t> received_;  // by component, without dead letters
  std::vector<Account> shortfalls_;
};

}  // namespace dse
