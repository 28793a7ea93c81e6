#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <exception>
#include <memory>
#include <optional>

#include "core/diagnostics.h"
#include "dse/error.h"
#include "sim/command/broker_options.h"
#include "sim/command/command.h"
#include "sim/command/run_options.h"
#include "sim/node/left_out.h"
#include "sim/node/node.h"
#include "sim/results/protocol_logs.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/world/interrupt.h"

namespace dse {
namespace {

struct NodeArguments {
  BrokerArguments broker;
  std::string scenario;
  std::string component;
  std::string out;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> settings;
  double pace = 1;
  std::string protocol_log;
  bool as_own_user = false;
  bool quiet = false;
  std::optional<std::int64_t> epoch_ns;  // that of the process that started this one
  std::optional<int> supervisor;
};

int run_node(const NodeArguments& arguments, const Tables& tables) {
  const Scenario scenario = read_scenario(arguments.scenario, tables, arguments.settings);
  const ComponentConfig& component = find_component(scenario, arguments.component);
  if (!arguments.supervisor) {  // `dse nodes` has said it of all
    for (const std::string& sentence : left_out_by_nodes(scenario, &component, arguments.pace))
      tell("warning: {}\n", sentence);
  }
  const std::uint64_t seed = arguments.seed.value_or(scenario.seed);
  NodeOptions options{.broker = broker_address(arguments.broker), .seed = seed, .pace = arguments.pace};
  if (arguments.as_own_user && !component.user.empty()) options.broker.user = component.user;
  options.epoch = arguments.epoch_ns
                      ? std::chrono::system_clock::time_point(std::chrono::nanoseconds(*arguments.epoch_ns))
                      : std::chrono::system_clock::now();
  const Interrupts interrupts = watch_for_two_interrupts();
  options.interrupted = &interrupts.first;
  options.open_protocol_log = open_protocol_logs(arguments.protocol_log);
  RunFolder folder =
      RunFolder::at(arguments.out, fmt::format("runs/{}-{}-node", scenario.name, component.name), kNodeFile);
  std::optional<Supervisor> supervisor;
  if (arguments.supervisor) supervisor.emplace(*arguments.supervisor);

  Node node(scenario, component, options, folder);
  if (!arguments.quiet) tell("{} is a node on broker {}\n", component.name, options.broker.describe());
  Node::End end = Node::End::kInterrupted;
  std::exception_ptr failure;
  try {
    end = node.run(interrupts, supervisor ? &*supervisor : nullptr);
  } catch (const BrokerError&) {
    failure = std::current_exception();  // what it has counted is kept nevertheless
  } catch (const Interrupted&) {
    // Treated as if it had come between two steps.
  }
  node.write_results(end, interrupts);
  folder.commit();
  if (failure != nullptr) std::rethrow_exception(failure);
  if (!arguments.quiet) {
    const NodeReport report = node.report();
    fmt::print("{}: sent {}, received {}; results in {}\n", component.name, report.sent, report.received,
               folder.target().string());
  }
  for (const std::string& warning : refusal_warnings(node.refused())) tell("warning: {}\n", warning);
  if (end == Node::End::kInterrupted) return kExitInterrupted;
  if (end == Node::End::kRefused) return kExitRunFailed;
  return node.exit_status() == 0 ? kExitOk : kExitFailed;
}

}  // namespace

void add_node_command(CommandParser& parser, const Tables& tables) {
  auto arguments = std::make_shared<NodeArguments>();
  ProgramCommand command = parser.add_command("node", "Run one component of a scenario on a real broker");
  command.add_argument("scenario", arguments->scenario, "the scenario's TOML file");
  command.add_argument("component", arguments->component, "the component's name");
  add_broker_options(command, arguments->broker);
  command.add_text("--out", arguments->out, "the run directory (default: runs/SCENARIO-COMPONENT-node)");
  add_seed_option(command, arguments->seed);
  add_setting_option(command, arguments->settings);
  command.add_real("--pace", arguments->pace, "virtual seconds a second (default: 1)",
                   {.least = 1e-6, .most = 1e6, .what = "a pace"});
  add_protocol_log_option(command, arguments->protocol_log);
  command.add_flag("--quiet", arguments->quiet, "print nothing but warnings and errors");
  command.add_flag("--as-own-user", arguments->as_own_user,
                   "log in as the component's user, if it has one, with the password that is given");
  // `dse nodes` passes these to the nodes that it starts.
  command.add_whole("--epoch", arguments->epoch_ns, "", {.most = INT64_MAX}).hidden();
  command.add_whole("--supervisor", arguments->supervisor, "", {.most = INT_MAX}).hidden();
  command.example("dse node scenarios/mnist.toml lenet --broker amqp://guest:guest@localhost");
  command.on_run([arguments, &tables] { return run_node(*arguments, tables); });
}

}  // namespace dse
