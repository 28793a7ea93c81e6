// A node: one component of a scenario on a real broker, in its own process.
//
// Before its program starts it asserts all that its messages can come to, and what leads into the queue that
// it reads (broker_part.h): whatever the order in which nodes start, no message is written before the queues
// that should receive it exist. It deletes none of these: a node that takes its place continues from the
// queues.
//
// Virtual time is real time since the epoch, `pace` times as fast; services take as long as they really take.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "amqp/amqp_link.h"
#include "sim/node/owed.h"
#include "sim/node/supervisor.h"
#include "sim/results/run_folder.h"
#include "sim/scenario/scenario.h"
#include "sim/world/component_maker.h"
#include "sim/world/component_stays.h"
#include "sim/world/interrupt.h"
#include "sim/world/latency_histogram.h"
#include "sim/world/refusals.h"

namespace dse {

struct NodeOptions {
  BrokerAddress broker;
  std::uint64_t seed = 1;
  std::chrono::system_clock::time_point epoch;
  double pace = 1;
  const std::atomic<bool>* interrupted = nullptr;  // as in ConnectionOptions
  OpenLines open_protocol_log = {};                // as in WorldOptions
};

class Node {
 public:
  // Loads data, connects and asserts. All must outlive the node. Throws InputError or BrokerError.
  Node(const Scenario& scenario, const ComponentConfig& component, const NodeOptions& options,
       RunFolder& folder);
  ~Node();

  enum class End { kProgram, kFinished, kInterrupted, kRefused };
  // Runs until the program ends or is stopped at its time, the supervisor (if there is one) asks it to
  // finish, the component refuses a message and must therefore end, or the first interrupt, which may come
  // from the supervisor.
  End run(const Interrupts& interrupts, Supervisor* supervisor);
  // After run(): writes what the component counted to node.json. Waits until the broker has
  // everything that is on its way: ten seconds at most; after an interrupt only as long as there is
  // progress, and not beyond the second interrupt.
  void write_results(End end, const Interrupts& interrupts);
  const std::map<std::string, RefusalCount>& refused() const { return refusals_.counts(); }
  // The program's exit status; 0 unless it ended with another.
  int exit_status() const { return machine_->status().value_or(0); }
  NodeReport report() const;

 private:
  void note_publication(const PublishRequest& request);
  void note_arrival(const Message& message, TimeNs time_ns);
  void note_refusal(const MessageFields& message, const std::string& reason);
  void note_scoring(const std::string& line);
  void turn();
  void stop_if_due();
  void settle(End end, const Interrupts& interrupts);
  void finish_app();
  void answer(Supervisor& supervisor);
  void tell_problem(Supervisor& supervisor);

  const Scenario& scenario_;
  const ComponentConfig& component_;
  RunFolder& folder_;
  RandomStreams random_;
  DatasetCache datasets_;
  // The probabilities of the answer with this id, which is written next.
  std::string told_of_;
  std::vector<double> told_;
  LineSink scoring_;  // for sources, models and ensembles; opened by the first line
  Owed owed_;
  std::uint64_t dead_letters_ = 0;                        // received
  std::chrono::steady_clock::time_point expiring_until_;  // what it wrote with an expiration is then gone
  Refusals refusals_;
  bool refused_to_go_on_ = false;
  LatencyHistogram latencies_;
  ComponentStays stays_;
  ComponentMaker maker_;
  std::unique_ptr<App> app_;
  std::unique_ptr<AmqpLink> link_;
  std::unique_ptr<Link> noting_link_;  // wraps the link
  std::unique_ptr<Machine> machine_;
  // What a killed node has acknowledged is lost to the broker, so its lines wait in memory for a second at
  // most.
  std::chrono::steady_clock::time_point flush_due_;
  bool started_ = false;
  bool stopped_ = false;                // at the time that the scenario gives
  bool settled_ = false;                // the program has ended, and the broker has everything
  std::optional<std::uint64_t> asked_;  // the supervisor's round that is not answered yet
  std::string problem_told_;            // the last problem reported to the supervisor
};

// Whether the component is an export or an import, which join a run in one process to a real
// broker.
bool is_gateway_end(const ComponentConfig& component);
// Throws InputError for what would not be on a broker, with several processes, what the scenario says.
void check_for_nodes(const Scenario& scenario);

// The component of this name, which must not be an end of a gateway. Throws InputError, which names
// the possible ones.
const ComponentConfig& find_component(const Scenario& scenario, const std::string& name);

}  // namespace dse
