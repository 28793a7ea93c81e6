#include "kinds/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "dataset/classes.h"
#include "kinds/initial_learner.h"
#include "kinds/model_app.h"
#include "kinds/program_files.h"
#include "kinds/program_host_options.h"
#include "learn/input_words.h"
#include "protocol/program_calls.h"
#include "protocol/program_learner.h"

namespace dse {
namespace {

constexpr std::int64_t kSideMax = 4096;

constexpr std::int64_t kFeaturesMax = 100'000;
constexpr const char* kReset = "reset";
constexpr std::int64_t kLabelWindowMax = 1'000'000;
constexpr ImageShape kNoImage{0, 0};

// The size of the images or rows that can reach the model, and the number of their labels.
LearnerOptions made_for(const ModelOptions& options, const MakeContext& context) {
  const bool told = options.shape || options.features;
  std::optional<LearnerOptions> found;
  int classes = 0;
  for (const DataInput& input : context.inputs()) {
    const LearnerOptions next{.shape = {input.data->rows(), input.data->columns()},
                              .features = input.data->features()};
    if (!told && found &&
        input_words(found->shape, found->features) != input_words(next.shape, next.features)) {
      throw InputError(context.place, fmt::format("{} and {} reach it: a model takes one size",
                                                  input_words(found->shape, found->features),
                                                  input_words(next.shape, next.features)));
    }
    found = next;
    if (input.labelled) classes = std::max(classes, input.data->classes());
  }
  if (told) found = {.shape = options.shape.value_or(kNoImage), .features = options.features.value_or(0)};
  if (!found) {
    throw InputError(context.place,
                     "no data set reaches it that would tell the size of its images: set `shape`, or "
                     "`features` for the rows of a table");
  }
  found->classes = options.classes.value_or(classes_told_by(classes));
  found->parameters = options.learner.set_parameters;
  return *found;
}

std::unique_ptr<Learner> program_learner(const ExternalProgram& command, const LearnerOptions& made_for,
                                         const MakeContext& context) {
  return make_program_learner({.host = program_host_options(command, context),
                               .made_for = made_for,
                               .seed = context.random("program").next_u64(),
                               .keep_state = context.keep_state});
}

class ModelComponent : public Component {
 public:
  explicit ModelComponent(ModelOptions options) : options_(std::move(options)) {}

  Ports ports() const override {
    Ports ports{.reads = options_.from, .writes = {options_.to}};
    if (options_.errors) ports.writes.push_back(*options_.errors);
    return ports;
  }
  std::vector<MetricInfo> metrics() const override {
    std::vector<MetricInfo> metrics = {{.name = "trained", .unit = "messages"},
                                       {.name = "predicted", .unit = "messages", .written = true},
                                       {.name = "accuracy", .unit = "share", .curve = true}};
    if (options_.resets_on_alarm) metrics.push_back({.name = "resets", .unit = "messages"});
    for (MetricInfo& figure : PrequentialFigures::metric_infos(kPrequential))
      metrics.push_back(std::move(figure));
    if (options_.label_window > 0) {
      for (MetricInfo& late : late_label_joins()) metrics.push_back(std::move(late));
    }
    return metrics;
  }
  Emits emits() const override {
    return {.labels = true, .answers = true, .probabilities = true, .forwards = true};
  }
  bool learns() const override { return true; }
  bool keeps_state() const override { return true; }
  unsigned job_cost() const override { return options_.learner.cost; }
  bool jobs_wait() const override { return options_.learner.program != nullptr; }
  std::vector<std::string> kept_files() const override { return {kLearnerEnding}; }
  std::vector<ReadFile> read_files() const override {
    std::vector<ReadFile> files;
    if (options_.learner.program != nullptr) files = program_files(*options_.learner.program);
    if (options_.initial) files.push_back({"initial", options_.initial->path, options_.initial->place});
    return files;
  }
  std::optional<int> label_classes(const MakeContext& context) const override {
    return made_for(options_, context).classes;
  }
  std::unique_ptr<App> make(const MakeContext& context) const override;

