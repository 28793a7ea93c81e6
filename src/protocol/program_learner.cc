#include "protocol/program_learner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <utility>
#include <vector>

#include "dse/error.h"
#include "protocol/base64.h"
#include "protocol/program_calls.h"
#include "protocol/program_reply.h"

namespace dse {
namespace {

constexpr std::uint32_t kStateBytesMax = 1 << 26;

// What stands for everything learned.
struct Learned {
  std::string digest;
  std::optional<std::string>
      state;  // if it was asked for, or stands for the digest, and the program saves one
};

void hand_over(const SaidPredictions& said, const Predictions& to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = said.each[i];
    const std::span<double> row = to.probabilities(i);
    if (said.probabilities.empty()) continue;
    std::copy_n(said.probabilities.begin() + static_cast<std::ptrdiff_t>(i * row.size()), row.size(),
                row.begin());
  }
}

class ProgramLearner : public Learner {
 public:
  explicit ProgramLearner(ProgramLearnerOptions options)
      : options_(std::move(options)), host_(std::make_unique<ProgramHost>(options_.host)) {}

  void begin() override { start(); }
  void train(std::span<const Example> batch, Predictions before) override;
  void predict(std::span<const Input> inputs, Predictions predictions) override;
  // What it says while it trains is in the model's figures, and nowhere else.
  void hash_state(Hasher& hasher) const override {
    hasher.add(std::string_view(learned().digest));
    hasher.add_u64(said_hash_.digest());
  }
  void save_state(StateWriter& writer) const override;
  void load_state(StateReader& reader) override { initial_ = reader.text(kStateBytesMax); }
  void note_time(TimeNs time_ns) override { time_ns_ = time_ns; }
  void finish() override;
  void crash() override;

 private:
  void start() const;
  // hash_state and save_state ask the program as well, which changes nothing of what it has learned.
  ProgramHost& ready() const;
  ProgramCall call(const char* name, std::string line = "") const {
    if (line.empty()) line = call_line(name);
    return {.name = name, .time_ns = time_ns_, .line = std::move(line)};
  }
  Learned learned() const;
  template <typename InputAt>
  std::string block(std::size_t count, InputAt input_at) const;

  ProgramLearnerOptions options_;
  std::unique_ptr<ProgramHost> host_;
  mutable bool ready_ = false;
  mutable std::optional<std::string> initial_;  // until the program has it
  std::optional<TimeNs> time_ns_;
  mutable Hasher said_hash_;     // what it predicted in training; its digest can be taken at any time
  std::optional<Learned> last_;  // once nothing more is asked
};

void ProgramLearner::start() const {
  if (host_->started()) return;
  host_->start();  // throws when the program is over
  host_->send(call("start", learner_start_line(options_)));
}

// Returns the host once the program has started, and has the state that it begins with.
ProgramHost& ProgramLearner::ready() const {
  if (ready_) return *host_;
  start();
  host_->await(read_nothing);
  if (initial_) {
    host_->ask(call("load", load_line(*initial_)), read_nothing);
    initial_.reset();
  }
  ready_ = true;
  return *host_;
}

// The images or rows one behind the other, as base64.
template <typename InputAt>
std::string ProgramLearner::block(std::size_t count, InputAt input_at) const {
  const std::size_t bytes = options_.made_for.input_bytes();
  std::vector<std::byte> rows(count * bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const Input input = input_at(i);
    const auto* row = options_.made_for.takes_images() ? reinterpret_cast<const std::byte*>(input.pixels)
                                                       : reinterpret_cast<const std::byte*>(input.features);
    std::copy(row, row + bytes, rows.begin() + static_cast<std::ptrdiff_t>(i * bytes));
  }
  std::string text;
  append_base64(rows, text);
  return text;
}

void ProgramLearner::train(std::span<const Example> batch, Predictions before) {
  std::vector<int> labels;
  for (const Example& example : batch) labels.push_back(example.label);
  std::string line = fmt::format(R"({{"call":"train","count":{},"data":"{}","labels":[{}]}})", batch.size(),
                                 block(batch.size(), [&](std::size_t i) { return batch[i].input(); }),
                                 fmt::join(labels, ","));
  const PredictionRules rules{.count = batch.size(), .classes = options_.made_for.classes};
  const SaidPredictions said = ready().ask(call("train", std::move(line)), [&rules](std::string_view reply) {
    return read_predictions(reply, rules);
  });
  for (const Prediction& prediction : said.each) {
    said_hash_.add_i64(prediction.label);
    said_hash_.add_u64(std::bit_cast<std::uint64_t>(prediction.confidence));
  }
  if (said.each.empty()) {
    for (std::size_t i = 0; i < before.size(); ++i) before[i].label = -1;
  } else {
    hand_over(said, before);
  }
}

void ProgramLearner::predict(std::span<const Input> inputs, Predictions predictions) {
  std::string line = fmt::format(R"({{"call":"predict","count":{},"data":"{}"}})", inputs.size(),
                                 block(inputs.size(), [&](std::size_t i) { return inputs[i]; }));
  const PredictionRules rules{.count = inputs.size(), .classes = options_.made_for.classes};
  const SaidPredictions said = ready().ask(call("predict", std::move(line)), [&rules](
                                                                                 std::string_view reply) {
    SaidPredictions read = read_predictions(reply, rules);
    if (read.each.empty())
      throw RunError("it predicts nothing: reply with \"labels\" and \"confidences\", or \"probabilities\"");
    return read;
  });
  hand_over(said, predictions);
}

Learned ProgramLearner::learned() const {
  if (last_) return *last_;
  if (host_->over()) return {};  // the user has interrupted the run
  ProgramHost& host = ready();
  Learned learned;
  const std::optional<std::string> digest = host.ask(call("digest"), read_digest);
  if (options_.keep_state || !digest) learned.state = host.ask(call("save"), read_state);
  learned.digest = digest ? *digest : learned.state.value_or("");
  return learned;
}

void ProgramLearner::save_state(StateWriter& writer) const {
  if (!last_ && host_->over()) throw Interrupted();
  const std::optional<std::string> state = last_ ? last_->state : ready().ask(call("save"), read_state);
  if (!state) {
    throw NothingSaved(fmt::format(
        "component '{}': its learner does not save what it has learned: it must reply to `save` with "
        "{{\"state\": ...}} (in Python, have a method save())",
        options_.host.component));
  }
  writer.add_text(*state);
}

void ProgramLearner::finish() {
  if (last_) return;
  if (host_->over()) throw Interrupted();
  last_ = learned();
  host_->ask(call("finish"), read_nothing);
  host_->end();
}

void ProgramLearner::crash() {
  if (!last_) last_ = learned();
  host_->kill();
}

}  // namespace

std::unique_ptr<Learner> make_program_learner(ProgramLearnerOptions options) {
  return std::make_unique<ProgramLearner>(std::move(options));
}

}  // namespace dse
