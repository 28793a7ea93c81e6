// What a program answers to a call, decoded (docs/program-protocol.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dse/binding.h"
#include "dse/hash.h"
#include "dse/learner.h"
#include "dse/message.h"

namespace dse {

struct CreateStep {
  std::string resource;
};
struct BindStep {
  BindingSpec binding;
};
struct WriteStep {
  std::string resource;
  MessageFields message;
  bool mandatory = false;
  bool confirm = false;
};
struct StreamStep {
  std::optional<std::uint32_t> prefetch;  // empty: the scenario's
};
struct AfterStep {
  TimeNs delay_ns = 0;
};
struct RejectStep {
  bool requeue = false;
};
struct MetricStep {
  std::string name;
  double value = 0;
};
struct ExitStep {
  int status = 0;
};
using ReplyStep =
    std::variant<CreateStep, BindStep, WriteStep, StreamStep, AfterStep, RejectStep, MetricStep, ExitStep>;

// Adds all that the step says.
void add_to_hash(Hasher& hasher, const ReplyStep& step);

// Which steps a reply may have.
struct StepRules {
  const std::vector<std::string>& may_write;
  const std::vector<std::string>& metrics;
  bool reads = false;          // the component reads a resource
  bool streams = false;        // it has begun to stream
  bool handling = false;       // a message is being handled
  const char* note = nullptr;  // the call, when its reply can have nothing that waits or ends
};

// Each reads a reply of one kind, on one line. They throw ProtocolError for what is not one.
std::vector<ReplyStep> read_steps(std::string_view line, const StepRules& rules);
// A reply that says nothing.
void read_nothing(std::string_view line);
// Bytes, already decoded; empty when the program saves nothing.
std::optional<std::string> read_state(std::string_view line);
std::optional<std::string> read_digest(std::string_view line);
struct FinishReply {
  std::map<std::string, double> metrics;
  std::optional<std::string> digest;
};
FinishReply read_finish(std::string_view line, const std::vector<std::string>& metrics);
// `count` predictions of labels below `classes`; none when the reply has none.
struct SaidPredictions {
  std::vector<Prediction> each;
  std::vector<double>
      probabilities;  // a row for each prediction; empty when the reply has labels and confidences
};
struct PredictionRules {
  std::size_t count = 0;
  int classes = 0;
};
SaidPredictions read_predictions(std::string_view line, const PredictionRules& rules);

}  // namespace dse
