#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>

#include "amqp/connect.h"
#include "core/counted.h"
#include "core/diagnostics.h"
#include "core/printable.h"
#include "dse/error.h"
#include "sim/attach/embedded_broker.h"
#include "sim/command/broker_options.h"
#include "sim/command/command.h"
#include "sim/command/driven_run.h"
#include "sim/command/run_options.h"
#include "sim/command/standard_streams.h"
#include "sim/node/left_out.h"
#include "sim/node/node.h"
#include "sim/node/nodes.h"
#include "sim/node/owned_resources.h"
#include "sim/results/results.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/world/expectations.h"
#include "sim/world/interrupt.h"

namespace dse {
namespace {

struct NodesArguments {
  BrokerArguments broker;
  std::string scenario;
  std::string out;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> settings;
  double pace = 1;
  std::string longest;
  std::string color;
  bool embedded = false;
  bool all = false;
  bool quiet = false;
  bool json = false;
  std::string protocol_log;
};

// Drops the expectations about what a real broker does not show: how full queues were, what each delivery
// was, and how things stood at a virtual time.
void keep_what_can_be_judged(Scenario& scenario) {
  std::erase_if(scenario.expectations, [&scenario](const Expectation& expectation) {
    const auto* metric = std::get_if<MetricExpectation>(&expectation.what);
    return metric == nullptr || metric->by_ns || !find_metric(scenario, metric->metric)->on_nodes;
  });
}

// The URL is passed in the environment, because everybody can read a command line.
std::vector<std::string> arguments_of_nodes(const NodesArguments& arguments, const BrokerAddress& address) {
  const std::string url = arguments.embedded ? fmt::format("amqp://{}:{}@{}:{}/", address.user,
                                                           address.password, address.host, address.port)
                                             : arguments.broker.url;
  if (!url.empty()) setenv(kBrokerVariable, url.c_str(), 1);
  const auto epoch = std::chrono::system_clock::now().time_since_epoch();
  std::vector<std::string> words = {"--quiet",
                                    "--login",
                                    arguments.broker.login,
                                    "--pace",
                                    fmt::format("{}", arguments.pace),
                                    "--epoch",
                                    fmt::format("{}", std::chrono::nanoseconds(epoch).count())};
  const auto add = [&words](const std::string& option, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {option, value});
  };
  add("--password-file", arguments.broker.password_file);
  add("--ca", arguments.broker.files.authorities);
  add("--cert", arguments.broker.files.certificate);
  add("--key", arguments.broker.files.key);
  if (arguments.seed) add("--seed", fmt::format("{}", *arguments.seed));
  for (const std::string& setting : arguments.settings) add("--set", setting);
  add("--protocol-log", arguments.protocol_log);
  if (arguments.embedded) words.emplace_back("--as-own-user");
  return words;
}

std::string status_line(const NodeState& node) {
  std::string line = fmt::format("{:<20} pid {:<8} sent {:<9} received {:<9}", node.component, node.pid,
                                 node.report.sent, node.report.received);
  if (node.exit_status) return line + fmt::format("ended, status {}", *node.exit_status);
  if (!node.report.problem.empty()) return line + one_line(node.report.problem);
  if (node.report.unconfirmed > 0) line += fmt::format("unconfirmed {}", node.report.unconfirmed);
  return line;
}

// One line per node, overwritten on a terminal.
class StatusLines {
 public:
  explicit StatusLines(bool quiet) : quiet_(quiet), terminal_(is_terminal(STDERR_FILENO)) {}

  void show(const std::vector<NodeState>& nodes) {
    constexpr int kShowsBetweenLines = 20;
    if (quiet_ || (!terminal_ && shows_++ % kShowsBetweenLines != 0)) return;
    std::string text = terminal_ && shown_ > 0 ? fmt::format("\x1b[{}A", shown_) : "";
    for (const NodeState& node : nodes) text += status_line(node) + (terminal_ ? "\x1b[K\n" : "\n");
    shown_ = nodes.size();
    tell("{}", text);
  }

