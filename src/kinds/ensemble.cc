#include "kinds/ensemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/csv.h"

namespace dse {
namespace {

constexpr const char* kVerdictsEnding = ".csv";

class EnsembleApp : public App {
 public:
  EnsembleApp(ConsumerOptions options, std::vector<std::string> models, const MakeContext& context)
      : options_(std::move(options)),
        models_(std::move(models)),
        prefetch_(context.prefetch),
        sink_(context.open_lines(kVerdictsEnding)),
        verdict_(context.verdict),
        truth_of_(context.truth_of),
        called_(context.called) {
    if (context.restarts > 0) return;
    sink_("virtual_time_ns,correlation_id,label,votes,models,truth");
  }

  Program program() override {
    return consume(options_, prefetch_,
                   [this](Machine& machine, const MessagePtr& message) { count(machine, *message); });
  }
  // `received`, `decided`, and `undecided`: messages that some model never answered.
  std::vector<Metric> metrics() const override {
    return {{"received", static_cast<double>(received_)},
            {"decided", static_cast<double>(decided_)},
            {"undecided", static_cast<double>(open_.size() + forgotten_.size())}};
  }
  void add_counts(const App& crashed) override;

 private:
  struct Answer {
    std::int64_t label = 0;
    double confidence = 0;
  };
  // Ordered by model, so that sums are always taken in the same order.
  using Ballot = std::map<std::string, Answer>;

  const std::string* voter(const std::string& component) const;
  void count(const Machine& machine, const Message& message);
  void decide(const Machine& machine, const std::string& id, const Ballot& ballot);

  ConsumerOptions options_;
  std::vector<std::string> models_;
  std::uint32_t prefetch_;
  LineSink sink_;
  TruthSink verdict_;
  TruthOf truth_of_;
  std::function<std::string(const std::string&)> called_;  // empty: each by its own name
  std::unordered_map<std::string, Ballot> open_;
  std::set<std::string> forgotten_;  // messages whose ballots were open when it crashed
  std::uint64_t received_ = 0;
  std::uint64_t decided_ = 0;
};

void EnsembleApp::add_counts(const App& crashed) {
  const auto& earlier = dynamic_cast<const EnsembleApp&>(crashed);
  received_ += earlier.received_;
  decided_ += earlier.decided_;
  forgotten_ = earlier.forgotten_;
  for (const auto& [id, ballot] : earlier.open_) forgotten_.insert(id);
}

// The model for which that component has answered: replicas have one vote together. Null when it has none.
const std::string* EnsembleApp::voter(const std::string& component) const {
  const auto found = [this](const std::string& name) {
    const auto model = std::find(models_.begin(), models_.end(), name);
    return model == models_.end() ? nullptr : &*model;
  };
  return called_ ? found(called_(component)) : found(component);
}

void EnsembleApp::count(const Machine& machine, const Message& message) {
  ++received_;
  const std::int64_t* label = message.headers().find_integer("label");
  const std::string* model = voter(message.app_id());
  if (label == nullptr || message.correlation_id().empty() || model == nullptr) return;

  forgotten_.erase(message.correlation_id());
  Ballot& ballot = open_[message.correlation_id()];
  ballot.insert_or_assign(*model, Answer{*label, message.headers().find_real("confidence").value_or(0.0)});
  if (ballot.size() < models_.size()) return;
  decide(machine, message.correlation_id(), ballot);
  open_.erase(message.correlation_id());
}

void EnsembleApp::decide(const Machine& machine, const std::string& id, const Ballot& ballot) {
  struct Tally {
    int votes = 0;
    double confidence = 0;
  };
  std::map<std::int64_t, Tally> tallies;
  for (const auto& [model, answer] : ballot) {
    Tally& tally = tallies[answer.label];
    ++tally.votes;
    tally.confidence += answer.confidence;
  }
  const auto winner = std::max_element(tallies.begin(), tallies.end(), [](const auto& a, const auto& b) {
    return a.second.votes != b.second.votes ? a.second.votes < b.second.votes
                                            : a.second.confidence < b.second.confidence;
  });
  ++decided_;
  if (verdict_) verdict_(id, static_cast<int>(winner->first));
  const std::optional<int> truth = truth_of_ ? truth_of_(id) : std::nullopt;
  sink_(fmt::format("{},{},{},{},{},{}", machine.now(), csv_field(id), winner->first, winner->second.votes,
                    ballot.size(), truth ? fmt::format("{}", *truth) : ""));
}

class Ensemble : public Component {
 public:
  Ensemble(ConsumerOptions options, std::vector<std::string> models)
      : options_(std::move(options)), models_(std::move(models)) {}

  Ports ports() const override { return {.reads = options_.from}; }
  std::vector<MetricInfo> metrics() const override {
    return {{.name = "received", .unit = "messages"},
            {.name = "decided", .unit = "messages"},
            {.name = "undecided", .unit = "messages"},
            {.name = "accuracy", .curve = true}};
  }
  std::vector<std::string> kept_files() const override { return {kVerdictsEnding}; }
  Named named() const override { return {.key = "models", .components = models_}; }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    return std::make_unique<EnsembleApp>(options_, models_, context);
  }

 private:
  ConsumerOptions options_;
  std::vector<std::string> models_;
};

std::shared_ptr<const Component> read_ensemble(const KeyReader& keys) {
  ConsumerOptions options = read_consumer(keys);
  std::vector<std::string> models = keys.texts("models");
  for (auto model = models.begin(); model != models.end(); ++model) {
    if (std::find(models.begin(), model, *model) != model)
      keys.refuse("models", fmt::format("names '{}' twice: a model has one vote", *model));
  }
  return make_ensemble(std::move(options), std::move(models));
}

}  // namespace

std::shared_ptr<const Component> make_ensemble(ConsumerOptions options, std::vector<std::string> models) {
  return std::make_shared<const Ensemble>(std::move(options), std::move(models));
}

Kind ensemble_kind() {
  std::vector<KeyInfo> keys = consumer_keys();
  keys.push_back({.name = "models",
                  .type = KeyType::kTexts,
                  .required = true,
                  .meaning = "the models whose answers make a verdict"});
  return {.name = "ensemble",
          .meaning = "Takes the majority of several models' answers, and keeps its verdicts in NAME.csv.",
          .keys = std::move(keys),
          .read = read_ensemble};
}

}  // namespace dse
