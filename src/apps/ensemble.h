// A consumer that takes the majority of several models' answers to one message.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "apps/app.h"

namespace dse {

struct EnsembleOptions {
  std::string from;
  std::vector<std::string> models;  // whose answers count
  std::uint32_t prefetch = 0;
  TimeNs service_ns = 0;  // virtual time that one message takes
};

// When every model has answered a message, the label with the most votes wins; of equals the one with the
// larger sum of confidences, then the smaller label. Keeps one CSV line a verdict.
class Ensemble : public App {
 public:
  // `verdict` is told each decision, for scoring: the id of the message that the answers are about. The
  // column `truth` stays empty where nobody knows it.
  Ensemble(EnsembleOptions options, LineSink sink, TruthSink verdict, TruthOf truth_of = {});

  Program program() override;
  // received, decided, and undecided: messages that some model never answered.
  std::vector<Metric> metrics() const override;

 private:
  struct Answer {
    std::int64_t label = 0;
    double confidence = 0;
  };
  // By model, so that sums are taken in one order.
  using Ballot = std::map<std::string, Answer>;

  void count(const Machine& machine, const Message& message);
  void decide(const Machine& machine, const std::string& id, const Ballot& ballot);

  EnsembleOptions options_;
  LineSink sink_;
  TruthSink verdict_;
  TruthOf truth_of_;
  std::unordered_map<std::string, Ballot> open_;
  std::uint64_t received_ = 0;
  std::uint64_t decided_ = 0;
};

}  // namespace dse