 private:
  bool quiet_;
  bool terminal_;
  int shows_ = 0;
  std::size_t shown_ = 0;
};

bool ended_with(const RunResult& result, int exit_status) {
  return std::any_of(result.failed.begin(), result.failed.end(),
                     [exit_status](const auto& failed) { return failed.second == exit_status; });
}

// Called only after a run that ended well: from what another run left in queues, a later one may go on.
void tidy_up(const OwnedResources& owned, const ConnectionOptions& options) {
  try {
    owned.remove(*connect(options));
  } catch (const BrokerError& error) {
    tell("warning: what the run made on the broker is still there: {}\n", one_line(error.what()));
  }
}

// How many messages wait in the queue; empty when the broker does not say.
std::optional<std::uint32_t> waiting_in(const std::string& queue, const ConnectionOptions& options) {
  try {
    const std::unique_ptr<Connection> connection = connect(options);
    return connection->declare_queue(connection->open_channel(), queue, {.passive = true}).messages;
  } catch (const BrokerError&) {
    return std::nullopt;
  }
}

// Warns about messages that a policy of the broker removed, others read, or nothing has read yet.
void tell_shortfalls(const std::vector<Nodes::Account>& shortfalls, const ConnectionOptions& options) {
  for (const Nodes::Account& account : shortfalls) {
    const std::optional<std::uint32_t> waiting = waiting_in(account.queue, options);
    const std::string left =
        waiting ? fmt::format("{} still wait there", *waiting) : "the queue is not there";
    const std::string allowed =
        account.may_leave == 0 ? "" : fmt::format("the scenario lets {} leave; ", account.may_leave);
    tell(
        "warning: queue '{}': of {} messages owed to it, {} were received, {} were not, and {}; {}"
        "what is gone expired, was dropped or was taken by others: see the broker's policies for this "
        "queue\n",
        account.queue, account.owed, account.received, account.owed - account.received, left, allowed);
  }
}

int run_nodes(const NodesArguments& arguments, const Tables& tables) {
  const auto started = std::chrono::steady_clock::now();
  if (arguments.embedded && !arguments.broker.url.empty())
    throw InputError({.file = "--embedded"}, "is a broker of its own: leave out --broker");
  require_ordinary_file(arguments.scenario, "every node reads it again");
  Scenario scenario = read_scenario(arguments.scenario, tables, arguments.settings);
  check_for_nodes(scenario);
  for (const std::string& sentence : left_out_by_nodes(scenario, nullptr, arguments.pace))
    tell("warning: {}\n", sentence);
  const std::size_t expected = scenario.expectations.size();
  keep_what_can_be_judged(scenario);
  if (const std::size_t left_out = expected - scenario.expectations.size();
      left_out > 0 && !arguments.quiet && !arguments.json) {
    fmt::print("{} of {} are not judged here: a real broker does not show what they are about\n", left_out,
               counted(expected, "expectation"));
  }
  const Interrupts interrupts = watch_for_two_interrupts();
  std::optional<EmbeddedBroker> embedded;
  if (arguments.embedded) embedded.emplace(scenario.users);
  const ConnectionOptions connection_options{
      .address = embedded ? embedded->address() : broker_address(arguments.broker),
      .name = "dse nodes " + scenario.name,
      .interrupted = &interrupts.first};
  Nodes::Options options{.connection = connection_options,
                         .arguments = arguments_of_nodes(arguments, connection_options.address),
                         .longest = given_duration("--for", arguments.longest)};
  // A problem with the broker is reported here once, not by every node.
  const OwnedResources owned(scenario, *connect(connection_options));

  DrivenRun run(started, {.out = arguments.out,
                          .default_folder = fmt::format("runs/{}-nodes", scenario.name),
                          .quiet = arguments.quiet,
                          .json = arguments.json,
                          .style = {.color = wants_colour(STDOUT_FILENO, colour_choice(arguments.color)),
                                    .all = arguments.all},
                          .warnings = false,  // each node has printed its own
                          .settings = arguments.settings});
  Nodes nodes(scenario, std::move(options), run.folder());
  StatusLines lines(arguments.quiet);
  const RunStatus status =
      nodes.run(interrupts, [&lines](const std::vector<NodeState>& states) { lines.show(states); });
  for (const std::string& component : nodes.finish(status, interrupts)) {
    tell(
        "warning: the node '{}' did not end {} and was killed: results that it had not written are missing; "
        "check that the broker answers\n",
        component,
        interrupts.second ? std::string("in time") : fmt::format("within {} s", Nodes::kFinishMax.count()));
  }
  RunResult result = nodes.gather(status);
  result.seed = arguments.seed.value_or(scenario.seed);
  if (status == RunStatus::kCompleted) tell_shortfalls(nodes.shortfalls(), connection_options);
  if (status == RunStatus::kCompleted && result.failed.empty()) tidy_up(owned, connection_options);

  const int ended = run.end(scenario, result, {});
  if (ended != kExitFailed) return ended;
  // A node that cannot read its input, or that the broker refuses, is not a failed expectation.
  for (const int reason : {kExitWrongInput, kExitRunFailed}) {
    if (ended_with(result, reason)) return reason;
  }
  return kExitFailed;
}

}  // namespace

void add_nodes_command(CommandParser& parser, const Tables& tables) {
  auto arguments = std::make_shared<NodesArguments>();
  ProgramCommand command = parser.add_command(
      "nodes",
      "Run every component of a scenario in a process of its own, on a real broker or an embedded one");
  command.add_argument("scenario", arguments->scenario, "the scenario's TOML file");
  add_broker_options(command, arguments->broker);
  command.add_flag("--embedded", arguments->embedded, "instead of a real broker, one in this process");
  command.add_text("--out", arguments->out, "the run directory (default: runs/SCENARIO-nodes)");
  add_seed_option(command, arguments->seed);
  add_setting_option(command, arguments->settings);
  command.add_real("--pace", arguments->pace, "virtual seconds a second (default: 1)",
                   {.least = 1e-6, .most = 1e6, .what = "a pace"});
  command.add_text("--for", arguments->longest,
                   "end after this time, such as 30s (default: when all is done)");
  add_protocol_log_option(command, arguments->protocol_log);
  add_all_option(command, arguments->all);
  add_color_option(command, arguments->color);
  command.add_flag("--quiet", arguments->quiet, "print nothing but warnings and errors");
  add_json_option(command, arguments->json).excludes("--quiet");
  command.example("dse nodes scenarios/mnist.toml --broker amqp://guest:guest@localhost");
  command.on_run([arguments, &tables] { return run_nodes(*arguments, tables); });
}

}  // namespace dse
