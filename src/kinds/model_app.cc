#include "kinds/model_app.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

#include "core/printable.h"
#include "message/content_types.h"

namespace dse {

struct ModelApp::Batch {
  TimeNs time_ns = 0;  // when its last message was handled
  std::vector<MessagePtr> messages;
  std::vector<int> labels;
  std::vector<Prediction> before;  // once it is learned: what was predicted of each
};

namespace {

const std::uint8_t* bytes_of(const Message& message) {
  return reinterpret_cast<const std::uint8_t*>(message.payload().bytes().data());
}

bool all_finite(const Message& row, int features) {
  for (int at = 0; at < features; ++at) {
    float number = 0;
    std::memcpy(&number, bytes_of(row) + static_cast<std::size_t>(at) * sizeof number, sizeof number);
    if (!std::isfinite(number)) return false;
  }
  return true;
}

// Prepares the payloads of messages for a learner: the numbers of a row are copied to where floats may be.
class Inputs {
 public:
  Inputs(const LearnerOptions& made_for, std::size_t count)
      : features_(static_cast<std::size_t>(made_for.features)), rows_(features_ * count) {}

  Input of(const Message& message, std::size_t place) {
    if (features_ == 0) return {.pixels = bytes_of(message)};
    float* const row = rows_.data() + place * features_;
    std::memcpy(row, bytes_of(message), features_ * sizeof(float));
    return {.features = row};
  }

 private:
  std::size_t features_;
  std::vector<float> rows_;
};

constexpr std::size_t kProbabilitiesMax = std::size_t{1} << 22;  // in one batch: 32 MiB
constexpr std::uint32_t kTextBytesMax = std::numeric_limits<std::uint32_t>::max();
constexpr double kNotTold = std::numeric_limits<double>::quiet_NaN();

// The probabilities of an input if the learner told them, and they are some.
std::span<const double> told(std::span<const double> probabilities) {
  return are_probabilities(probabilities) ? probabilities : std::span<const double>();
}

HeaderArray list_of(std::span<const double> probabilities) {
  return HeaderArray(std::vector<HeaderValue>(probabilities.begin(), probabilities.end()));
}

std::string label_text(const HeaderValue& label) {
  const auto* text = std::get_if<std::string>(&label);
  return text == nullptr ? to_text(label) : quoted_text(*text);
}

bool is_alarm(const Message& message) { return message.content_type() == kAlarmContentType; }

bool is_warning(const Message& alarm) {
  const HeaderValue* level = alarm.headers().find(kAlarmLevel);
  return level != nullptr && *level == HeaderValue(std::string(kWarningLevel));
}

std::string_view what_is(const HeaderValue& value) {
  if (std::holds_alternative<std::string>(value)) return "text";
  return std::holds_alternative<bool>(value) ? "a truth value" : "no integer";
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
      filling_(std::make_shared<Batch>()),
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
  if (is_alarm(*message)) return take_alarm(machine, *message);
  if (const std::optional<std::string> reason = why_unfit(*message)) {
    machine.refuse_current(*reason);
    return machine.next();
  }
  if (const std::int64_t* label = message->headers().find_integer("label")) {
    learn(machine, message, *label);
  } else {
    predict(machine, message);
  }
}

// Why the message can be neither learned from nor predicted; empty when it can.
std::optional<std::string> ModelApp::why_unfit(const Message& message) const {
  const LearnerOptions& made_for = made_as_.options;
  if (message.payload().size() != made_for.input_bytes()) {
    return made_for.takes_images()
               ? fmt::format(
                     "it has {} bytes, but the model was made for images of {} x {}: set `shape`, or "
                     "feed it images of one size",
                     message.payload().size(), made_for.shape.rows, made_for.shape.columns)
               : fmt::format(
                     "it has {} bytes, but the model was made for rows of {} numbers, which have {}: "
                     "set `features`, or feed it rows of one size",
                     message.payload().size(), made_for.features, made_for.input_bytes());
  }
  if (!made_for.takes_images() && !all_finite(message, made_for.features))
    return "one of its numbers is infinite, or not a number";
  const HeaderValue* label = message.headers().find("label");
  if (label == nullptr) return std::nullopt;
  const std::int64_t* number = integer_of(*label);
  if (number == nullptr) {
    return fmt::format("its label {} is {}: a label is an integer", label_text(*label), what_is(*label));
  }
  if (*number < 0 || *number >= made_for.classes) {
    return fmt::format("it has label {}, but the model was made for labels 0 to {}: set `classes`", *number,
                       made_for.classes - 1);
  }
  return std::nullopt;
}

void ModelApp::learn(Machine& machine, const MessagePtr& message, std::int64_t label) {
  ++trained_;
  filling_->messages.push_back(message);
  filling_->labels.push_back(static_cast<int>(label));
  filling_->time_ns = machine.now();
  if (filling_->messages.size() < options_.batch) return machine.eval(after(options_.train_service_ns));

  std::shared_ptr<Batch> full = std::exchange(filling_, std::make_shared<Batch>());
  if (options_.errors) return learn_and_tell(machine, std::move(full));
  machine.eval(post([this, full = std::move(full)] { train(*full); }), after(options_.train_service_ns));
}

void ModelApp::learn_and_tell(Machine& machine, std::shared_ptr<Batch> full) {
  machine.eval(compute([this, full] { train(*full); }, options_.train_service_ns,
                       [this, full](Machine& again) { write_errors(again, *full); }));
}

void ModelApp::write_errors(Machine& machine, const Batch& batch) const {
  Program steps;
  for (std::size_t i = 0; i < batch.before.size(); ++i) {
    const std::int64_t predicted = batch.before[i].label;
    const std::int64_t truth = batch.labels[i];
    if (predicted < 0) continue;  // the learner does not tell
    MessagePtr error = machine.compose({.key = fmt::format("{}.error", machine.name()),
                                        .headers = {{"model", machine.name()},
                                                    {"error", std::int64_t{predicted != truth}},
                                                    {"truth", truth},
                                                    {"predicted", predicted}},
                                        .correlation_id = batch.messages[i]->id(),
                                        .content_type = std::string(kErrorContentType)});
    steps.push_back(write_resource(*options_.errors, std::move(error)));
  }
  machine.eval(std::move(steps));
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

void ModelApp::train(Batch& batch) {
  std::vector<Example> examples;
  examples.reserve(batch.messages.size());
  Inputs inputs(made_as_.options, batch.messages.size());
  for (std::size_t i = 0; i < batch.messages.size(); ++i) {
    const Input input = inputs.of(*batch.messages[i], i);
    examples.push_back({.pixels = input.pixels, .label = batch.labels[i], .features = input.features});
  }
  std::vector<Prediction>& before = batch.before;
  before.resize(examples.size());
  learner_->note_time(batch.time_ns);
  if (asks_probabilities_) {
    const auto classes = static_cast<std::size_t>(made_as_.options.classes);
    probabilities_before_.assign(examples.size() * classes, kNotTold);
  }
  const Predictions predictions(before, probabilities_before_);
  learner_->train(examples, predictions);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].label < 0) continue;
    prequential_.add({.time_ns = batch.time_ns,
                      .truth = examples[i].label,
                      .predicted = before[i].label,
                      .probabilities = told(predictions.probabilities(i))});
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
        Inputs inputs(made_as_.options, 1);
        const Input input = inputs.of(*message, 0);
        probabilities_.assign(static_cast<std::size_t>(made_as_.options.classes), kNotTold);
        learner_->predict({&input, 1}, Predictions(std::span(&prediction_, 1), probabilities_));
      },
      options_.infer_service_ns, [this, message](Machine& again) { forward(again, *message); }));
}

