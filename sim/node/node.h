// A node: one component of a scenario on a real broker, in a process of its own.
//
// Before its program starts it asserts the exchange that the component writes to and every binding out of it,
// and the queue that it reads and every binding into it: whatever the order in which nodes start, no message
// is written before the queues that are to have it are there. It deletes none of it: the queues are what a
// node that takes its place goes on from.
//
// Virtual time is real time since the epoch, `pace` times as fast; services take the time that they take.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "amqp/amqp_link.h"
#include "sim/node/overseer.h"
#include "sim/results/run_folder.h"
#include "sim/scenario/scenario.h"
#include "sim/world/component_factory.h"
#include "sim/world/latency_histogram.h"

namespace dse {

struct NodeOptions {
  BrokerAddress broker;
  std::uint64_t seed = 1;
  std::chrono::system_clock::time_point epoch;
  double pace = 1;
};

class Node {
 public:
  // Loads data, connects and asserts. All must outlive the node. Throws InputError, BrokerError.
  Node(const Scenario& scenario, const ComponentConfig& component, const NodeOptions& options,
       RunFolder& folder);
  ~Node();

  enum class End { kProgram, kFinished, kInterrupted };
  // Runs until the program ends, the overseer (if there is one) says that it is enough, or `interrupted`.
  End run(const std::atomic<bool>& interrupted, Overseer* overseer);
  // After run(): what the component counted, to node.json.
  void write_results(End end);
  // Of the program, 0 unless it ended with another.
  int exit_status() const { return machine_->status().value_or(0); }
  NodeReport report() const;

 private:
  void note_publication(const Message& message);
  void turn();
  void answer(Overseer& overseer);
  void tell_problem(Overseer& overseer);

  const Scenario& scenario_;
  const ComponentConfig& component_;
  RunFolder& folder_;
  RandomStreams random_;
  DatasetCache datasets_;
  LineSink answers_;  // of models and ensembles: what is scored
  LineSink truths_;   // of sources
  LatencyHistogram latencies_;
  std::unique_ptr<App> app_;
  std::unique_ptr<AmqpLink> link_;
  std::unique_ptr<Link> noting_link_;  // around it
  std::unique_ptr<Machine> machine_;
  bool started_ = false;
  bool settled_ = false;                // the program has ended, and the broker has everything
  std::optional<std::uint64_t> asked_;  // the overseer's round that is not answered yet
  std::string problem_told_;            // to the overseer, last
};

// Whether it is an export or an import, which join a run in one process to a broker.
bool is_gateway_end(const ComponentConfig& component);

// The component of this name, which is not one of these. Throws InputError, naming those that there are.
const ComponentConfig& find_component(const Scenario& scenario, const std::string& name);

// What a component needs on a broker; see above.
SetUp topology_of(const Scenario& scenario, const ComponentConfig& component);

}  // namespace dse
