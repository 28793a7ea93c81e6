#include "kinds/program_app.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kinds/initial_learner.h"
#include "kinds/program_host_options.h"
#include "protocol/program_calls.h"
#include "protocol/program_message.h"
#include "protocol/program_reply.h"

namespace dse {
namespace {

// The states of programs are saved like those of learners, which have a shape and classes.
const LearnerKind kSavedAs{.name = "program", .options = {.shape = {0, 0}, .classes = 0}};

// What a program is to be told of a message that it wrote, and when that was known: it came back, or it was
// accepted or refused.
struct News {
  MessagePtr message;
  TimeNs time_ns = 0;
  std::optional<bool> accepted = {};  // empty: it came back

  const char* call() const { return accepted ? "confirmed" : "returned"; }
};

class ProgramApp : public App {
 public:
  ProgramApp(const ProgramOptions& options, const MakeContext& context);

  void begin() override;
  Program program() override;
  void finish() override;
  void crash() override;
  std::vector<Metric> metrics() const override;
  std::vector<CurvePoint> curve() const override { return curve_; }

  // What it has said, the digest that it gives at the end included, is part of the fingerprint.
  bool learns() const override { return true; }
  void hash_state(Hasher& hasher) const override;
  std::optional<std::string> save_state() const override;
  std::optional<std::string> save_checkpoint() const override { return ask_state(); }
  void load_checkpoint(std::string_view checkpoint) override { initial_ = checkpoint; }
  void add_counts(const App& crashed) override;
  std::vector<LearnedState> states() const override { return states_; }

 private:
  // One reply, decoded on the strand and run by the machine.
  struct Said {
    std::vector<ReplyStep> notes;     // what was said to the news
    std::size_t news = 0;             // how many these were
    const char* last_news = nullptr;  // the call that told the last one
    std::vector<ReplyStep> steps;
  };

  StepRules rules(bool handling) const {
    return {.may_write = options_.to,
            .metrics = options_.metrics,
            .reads = options_.from.has_value(),
            .streams = streams_,
            .handling = handling};
  }
  void load_initial();
  std::vector<ReplyStep> ask_about(const News& news);
  void handle(Machine& machine, const MessagePtr& message);
  void ask(Machine& machine, ProgramCall call, bool handling);
  // When, and to what, a program has said something.
  struct Occasion {
    const char* call;
    TimeNs time_ns;
    bool handling = false;  // a message is being handled
  };
  Program program_of(Said&& said, const Occasion& occasion);
  Step step_of(const CreateStep& one);
  Step step_of(const BindStep& one);
  Step step_of(WriteStep& one);
  Step step_of(const StreamStep& one);
  Step step_of(const AfterStep& one);
  Step step_of(const RejectStep& one);
  Step step_of(const MetricStep& one);
  Step step_of(const ExitStep& one);
  void note_said(const std::vector<ReplyStep>& steps, const Occasion& occasion, std::size_t replies = 1);
  void set_metric(const MetricStep& metric, TimeNs time_ns);
  std::optional<std::string> ask_state() const;
  void end_asking();

