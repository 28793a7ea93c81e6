#include "apps/model.h"

#include <fmt/format.h>

#include <array>

#include "core/error.h"

namespace dse {

struct Model::Batch {
  TimeNs time_ns = 0;  // when its last message was handled
  std::vector<MessagePtr> messages;
  std::vector<int> labels;
};

namespace {

const std::uint8_t* pixels_of(const Message& message) {
  return reinterpret_cast<const std::uint8_t*>(message.payload().bytes().data());
}

}  // namespace

Model::Model(ModelOptions options, std::unique_ptr<Learner> learner)
    : options_(std::move(options)),
      filling_(std::make_shared<Batch>()),
      learner_(std::move(learner)),
      prequential_(options_.prequential) {
  if (options_.note_state_every > 0) note_state();
}

Program Model::program() {
  return {create_resource(options_.to),
          stream_resource(options_.from, options_.prefetch,
                          [this](Machine& machine, const MessagePtr& message) { handle(machine, message); })};
}

void Model::handle(Machine& machine, const MessagePtr& message) {
  check_payload(machine, *message);
  if (const std::int64_t* label = message->headers().find_integer("label")) {
    learn(machine, message, *label);
  } else {
    predict(machine, message);
  }
}

void Model::check_payload(const Machine& machine, const Message& message) const {
  const ImageShape& shape = options_.learner.options.shape;
  if (message.payload().size() == shape.pixels()) return;
  throw InputError({.key = "component." + machine.name()},
                   fmt::format("message {} has {} bytes, but the model was made for images of {} x {}: "
                               "set `shape`, or feed it images of one size",
                               message.id(), message.payload().size(), shape.rows, shape.columns));
}

void Model::learn(Machine& machine, const MessagePtr& message, std::int64_t label) {
  if (label < 0 || label >= options_.learner.options.classes) {
    throw InputError(
        {.key = "component." + machine.name()},
        fmt::format("message {} has label {}, but the model was made for labels 0 to {}: set `classes`",
                    message->id(), label, options_.learner.options.classes - 1));
  }
  ++trained_;
  filling_->messages.push_back(message);
  filling_->labels.push_back(static_cast<int>(label));
  filling_->time_ns = machine.now();
  if (filling_->messages.size() < options_.batch) return machine.eval(after(options_.train_service_ns));

  std::shared_ptr<Batch> full = std::exchange(filling_, std::make_shared<Batch>());
  machine.eval(post([this, full = std::move(full)] { train(*full); }), after(options_.train_service_ns));
}

void Model::train(const Batch& batch) {
  std::vector<Example> examples;
  examples.reserve(batch.messages.size());
  for (std::size_t i = 0; i < batch.messages.size(); ++i) {
    examples.push_back({pixels_of(*batch.messages[i]), batch.labels[i]});
  }
  std::vector<Prediction> before(examples.size());
  learner_->train(examples, before);
  for (std::size_t i = 0; i < before.size(); ++i) {
    prequential_.add(batch.time_ns, before[i].label == examples[i].label);
  }
  ++batches_;
  now_.time_ns = batch.time_ns;
  now_.learned += examples.size();
  if (options_.note_state_every > 0 && batches_ % options_.note_state_every == 0) note_state();
}

void Model::note_state() {
  Hasher hasher;
  learner_->hash_state(hasher);
  states_.push_back({now_.time_ns, now_.learned, hasher.digest()});
}

void Model::predict(Machine& machine, const MessagePtr& message) {
  ++predicted_;
  machine.eval(compute(
      [this, message] {
        const std::array<const std::uint8_t*, 1> image = {pixels_of(*message)};
        learner_->predict(image, std::span(&prediction_, 1));
      },
      options_.infer_service_ns, [this, message](Machine& again) { forward(again, *message, prediction_); }));
}

void Model::forward(Machine& machine, const Message& message, const Prediction& prediction) {
  Headers headers = message.headers();
  headers.set("label", std::int64_t{prediction.label});
  headers.set("model", machine.name());
  headers.set("confidence", prediction.confidence);
  machine.eval(write_resource(options_.to,
                              machine.compose({.payload = message.payload(),
                                               .key = fmt::format("{}.{}", machine.name(), prediction.label),
                                               .headers = std::move(headers),
                                               .correlation_id = message.id(),
                                               .content_type = message.fields().content_type})));
}

void Model::finish() {
  if (!filling_->messages.empty()) train(*filling_);
  filling_ = std::make_shared<Batch>();
  if (options_.note_state_every > 0 && states_.back().learned != now_.learned) note_state();
}

std::vector<Metric> Model::metrics() const {
  std::vector<Metric> metrics = {{"trained", static_cast<double>(trained_)},
                                 {"predicted", static_cast<double>(predicted_)}};
  if (const auto value = prequential_.overall().value()) {
    metrics.push_back({"prequential_accuracy", *value});
    metrics.push_back({"prequential_accuracy_window", *prequential_.window()});
    metrics.push_back({"prequential_accuracy_faded", *prequential_.faded()});
  }
  return metrics;
}

std::vector<CurvePoint> Model::curve() const {
  std::vector<CurvePoint> points;
  const auto add = [&points](const std::string& metric, const std::vector<Accuracy::Point>& curve) {
    for (const Accuracy::Point& point : curve) points.push_back({point.time_ns, metric, point.value});
  };
  add("prequential_accuracy", prequential_.overall().curve());
  add("prequential_accuracy_window", prequential_.window_curve());
  add("prequential_accuracy_faded", prequential_.faded_curve());
  return points;
}

}  // namespace dse