void ModelApp::forward(Machine& machine, const Message& message) {
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
  machine.eval(write_resource(options_.to, std::move(answer)));
}

void ModelApp::finish() {
  if (!filling_->messages.empty()) train(*filling_);
  filling_ = std::make_shared<Batch>();
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
  writer.add_u64(filling_->labels.size());
  for (std::size_t i = 0; i < filling_->labels.size(); ++i) {
    writer.add_u32(static_cast<std::uint32_t>(filling_->labels[i]));
    writer.add_text(filling_->messages[i]->id());
    writer.add(std::span(bytes_of(*filling_->messages[i]), made_as_.options.input_bytes()));
  }
  if (options_.resets_on_alarm) writer.add_text(first_state_);
  return writer.bytes() + learner.bytes();
}

// Only the payload and the label of a message are learned; its id is for what is said of it.
void ModelApp::load_checkpoint(std::string_view checkpoint) {
  const std::string name = "the checkpoint";
  StateReader reader(checkpoint, name);
  batches_ = reader.u64();
  now_.learned = reader.u64();
  now_.time_ns = static_cast<TimeNs>(reader.u64());
  filling_->time_ns = start_ns_;  // the crashed app may have learned from later messages than these
  for (std::uint64_t left = reader.count(options_.batch, "messages"); left > 0; --left) {
    filling_->labels.push_back(static_cast<int>(reader.u32()));
    std::string id(reader.text(kTextBytesMax));
    auto input = std::make_shared<std::vector<std::uint8_t>>(made_as_.options.input_bytes());
    reader.read(*input);
    const auto bytes = std::as_bytes(std::span(*input));
    filling_->messages.push_back(
        make_message({.payload = Payload(std::move(input), bytes), .id = std::move(id)}));
  }
  if (options_.resets_on_alarm) first_state_ = reader.text(kTextBytesMax);
  learner_->load_state(reader);
  reader.finish();
}

void ModelApp::add_counts(const App& crashed) {
  const auto& earlier = dynamic_cast<const ModelApp&>(crashed);
  trained_ += earlier.trained_;
  predicted_ += earlier.predicted_;
  resets_ += earlier.resets_;
  prequential_ = earlier.prequential_;
}

std::vector<Metric> ModelApp::metrics() const {
  std::vector<Metric> metrics = {{"trained", static_cast<double>(trained_)},
                                 {"predicted", static_cast<double>(predicted_)}};
  if (options_.resets_on_alarm) metrics.push_back({"resets", static_cast<double>(resets_)});
  for (Metric& figure : prequential_.metrics(kPrequential)) metrics.push_back(std::move(figure));
  return metrics;
}

}  // namespace dse
