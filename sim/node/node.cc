#include "sim/node/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "amqp/patience.h"
#include "amqp/run_mark.h"
#include "broker/dead_letter.h"
#include "core/diagnostics.h"
#include "core/names.h"
#include "core/version.h"
#include "dse/hash.h"
#include "message/deaths.h"
#include "protocol/interrupt_moment.h"
#include "sim/node/broker_part.h"
#include "sim/node/scoring_file.h"
#include "sim/results/numbers.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/topology.h"
#include "sim/world/forwarding_link.h"
#include "sim/world/harvest.h"

namespace dse {
namespace {

// A link that reports every message that the program writes, and every binding that it makes.
class NotingLink : public ForwardingLink {
 public:
  using OnPublish = std::function<void(const PublishRequest& request)>;
  using OnBind = std::function<void(const BindingSpec& binding)>;
  NotingLink(Link& inner, OnPublish on_publish, OnBind on_bind)
      : ForwardingLink(inner), on_publish_(std::move(on_publish)), on_bind_(std::move(on_bind)) {}

  void bind(const BindingSpec& binding) override {
    on_bind_(binding);
    ForwardingLink::bind(binding);
  }

  void publish(PublishRequest request) override {
    on_publish_(request);
    ForwardingLink::publish(std::move(request));
  }

