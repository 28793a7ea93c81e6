#include "kinds/model_app.h"

#include <fmt/format.h>

#include <limits>
#include <string_view>
#include <utility>

#include "kinds/model_input.h"
#include "message/content_types.h"

namespace dse {

namespace {

constexpr std::size_t kProbabilitiesMax = std::size_t{1} << 22;  // in one batch: 32 MiB
constexpr std::uint32_t kStateBytesMax = std::numeric_limits<std::uint32_t>::max();
constexpr double kNotTold = std::numeric_limits<double>::quiet_NaN();

// The probabilities of an input if the learner told them, and they are some.
std::span<const double> told(std::span<const double> probabilities) {
  return are_probabilities(probabilities) ? probabilities : std::span<const double>();
}

HeaderArray list_of(std::span<const double> probabilities) {
  return HeaderArray(std::vector<HeaderValue>(probabilities.begin(), probabilities.end()));
}

bool is_warning(const Message& alarm) {
  const HeaderValue* level = alarm.headers().find(kAlarmLevel);
  return level != nullptr && *level == HeaderValue(std::string(kWarningLevel));
}

}  // namespace

ModelApp::ModelApp(const ModelOptions& options, const LearnerOptions& made_for,
                   std::unique_ptr<Learner> learner, const MakeContext& context)
    : options_(options),
      made_as_{options.learner.name, made_for},
      prefetch_(context.prefetch),
      note_state_every_(context.measures.note_state_every),
      start_ns_(context.start_ns),
      tell_probabilities_(context.probabilities),
      asks_probabilities_(options.batch * static_cast<std::size_t>(made_for.classes) <= kProbabilitiesMax),
      filling_(std::make_shared<ModelBatch>()),
      window_(options.label_window),
      lag_(context.measures.curve_every_ns),
      learner_(std::move(learner)),
      prequential_({.curve_every_ns = context.measures.curve_every_ns,
                    .window = context.measures.window,
                    .fading = context.measures.fading}) {
  learner_->note_time(start_ns_);
  if (!options.resets_on_alarm) return;
  StateWriter writer;
  learner_->save_state(writer);
  first_state_ = writer.bytes();
}

Program ModelApp::program() {
  // Not earlier: a learner that is a program may be waited for only once the run has begun.
  if (note_state_every_ > 0) note_state();
  Program program = {call([this](Machine& machine) {
                       machine_ = &machine;
                       machine.next();
                     }),
                     create_resource(options_.to)};
  if (options_.errors) program.push_back(create_resource(*options_.errors));
  program.push_back(
      stream_resource(options_.from, prefetch_,
                      [this](Machine& machine, const MessagePtr& message) { handle(machine, message); }));
  return program;
}

void ModelApp::handle(Machine& machine, const MessagePtr& message) {
  if (message->content_type() == kAlarmContentType) return take_alarm(machine, *message);
  const bool labels_another = message->content_type() == kLabelContentType;
  if (const auto reason = labels_another ? why_no_label(*message) : why_unfit(*message, made_as_.options)) {
    machine.refuse_current(*reason);
    return machine.next();
  }
  if (labels_another) {
    take_label(machine, *message);
  } else if (const std::int64_t* label = message->headers().find_integer("label")) {
    learn(machine, message, static_cast<int>(*label));
  } else {
    predict(machine, message);
  }
}

// Why what comes as the label of another message is none; empty when it is one.
std::optional<std::string> ModelApp::why_no_label(const Message& message) const {
  if (window_.size() == 0)
    return "it is the label of an earlier message, but the model remembers none: set `label_window`";
  if (message.correlation_id().empty())
    return "it is a label, but says of no message: its correlation_id must be the id of one";
  if (message.headers().find("label") == nullptr) return "it is a label, but has no header `label`";
  return why_wrong_label(message, made_as_.options);
}

// The model is judged by `answer`, if it has answered the message, and else by what it would answer now.
void ModelApp::learn(Machine& machine, const MessagePtr& message, int label,
                     std::optional<EarlierAnswer> answer) {
  ++trained_;
  filling_->examples.push_back({.message = message, .label = label, .answer = std::move(answer)});
  filling_->time_ns = machine.now();
  if (filling_->examples.size() < options_.batch) return machine.eval(after(options_.train_service_ns));

  std::shared_ptr<ModelBatch> full = std::exchange(filling_, std::make_shared<ModelBatch>());
  if (options_.errors) return learn_and_tell(machine, std::move(full));
  machine.eval(post([this, full = std::move(full)] { train(*full); }), after(options_.train_service_ns));
}

void ModelApp::learn_and_tell(Machine& machine, std::shared_ptr<ModelBatch> full) {
  machine.eval(
      compute([this, full] { train(*full); }, options_.train_service_ns,
              [this, full](Machine& again) { again.eval(error_messages(*full, *options_.errors, again)); }));
}

// Learns the message that the label belongs to, unless that has not come.
void ModelApp::take_label(Machine& machine, const Message& message) {
  const int label = static_cast<int>(*message.headers().find_integer("label"));
  std::optional<AnsweredMessage> answered = window_.add_label(message.correlation_id(), label);
  if (!answered) return machine.next();
  ++joined_;
  learn(machine, answered->message, label, std::move(answered->answer));
}

void ModelApp::take_alarm(Machine& machine, const Message& alarm) {
  if (!options_.resets_on_alarm) {
    machine.refuse_current(
        "it is an alarm: set `on_alarm = \"reset\"` for a model that shall start again, or "
        "bind no alarms to it");
    return machine.next();
  }
  if (is_warning(alarm)) return machine.next();
  ++resets_;
  machine.eval(post([this] { reset(); }));
}

void ModelApp::reset() {
  const std::string name = "the first state of a learner";
  StateReader reader(first_state_, name);
  learner_->load_state(reader);
  reader.finish();
}

void ModelApp::train(ModelBatch& batch) {
  std::vector<Example> examples;
  examples.reserve(batch.examples.size());
  ModelInputs inputs(made_as_.options, batch.examples.size());
  for (const ModelBatch::One& one : batch.examples) {
    const Input input = inputs.of(*one.message, examples.size());
    examples.push_back({.pixels = input.pixels, .label = one.label, .features = input.features});
  }
  std::vector<Prediction> before(examples.size());
  learner_->note_time(batch.time_ns);
  if (asks_probabilities_) {
    const auto classes = static_cast<std::size_t>(made_as_.options.classes);
    probabilities_before_.assign(examples.size() * classes, kNotTold);
  }
  const Predictions predictions(before, probabilities_before_);
  learner_->train(examples, predictions);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::optional<EarlierAnswer>& answer = batch.examples[i].answer;
    const int predicted = answer ? answer->prediction.label : before[i].label;
    batch.examples[i].predicted = predicted;
    if (predicted < 0) continue;
    prequential_.add(
        {.time_ns = batch.time_ns,
         .truth = examples[i].label,
         .predicted = predicted,
         .probabilities = answer ? std::span(answer->probabilities) : told(predictions.probabilities(i))});
  }
  ++batches_;
  now_.time_ns = batch.time_ns;
  now_.learned += examples.size();
  if (note_state_every_ > 0 && batches_ % note_state_every_ == 0) note_state();
}

