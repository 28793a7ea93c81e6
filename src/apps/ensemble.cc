#include "apps/ensemble.h"

#include <fmt/format.h>

#include <algorithm>

namespace dse {

Ensemble::Ensemble(EnsembleOptions options, LineSink sink, TruthSink verdict, TruthOf truth_of)
    : options_(std::move(options)),
      sink_(std::move(sink)),
      verdict_(std::move(verdict)),
      truth_of_(std::move(truth_of)) {
  sink_("virtual_time_ns,correlation_id,label,votes,models,truth");
}

Program Ensemble::program() {
  return {
      stream_resource(options_.from, options_.prefetch, [this](Machine& machine, const MessagePtr& message) {
        count(machine, *message);
        if (options_.service_ns == 0) return machine.next();
        machine.eval(after(options_.service_ns));
      })};
}

void Ensemble::count(const Machine& machine, const Message& message) {
  ++received_;
  const std::int64_t* label = message.headers().find_integer("label");
  const HeaderValue* confidence = message.headers().find("confidence");
  const bool counts =
      std::find(options_.models.begin(), options_.models.end(), message.app_id()) != options_.models.end();
  if (label == nullptr || message.correlation_id().empty() || !counts) return;

  Ballot& ballot = open_[message.correlation_id()];
  const double* sure = confidence == nullptr ? nullptr : std::get_if<double>(confidence);
  ballot.insert_or_assign(message.app_id(), Answer{*label, sure == nullptr ? 0.0 : *sure});
  if (ballot.size() < options_.models.size()) return;
  decide(machine, message.correlation_id(), ballot);
  open_.erase(message.correlation_id());
}

void Ensemble::decide(const Machine& machine, const std::string& id, const Ballot& ballot) {
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
  verdict_(id, static_cast<int>(winner->first));
  const std::optional<int> truth = truth_of_ ? truth_of_(id) : std::nullopt;
  sink_(fmt::format("{},{},{},{},{},{}", machine.now(), id, winner->first, winner->second.votes,
                    ballot.size(), truth ? fmt::format("{}", *truth) : ""));
}

std::vector<Metric> Ensemble::metrics() const {
  return {{"received", static_cast<double>(received_)},
          {"decided", static_cast<double>(decided_)},
          {"undecided", static_cast<double>(open_.size())}};
}

}  // namespace dse