  const ProgramOptions options_;
  const std::string name_;
  const std::uint32_t prefetch_;
  const TimeNs start_ns_;
  const std::uint64_t seed_;
  const bool keep_state_;
  const bool note_states_;
  const TimeNs curve_every_ns_;
  mutable ProgramHost host_;  // asking for its state changes nothing
  std::optional<std::string> initial_;
  bool streams_ = false;
  Machine* machine_ = nullptr;
  std::vector<News> news_;  // not told yet
  Said said_;               // the reply to the call under way; written on the strand
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::map<std::string, double> metrics_;
  std::vector<CurvePoint> curve_;
  mutable Hasher said_hash_;  // its digest can be taken at any time
  std::uint64_t replies_ = 0;
  std::vector<LearnedState> states_;
  TimeNs last_ns_ = 0;                // when the last call was made
  std::optional<std::string> state_;  // once nothing more is asked
  bool over_ = false;
};

ProgramApp::ProgramApp(const ProgramOptions& options, const MakeContext& context)
    : options_(options),
      name_(context.name),
      prefetch_(context.prefetch),
      start_ns_(context.start_ns),
      seed_(context.random("program").next_u64()),
      keep_state_(context.keep_state),
      note_states_(context.measures.note_state_every > 0),
      curve_every_ns_(context.measures.curve_every_ns),
      host_(program_host_options(options.command, context)) {
  if (!options.initial) return;
  const SavedLearner saved = read_initial(*options.initial, *context.files);
  try {
    initial_ = open_state(saved, kSavedAs);
  } catch (const InputError& refusal) {
    throw InputError(options.initial->place, refusal.what());
  }
}

void ProgramApp::begin() {
  host_.start();
  host_.send({.name = "start",
              .time_ns = start_ns_,
              .line = start_line({.component = name_,
                                  .seed = seed_,
                                  .now_ns = start_ns_,
                                  .from = options_.from,
                                  .prefetch = prefetch_,
                                  .to = options_.to,
                                  .options = options_.command.options})});
}

Program ProgramApp::program() {
  if (!host_.started()) begin();
  Said said;
  said.steps = host_.await([this](std::string_view reply) { return read_steps(reply, rules(false)); });
  Program program = {call([this](Machine& machine) {
    machine_ = &machine;
    machine.set_on_return([this](const MessagePtr& message) { news_.push_back({message, machine_->now()}); });
    machine.set_on_confirm([this](const MessagePtr& message, bool accepted) {
      news_.push_back({message, machine_->now(), accepted});
    });
    machine.next();
  })};
  for (Step& step : program_of(std::move(said), {"start", start_ns_})) program.push_back(std::move(step));
  load_initial();
  return program;
}

void ProgramApp::load_initial() {
  if (!initial_) return;
  host_.ask({.name = "load", .time_ns = start_ns_, .line = load_line(*initial_)}, read_nothing);
  note_said({}, {"load", start_ns_});
}

void ProgramApp::handle(Machine& machine, const MessagePtr& message) {
  ++received_;
  if (!is_sayable(*message)) {
    machine.refuse_current("a name of its headers is not UTF-8, and cannot be told to a program");
    return machine.next();
  }
  if (message->payload().size() > kBlockBytesMax) {
    machine.refuse_current(
        fmt::format("it has {} bytes: a program can be told {}", message->payload().size(), kBlockBytesMax));
    return machine.next();
  }
  ask(machine,
      {.name = "deliver",
       .time_ns = machine.now(),
       .line = message_line({.name = "deliver",
                             .now_ns = machine.now(),
                             .message = *message,
                             .redelivered = machine.redelivered()})},
      true);
}

// Runs on the strand.
std::vector<ReplyStep> ProgramApp::ask_about(const News& news) {
  StepRules rules = this->rules(false);
  rules.note = news.call();
  return host_.ask({.name = news.call(),
                    .time_ns = news.time_ns,
                    .line = message_line({.name = news.call(),
                                          .now_ns = news.time_ns,
                                          .message = *news.message,
                                          .accepted = news.accepted})},
                   [&rules](std::string_view reply) { return read_steps(reply, rules); });
}

// The call is made on the strand; what the program says to it happens when its service time is over.
void ProgramApp::ask(Machine& machine, ProgramCall call, bool handling) {
  const char* name = call.name;
  auto job = [this, call = std::move(call), news = std::exchange(news_, {}),
              rules = rules(handling)]() mutable {
    said_ = {.news = news.size(), .last_news = news.empty() ? nullptr : news.back().call()};
    for (const News& one : news) {
      for (ReplyStep& step : ask_about(one)) said_.notes.push_back(std::move(step));
    }
    said_.steps =
        host_.ask(std::move(call), [&rules](std::string_view reply) { return read_steps(reply, rules); });
  };
  machine.eval(compute(std::move(job), options_.service_ns, [this, name, handling](Machine& again) {
    again.eval(program_of(std::exchange(said_, {}), {name, again.now(), handling}));
  }));
}

Program ProgramApp::program_of(Said&& said, const Occasion& occasion) {
  if (said.news > 0) note_said(said.notes, {said.last_news, occasion.time_ns}, said.news);
  note_said(said.steps, occasion);
  const bool handling = occasion.handling;
  Program program;
  program.reserve(said.notes.size() + said.steps.size() + 1);
  for (std::vector<ReplyStep>* steps : {&said.notes, &said.steps}) {
    for (ReplyStep& step : *steps)
      program.push_back(std::visit([this](auto& one) { return step_of(one); }, step));
  }
  if (!said.steps.empty() && std::holds_alternative<AfterStep>(said.steps.back())) {
    program.push_back(call([this, handling](Machine& machine) {
      ask(machine, {.name = "resume", .time_ns = machine.now(), .line = timed_line("resume", machine.now())},
          handling);
    }));
  }
  return program;
}

Step ProgramApp::step_of(const CreateStep& one) { return create_resource(one.resource); }
Step ProgramApp::step_of(const BindStep& one) { return bind(one.binding); }
Step ProgramApp::step_of(const AfterStep& one) { return after(one.delay_ns); }
Step ProgramApp::step_of(const ExitStep& one) { return dse::exit(one.status); }

// The message is composed when its turn comes: its time is that of its writing.
Step ProgramApp::step_of(WriteStep& one) {
  return call([this, write = std::make_shared<WriteStep>(std::move(one))](Machine& machine) {
    ++sent_;
    MessagePtr message = machine.compose(std::move(write->message));
    machine.eval(write_resource(write->resource, std::move(message),
                                {.mandatory = write->mandatory, .confirm = write->confirm}));
  });
}

Step ProgramApp::step_of(const StreamStep& one) {
  streams_ = true;
  return stream_resource(*options_.from, one.prefetch.value_or(prefetch_),
                         [this](Machine& machine, const MessagePtr& message) { handle(machine, message); });
}

Step ProgramApp::step_of(const RejectStep& one) {
  return call([requeue = one.requeue](Machine& machine) {
    machine.reject_current(requeue);
    machine.next();
  });
}

Step ProgramApp::step_of(const MetricStep& one) {
  return call([this, one](Machine& machine) {
    set_metric(one, machine.now());
    machine.next();
  });
}

// One point of the curve for each interval: the last value in it.
void ProgramApp::set_metric(const MetricStep& metric, TimeNs time_ns) {
  metrics_[metric.name] = metric.value;
  const TimeNs interval = time_ns / curve_every_ns_;
  for (auto point = curve_.rbegin(); point != curve_.rend() && point->time_ns / curve_every_ns_ == interval;
       ++point) {
    if (point->metric != metric.name) continue;
    *point = {.time_ns = time_ns, .metric = metric.name, .value = metric.value};
    return;
  }
  curve_.push_back({.time_ns = time_ns, .metric = metric.name, .value = metric.value});
}

void ProgramApp::note_said(const std::vector<ReplyStep>& steps, const Occasion& occasion,
                           std::size_t replies) {
  said_hash_.add_i64(occasion.time_ns);
  for (const ReplyStep& step : steps) add_to_hash(said_hash_, step);
  replies_ += replies;
  last_ns_ = occasion.time_ns;
  if (note_states_) states_.push_back({occasion.time_ns, replies_, said_hash_.digest(), occasion.call});
}

std::optional<std::string> ProgramApp::ask_state() const {
  return host_.ask({.name = "save", .time_ns = last_ns_, .line = call_line("save")}, read_state);
}

// What is asked last, whether the program has ended or has crashed.
void ProgramApp::end_asking() {
  over_ = true;
  if (keep_state_) state_ = ask_state();
}

void ProgramApp::finish() {
  if (over_ || !host_.started()) return;
  const TimeNs now_ns = machine_ == nullptr ? start_ns_ : machine_->now();
  if (machine_ == nullptr) {
    // The run ended before the component started.
    note_said(host_.await([this](std::string_view reply) { return read_steps(reply, rules(false)); }),
              {"start", start_ns_});
    load_initial();
  }
  for (const News& one : std::exchange(news_, {})) {
    const std::vector<ReplyStep> said = ask_about(one);
    note_said(said, {one.call(), one.time_ns});
    // Nothing is written any more, but what it has counted holds.
    for (const ReplyStep& step : said) {
      if (const auto* metric = std::get_if<MetricStep>(&step)) set_metric(*metric, one.time_ns);
    }
  }
  end_asking();
  const FinishReply last =
      host_.ask({.name = "finish", .time_ns = now_ns, .line = timed_line("finish", now_ns)},
                [this](std::string_view reply) { return read_finish(reply, options_.metrics); });
  std::vector<ReplyStep> said;
  for (const auto& [name, value] : last.metrics) {
    metrics_[name] = value;
    said.push_back(MetricStep{.name = name, .value = value});
  }
  said_hash_.add(std::string_view(last.digest.value_or("")));
  note_said(said, {"finish", now_ns});
  host_.end();
}

void ProgramApp::crash() {
  if (over_ || !host_.started()) return;
  if (machine_ != nullptr) end_asking();
  over_ = true;
  host_.kill();
}

// What the program itself has reported holds until it reports anew.
void ProgramApp::add_counts(const App& crashed) {
  const auto& earlier = dynamic_cast<const ProgramApp&>(crashed);
  sent_ += earlier.sent_;
  received_ += earlier.received_;
  metrics_ = earlier.metrics_;
  curve_ = earlier.curve_;
}

std::vector<Metric> ProgramApp::metrics() const {
  std::vector<Metric> metrics;
  if (!options_.to.empty()) metrics.push_back({"sent", static_cast<double>(sent_)});
  if (options_.from) metrics.push_back({"received", static_cast<double>(received_)});
  for (const auto& [name, value] : metrics_) metrics.push_back({name, value});
  return metrics;
}

void ProgramApp::hash_state(Hasher& hasher) const { hasher.add_u64(said_hash_.digest()); }

std::optional<std::string> ProgramApp::save_state() const {
  const std::optional<std::string> state = over_ || machine_ == nullptr ? state_ : ask_state();
  if (!state) return std::nullopt;
  return seal_state(*state, kSavedAs);
}

}  // namespace

std::unique_ptr<App> make_program_app(const ProgramOptions& options, const MakeContext& context) {
  return std::make_unique<ProgramApp>(options, context);
}

}  // namespace dse