void ModelApp::note_state() {
  Hasher hasher;
  learner_->hash_state(hasher);
  states_.push_back({now_.time_ns, now_.learned, hasher.digest()});
}

void ModelApp::predict(Machine& machine, const MessagePtr& message) {
  ++predicted_;
  machine.eval(compute(
      [this, message, time_ns = machine.now()] {
        learner_->note_time(time_ns);
        ModelInputs inputs(made_as_.options, 1);
        const Input input = inputs.of(*message, 0);
        probabilities_.assign(static_cast<std::size_t>(made_as_.options.classes), kNotTold);
        learner_->predict({&input, 1}, Predictions(std::span(&prediction_, 1), probabilities_));
      },
      options_.infer_service_ns, [this, message](Machine& again) { forward(again, message); }));
}

void ModelApp::forward(Machine& machine, const MessagePtr& answered) {
  const Message& message = *answered;
  const std::span<const double> probabilities = told(probabilities_);
  Headers headers = message.headers();
  headers.set("label", std::int64_t{prediction_.label});
  headers.set("model", machine.name());
  headers.set("confidence", prediction_.confidence);
  if (options_.probabilities && !probabilities.empty()) headers.set("probabilities", list_of(probabilities));
  MessagePtr answer = machine.compose({.payload = message.payload(),
                                       .key = fmt::format("{}.{}", machine.name(), prediction_.label),
                                       .headers = std::move(headers),
                                       .correlation_id = message.id(),
                                       .content_type = message.fields().content_type});
  if (tell_probabilities_ && !probabilities.empty()) tell_probabilities_(*answer, probabilities);
  if (window_.size() == 0) return machine.eval(write_resource(options_.to, std::move(answer)));
  machine.eval(write_resource(options_.to, std::move(answer)),
               call([this, answered](Machine& again) { await_label(again, answered); }));
}