 private:
  OnPublish on_publish_;
  OnBind on_bind_;
};

}  // namespace

bool is_gateway_end(const ComponentConfig& component) { return is_export(component) || is_import(component); }

void check_for_nodes(const Scenario& scenario) {
  const auto refuse = [&](const std::string& name, const char* key, const std::string& reason) {
    throw InputError({.file = scenario.path, .key = fmt::format("resource.{}.{}", name, key)},
                     reason + ": run this scenario with dse replay or dse attach, or without it");
  };
  for (const auto& [name, resource] : scenario.resources) {
    if (!resource.queue.exclusive) continue;
    refuse(name, "exclusive",
           "on a broker, an exclusive queue is there for the one connection that declares it, and no other "
           "node could make sure that it is there before its messages are");
  }
  const Declarations declarations = declarations_of(scenario);
  for (const BindingSpec& binding : scenario.bindings) {
    if (!alternate_of(scenario, binding.from)) continue;
    if (!has_headers_exchange(binding, declarations.exchange(binding.from).type)) continue;
    throw InputError(
        {.file = scenario.path, .key = "binding"},
        fmt::format(
            "from '{}' to '{}' by headers: on a broker a headers exchange stands between the two, and "
            "what that does not take never gets to the alternate exchange of '{}'; bind by keys, or "
            "make '{}' a headers exchange",
            binding.from, binding.to, binding.from, binding.from));
  }
}

const ComponentConfig& find_component(const Scenario& scenario, const std::string& name) {
  check_for_nodes(scenario);
  std::vector<std::string> names;
  for (const ComponentConfig& component : scenario.components) {
    if (component.name == name) {
      if (is_gateway_end(component))
        throw InputError(component.place, "is an end of a gateway: it runs with dse attach, not as a node");
      return component;
    }
    if (component.replica_of == name) {
      throw InputError(
          component.place,
          fmt::format("has replicas, and a node is one of them: name it, such as '{}'", component.name));
    }
    names.push_back(component.name);
  }
  throw InputError({.file = scenario.path},
                   fmt::format("has no component '{}'{}", name, suggestion(name, names)));
}

Node::Node(const Scenario& scenario, const ComponentConfig& component, const NodeOptions& options,
           RunFolder& folder)
    : scenario_(scenario),
      component_(component),
      folder_(folder),
      random_(options.seed),
      owed_(scenario),
      refusals_([&folder](const std::string& name) { return folder.open_lines(name); },
                [](const std::string& warning) { tell("warning: {}\n", warning); }),
      stays_(component, scenario.curve_every_ns),
      maker_({.scenario = scenario,
              .random = random_,
              .datasets = datasets_,
              .note_state_every = 0,
              .open_lines = [&folder](const std::string& name) { return folder.open_lines(name); },
              .truth = [this](const std::string& id, int label) { note_scoring(truth_line(id, label)); },
              .verdict_of = [this](const std::string&) -> TruthSink {
                return [this](const std::string& id, int label) {
                  note_scoring(answer_line(link_->now(), {.message_id = id, .label = label}));
                };
              },
              .probabilities =
                  [this](const Message& answer, std::span<const double> probabilities) {
                    told_of_ = answer.id();
                    told_.assign(probabilities.begin(), probabilities.end());
                  },
              .interrupted = moment_after(
                  [interrupted = options.interrupted] { return interrupted != nullptr && *interrupted; }),
              .open_protocol_log = options.open_protocol_log}) {
  app_ = maker_.make(component);
  const BrokerPart part = component.user.empty() ? part_of(scenario, component) : own_part_of(component);
  const Declarations declarations = declarations_of(scenario);
  std::set<std::string> asserted = part.exchanges;
  asserted.insert(part.queues.begin(), part.queues.end());  // each with its exchange
  link_ = std::make_unique<AmqpLink>(AmqpLink::Options{
      .connection = {.address = options.broker,
                     .name = "dse node " + component.name,
                     .interrupted = options.interrupted},
      .declarations = declarations,
      .set_up = assertions_of(part, declarations),
      .asserted = std::move(asserted),
      .run = make_run_mark(component.name),
      .epoch = options.epoch,
      .pace = options.pace,
      .on_arrival = [this](const Message& message, TimeNs time_ns) { note_arrival(message, time_ns); },
      .on_unreadable = [this](const MessageFields& message,
                              const std::string& reason) { note_refusal(message, reason); }});
  noting_link_ = std::make_unique<NotingLink>(
      *link_, [this](const PublishRequest& request) { note_publication(request); },
      [this](const BindingSpec& binding) { owed_.note_bind(binding); });
  machine_ = std::make_unique<Machine>(component.name, *noting_link_);
  machine_->set_on_settle([this](const Settlement& settlement) {
    if (!settlement.requeued) stays_.add(settlement, link_->clock_ns());
  });
  machine_->set_on_refuse(
      [this](const Message& message, const std::string& reason) { note_refusal(message.fields(), reason); });
}

Node::~Node() = default;

void Node::note_scoring(const std::string& line) {
  if (!scoring_) scoring_ = folder_.open_lines(kScoringFile);
  scoring_(line);
}

void Node::note_publication(const PublishRequest& request) {
  const Message& message = *request.message;
  owed_.note_write({.exchange = request.resource, .message = message, .once = request.confirm});
  if (const std::optional<TimeNs> lives_ns = time_to_live(message, std::nullopt)) {
    constexpr std::chrono::seconds kOnItsWayMax{1};  // to the broker
    expiring_until_ = std::max(expiring_until_, std::chrono::steady_clock::now() + kOnItsWayMax +
                                                    std::chrono::nanoseconds(*lives_ns));
  }
  if (!component_.component->emits().answers) return;
  const std::int64_t* label = message.headers().find_integer("label");
  if (label == nullptr) return;
  NotedAnswer answer{.message_id = message.correlation_id(), .label = *label};
  if (message.id() == told_of_) answer.probabilities = std::exchange(told_, {});
  note_scoring(answer_line(link_->now(), answer));
}

// A message from elsewhere may carry any timestamp, or none; its stay then begins now.
void Node::note_arrival(const Message& message, TimeNs time_ns) {
  if (is_dead_letter(message.headers())) ++dead_letters_;
  if (message.timestamp() < 0 || message.timestamp() > time_ns) return message.set_entered_ns(time_ns);
  latencies_.add(time_ns - message.timestamp());
}

void Node::note_refusal(const MessageFields& message, const std::string& reason) {
  refusals_.add({.time_ns = link_->now(),
                 .component = component_.name,
                 .queue = source_of(component_),
                 .message = message,
                 .reason = reason});
  if (!component_.ends_when_refusing) return;
  refused_to_go_on_ = true;
  link_->stop_serving();
}

Node::End Node::run(const Interrupts& interrupts, Supervisor* supervisor) {
  while (!interrupts.first && (supervisor == nullptr || !supervisor->gone())) {
    turn();
    if (refused_to_go_on_) return End::kRefused;
    if (supervisor == nullptr) {
      if (settled_) return End::kProgram;
      continue;
    }
    // Only then does the broker give what it has not acknowledged to others.
    if (stopped_ && settled_) return End::kProgram;
    supervisor->listen();
    if (supervisor->interrupt()) {
      std::raise(SIGINT);  // as if the user had interrupted it: wait only while there is progress
      return End::kInterrupted;
    }
    if (supervisor->finish()) return End::kFinished;
    answer(*supervisor);
    tell_problem(*supervisor);
  }
  return End::kInterrupted;
}

// Runs the program for a short while or, once it has ended, finishes what it has left to the link.
void Node::turn() {
  constexpr std::chrono::milliseconds kTurnMax{50};
  auto until = std::chrono::steady_clock::now() + kTurnMax;
  if (component_.life.stop_ns) until = std::min(until, link_->real_time(*component_.life.stop_ns));
  if (!started_ && link_->clock_ns() >= component_.start_ns) {
    started_ = true;
    app_->begin();
    machine_->start(app_->program());
  }
  const bool running = started_ && !machine_->ended();
  if (running) link_->serve(*machine_, until);
  stop_if_due();
  if (started_ && machine_->ended()) settled_ = link_->settle(*machine_, until);
  if (!running) link_->notifier().wait_until(until);
  constexpr std::chrono::seconds kBetweenFlushes{1};
  if (until < flush_due_) return;
  folder_.flush_lines();
  flush_due_ = until + kBetweenFlushes;
}

void Node::stop_if_due() {
  const std::optional<TimeNs>& stop_ns = component_.life.stop_ns;
  if (stopped_ || !stop_ns || !started_ || link_->clock_ns() < *stop_ns) return;
  stopped_ = true;
  machine_->crash(0);
}

void Node::answer(Supervisor& supervisor) {
  if (supervisor.round() != asked_) {
    asked_ = supervisor.round();
    link_->ask_idle();
  }
  if (!asked_) return;
  const std::optional<bool> idle = settled_ ? std::optional(true) : link_->idle();
  if (!idle) return;
  NodeReport answer = report();
  answer.activity = settled_            ? NodeActivity::kEnded
                    : *idle && started_ ? NodeActivity::kIdle
                                        : NodeActivity::kBusy;
  supervisor.answer(answer);
  asked_.reset();
}

// Reports a problem without being asked: while the broker is unreachable, no round is answered.
void Node::tell_problem(Supervisor& supervisor) {
  const NodeReport now = report();
  if (now.problem == problem_told_) return;
  problem_told_ = now.problem;
  supervisor.tell(now);
}

NodeReport Node::report() const {
  const AmqpLink::Counts counts = link_->counts();
  return {.sent = counts.published.published,
          .received = counts.received,
          .unconfirmed = counts.unconfirmed,
          .reconnects = counts.reconnects,
          .expiring = std::chrono::steady_clock::now() < expiring_until_,
          .problem = counts.problem};
}

void Node::settle(End end, const Interrupts& interrupts) {
  constexpr std::chrono::seconds kSettleMax{10};
  constexpr std::chrono::milliseconds kStandstillMax{1'000};  // once interrupted
  constexpr std::chrono::milliseconds kTurn{50};
  const RealClock clock;
  Patience patience(
      {.longest = kSettleMax, .standstill = end == End::kInterrupted ? kStandstillMax : kSettleMax}, clock);
  try {
    while (!link_->settle(*machine_, std::chrono::steady_clock::now() + kTurn)) {
      if (interrupts.second || patience.is_over(link_->unsettled())) return;
    }
  } catch (const BrokerError&) {
    // The reason has been reported; what was counted is written nevertheless.
  } catch (const Interrupted&) {
    // A program was not waited for; it has been ended.
  }
}

namespace {

std::string_view status_of(Node::End end) {
  if (end == Node::End::kRefused) return "refused";
  return end == Node::End::kInterrupted ? "interrupted" : "completed";
}

}  // namespace

// A program that does not end in time after an interrupt is ended.
void Node::finish_app() {
  try {
    app_->finish();
  } catch (const Interrupted&) {
  }
}

void Node::write_results(End end, const Interrupts& interrupts) {
  settle(end, interrupts);
  finish_app();
  nlohmann::ordered_json json;
  json["component"] = component_.name;
  json["scenario_hash"] = hex64(scenario_.hash);
  json["version"] = version();
  json["status"] = status_of(end);
  json["exit_status"] = exit_status();
  const AmqpLink::Counts counts = link_->counts();
  json["broker"] = {{"published", counts.published.published},
                    {"republished", counts.published.republished},
                    {"nacked", counts.published.nacked},
                    {"unroutable", counts.published.unroutable},
                    {"received", counts.received},
                    {"duplicates_dropped", counts.duplicates},
                    {"dead_letters", dead_letters_},
                    {"reconnects", counts.reconnects}};
  json["metrics"] = nlohmann::ordered_json::object();
  const Measured measured{.config = component_,
                          .app = *app_,
                          .latencies = latencies_,
                          .stays = stays_,
                          .refused = refusals_.count(component_.name)};
  for (const Metric& metric : harvest_metrics(measured))
    json["metrics"][metric.name] = json_number<nlohmann::ordered_json>(metric.value);
  if (gets_messages(component_)) json["metrics"]["duplicates"] = counts.duplicates;
  json["curve"] = nlohmann::ordered_json::array();
  for (const CurvePoint& point : harvest_curve(measured))
    json["curve"].push_back({point.time_ns, point.metric, json_number<nlohmann::ordered_json>(point.value)});
  json["confusion"] = nlohmann::ordered_json::array();
  for (const ConfusionCell& cell : app_->confusion())
    json["confusion"].push_back({cell.truth, cell.predicted, cell.count, static_cast<int>(cell.view)});
  json["classes"] = nlohmann::ordered_json::array();
  for (const ClassCell& cell : app_->classes())
    json["classes"].push_back(
        {static_cast<int>(cell.view), cell.label, cell.truths, cell.predictions, cell.hits});
  json["owed"] = nlohmann::ordered_json::object();
  for (const auto& [queue, count] : owed_.by_queue()) {
    if (count.owed > 0) json["owed"][queue] = {{"messages", count.owed}, {"may_leave", count.may_leave}};
  }
  json["files"] = folder_.file_names();
  folder_.write(kNodeFile, json.dump(2) + "\n");
}

}  // namespace dse