 private:
  std::unique_ptr<App> make_with(std::unique_ptr<Learner> learner, const LearnerKind& kind,
                                 const MakeContext& context) const;

  ModelOptions options_;
};

std::unique_ptr<App> ModelComponent::make(const MakeContext& context) const {
  const LearnerKind kind{options_.learner.name, made_for(options_, context)};
  std::unique_ptr<Learner> learner;
  if (options_.learner.program != nullptr) {
    if (kind.options.input_bytes() * options_.batch > kBlockBytesMax) {
      throw InputError(context.place,
                       fmt::format("its learner is a program, which can be told {} bytes in one batch, "
                                   "and {} {} are more: set a smaller `batch`",
                                   kBlockBytesMax, options_.batch,
                                   input_words(kind.options.shape, kind.options.features)));
    }
    note_program_files(*options_.learner.program, *context.files);
    return make_with(program_learner(*options_.learner.program, kind.options, context), kind, context);
  }
  try {
    learner = options_.learner.make(kind.options, context.random("weights"));
  } catch (const std::invalid_argument& refusal) {
    throw InputError(context.place, refusal.what());
  }
  if (learner == nullptr) {
    throw UsageError(fmt::format("the learner '{}' has made nothing: its function `make` must return one",
                                 options_.learner.name));
  }
  return make_with(std::move(learner), kind, context);
}

// Makes the application of a model that has this learner.
std::unique_ptr<App> ModelComponent::make_with(std::unique_ptr<Learner> learner, const LearnerKind& kind,
                                               const MakeContext& context) const {
  if (options_.initial) load_initial(*options_.initial, kind, *context.files, *learner);
  context.require_fitting({.learner = kind.options, .late_labels = options_.label_window > 0});
  return make_model_app(options_, kind.options, std::move(learner), context);
}

std::optional<ImageShape> read_shape(const KeyReader& keys) {
  const auto pair = keys.pair_if_any("shape");
  if (!pair) return std::nullopt;
  if (std::min(pair->first, pair->second) < 1 || std::max(pair->first, pair->second) > kSideMax)
    keys.refuse("shape", fmt::format("expected rows and columns from 1 to {}", kSideMax));
  return ImageShape{static_cast<int>(pair->first), static_cast<int>(pair->second)};
}

std::optional<std::string> read_errors(const KeyReader& keys, const ModelOptions& options) {
  std::optional<std::string> errors = keys.text_if_any("errors");
  if (errors && (*errors == options.from || *errors == options.to)) {
    keys.refuse("errors", fmt::format("is '{}', which is its `{}`: give errors a resource of their own",
                                      *errors, *errors == options.from ? "from" : "to"));
  }
  return errors;
}

std::shared_ptr<const Component> read_model(const KeyReader& keys) {
  ModelOptions options;
  options.learner = keys.learner("learner");
  options.from = keys.text("from");
  options.to = keys.text("to");
  options.batch = static_cast<std::size_t>(keys.integer("batch"));
  options.train_service_ns = keys.duration("service.train");
  options.infer_service_ns = keys.duration("service.infer");
  options.shape = read_shape(keys);
  if (const auto features = keys.integer_if_any("features")) options.features = static_cast<int>(*features);
  if (options.shape && options.features)
    keys.refuse("features",
                "a model takes images or rows of a table: `shape` says one, `features` the other");
  if (const auto classes = keys.integer_if_any("classes")) options.classes = static_cast<int>(*classes);
  options.initial = read_file_if_any(keys, "initial");
  options.probabilities = keys.flag("probabilities");
  options.errors = read_errors(keys, options);
  options.resets_on_alarm = keys.text("on_alarm") == kReset;
  if (options.resets_on_alarm && options.learner.program != nullptr) {
    keys.refuse("on_alarm",
                "is \"reset\", but its learner is a program, which dse cannot make as it was at first: leave "
                "it out, or let the program itself notice drifts");
  }
  options.label_window = static_cast<std::size_t>(keys.integer("label_window"));
  return make_model(std::move(options));
}

}  // namespace

std::shared_ptr<const Component> make_model(ModelOptions options) {
  return std::make_shared<const ModelComponent>(std::move(options));
}

std::unique_ptr<App> make_model_app(const ModelOptions& options, const LearnerOptions& made_for,
                                    std::unique_ptr<Learner> learner, const MakeContext& context) {
  return std::make_unique<ModelApp>(options, made_for, std::move(learner), context);
}

Kind model_kind() {
  return {
      .name = "model",
      .meaning =
          "Learns from messages with the header `label`. Predicts the others, and forwards the same "
          "payload with the headers `label`, `model` and `confidence`, the key `<model>.<label>`, and as "
          "`correlation_id` the id of the message that it answers.",
      .keys =
          {{.name = "learner", .type = KeyType::kLearner, .required = true, .meaning = "the learner"},
           {.name = "from", .type = KeyType::kResource, .required = true, .meaning = "resource to stream"},
           {.name = "to", .type = KeyType::kResource, .required = true, .meaning = "resource to write"},
           {.name = "batch",
            .type = KeyType::kInteger,
            .fallback = std::int64_t{16},
            .range = {1, 4096},
            .meaning = "images or rows of one training step, each of which is predicted by what was learned "
                       "before the first. The last, incomplete batch is learned when the "
                       "run ends"},
           {.name = "service.train",
            .type = KeyType::kDuration,
            .fallback = std::int64_t{0},
            .meaning = "virtual time that a message with a label takes"},
           {.name = "service.infer",
            .type = KeyType::kDuration,
            .fallback = std::int64_t{0},
            .meaning = "virtual time that a message without one takes"},
           {.name = "shape",
            .type = KeyType::kPair,
            .meaning = "`[rows, columns]` of its images, each from 1 to 4096, if no data set in the "
                       "scenario shows it"},
           {.name = "features",
            .type = KeyType::kInteger,
            .range = {1, kFeaturesMax},
            .meaning = "how many numbers its rows have (each a little-endian float32), if it takes rows of a "
                       "table and no data set in the scenario shows it"},
           {.name = "classes",
            .type = KeyType::kInteger,
            .range = {2, 256},
            .meaning = "number of labels; by default one more than the largest label in the label files "
                       "of the generators that reach it, and 10 when none does, or when all their "
                       "labels are 0"},
           {.name = "initial",
            .type = KeyType::kFile,
            .meaning = "a [saved learner](learner-state.md) to start from: a file that `dse replay "
                       "--save-models` wrote for the same learner, shape and classes"},
           {.name = "probabilities",
            .type = KeyType::kFlag,
            .fallback = false,
            .meaning = "its predictions have the header `probabilities` as well, a list of that of each "
                       "label from 0 on, if its learner tells them"},
           {.name = "label_window",
            .type = KeyType::kInteger,
            .fallback = std::int64_t{0},
            .range = {0, kLabelWindowMax},
            .meaning = "how many of the messages that it has answered wait for their "
                       "[labels](scenario-format.md#late-labels), the oldest being forgotten first; with 0 "
                       "no label may come late"},
           {.name = "errors",
            .type = KeyType::kResource,
            .meaning = "resource to which it writes whether it predicted each example rightly before it "
                       "learned it: an empty payload, the content type `application/vnd.dse.error`, the key "
                       "`<model>.error`, the headers `model`, `error` (0 or 1), `truth` and `predicted`, and "
                       "as `correlation_id` the id of the example. By default it writes none"},
           {.name = "on_alarm",
            .type = KeyType::kChoice,
            .fallback = std::string("refuse"),
            .choices = {"refuse", kReset},
            .meaning = "what it does with a message of the content type `application/vnd.dse.alarm`; with "
                       "`\"reset\"` it starts again from what it was made with. A learner that is a program "
                       "cannot"}},
      .read = read_model};
}

}  // namespace dse