// The message that was just answered waits for its label, or is learned if that came before it.
void ModelApp::await_label(Machine& machine, const MessagePtr& message) {
  lag_.add(machine.now(), window_.waiting());
  EarlierAnswer answer{.prediction = prediction_, .probabilities = {}};
  if (const auto probabilities = told(probabilities_); !probabilities.empty())
    answer.probabilities.assign(probabilities.begin(), probabilities.end());
  const std::optional<int> label = window_.add_answered({.message = message, .answer = answer});
  if (!label) return machine.next();
  ++joined_;
  learn(machine, message, *label, std::move(answer));
}

void ModelApp::finish() {
  if (!filling_->examples.empty()) train(*filling_);
  filling_ = std::make_shared<ModelBatch>();
  if (note_state_every_ > 0 && (states_.empty() || states_.back().learned != now_.learned)) note_state();
  if (machine_ != nullptr) learner_->note_time(machine_->now());
  learner_->finish();
}

std::optional<std::string> ModelApp::save_checkpoint() const {
  StateWriter learner;
  learner_->save_state(learner);
  StateWriter writer;
  writer.add_u64(batches_);
  writer.add_u64(now_.learned);
  writer.add_u64(static_cast<std::uint64_t>(now_.time_ns));
  save_batch(*filling_, writer);
  if (window_.size() > 0) window_.save(writer);
  if (options_.resets_on_alarm) writer.add_text(first_state_);
  return writer.bytes() + learner.bytes();
}

void ModelApp::load_checkpoint(std::string_view checkpoint) {
  const std::string name = "the checkpoint";
  const auto classes = static_cast<std::size_t>(made_as_.options.classes);
  StateReader reader(checkpoint, name);
  batches_ = reader.u64();
  now_.learned = reader.u64();
  now_.time_ns = static_cast<TimeNs>(reader.u64());
  filling_->time_ns = start_ns_;  // the crashed app may have learned from later messages than these
  const std::size_t bytes = made_as_.options.input_bytes();
  load_batch(reader, {.examples_max = options_.batch, .payload_bytes = bytes, .classes = classes}, *filling_);
  if (window_.size() > 0) window_.load(reader, {.payload_bytes = bytes, .classes = classes});
  if (options_.resets_on_alarm) first_state_ = reader.text(kStateBytesMax);
  learner_->load_state(reader);
  reader.finish();
}

void ModelApp::add_counts(const App& crashed) {
  const auto& earlier = dynamic_cast<const ModelApp&>(crashed);
  trained_ += earlier.trained_;
  predicted_ += earlier.predicted_;
  resets_ += earlier.resets_;
  joined_ += earlier.joined_;
  window_.add_counts(earlier.window_);
  lag_ = earlier.lag_;
  prequential_ = earlier.prequential_;
}

std::vector<MetricInfo> late_label_joins() {
  return {{.name = "labels_joined", .unit = "messages"},
          {.name = "never_labelled", .unit = "messages", .shown = MetricShown::kWhenNotZero},
          {.name = "labels_unmatched", .unit = "messages", .shown = MetricShown::kWhenNotZero},
          {.name = "label_lag", .curve = true, .undefined = "without answers"}};
}

std::vector<Metric> ModelApp::metrics() const {
  std::vector<Metric> metrics = {{"trained", static_cast<double>(trained_)},
                                 {"predicted", static_cast<double>(predicted_)}};
  if (options_.resets_on_alarm) metrics.push_back({"resets", static_cast<double>(resets_)});
  for (Metric& figure : prequential_.metrics(kPrequential)) metrics.push_back(std::move(figure));
  if (window_.size() == 0) return metrics;
  metrics.push_back({"labels_joined", static_cast<double>(joined_)});
  metrics.push_back({"never_labelled", static_cast<double>(window_.never_labelled())});
  metrics.push_back({"labels_unmatched", static_cast<double>(window_.never_answered())});
  if (const std::optional<double> lag = lag_.overall()) metrics.push_back({"label_lag", *lag});
  return metrics;
}

std::vector<CurvePoint> ModelApp::curve() const {
  std::vector<CurvePoint> curve = prequential_.curves(kPrequential);
  for (CurvePoint& point : lag_.curve("label_lag")) curve.push_back(std::move(point));
  return curve;
}

}  // namespace dse
