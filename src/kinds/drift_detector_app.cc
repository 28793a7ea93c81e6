#include "kinds/drift_detector_app.h"

#include <fmt/format.h>

#include <utility>

#include "core/printable.h"
#include "message/content_types.h"

namespace dse {
namespace {

std::optional<double> number_of(const HeaderValue& value) {
  if (const std::int64_t* integer = integer_of(value)) return static_cast<double>(*integer);
  return real_of(value);
}

std::string shown(const HeaderValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? printable(to_text(value)) : quoted_text(*text);
}

}  // namespace

DriftDetectorApp::DriftDetectorApp(const DriftDetectorOptions& options, std::vector<PlantedDrift> planted,
                                   const MakeContext& context)
    : options_(options),
      prefetch_(context.prefetch),
      detector_(options.detector.make(options.parameters)),
      score_(std::move(planted), options.max_delay_ns) {}

Program DriftDetectorApp::program() {
  return {create_resource(options_.to), stream_resource(options_.consumer.from, prefetch_,
                                                        [this](Machine& machine, const MessagePtr& message) {
                                                          handle(machine, *message);
                                                        })};
}

void DriftDetectorApp::handle(Machine& machine, const Message& message) {
  if (const std::optional<std::string> reason = why_unfit(message)) {
    machine.refuse_current(*reason);
    return machine.next();
  }
  ++examples_;
  score_.note_example(machine.now());
  const DriftState before = state_;
  state_ = detector_->update(*number_of(*message.headers().find(options_.value)));
  Program steps;
  if (options_.consumer.service_ns > 0) steps.push_back(after(options_.consumer.service_ns));
  const bool begins_to_warn = state_ == DriftState::kWarning && before != DriftState::kWarning;
  if (state_ == DriftState::kDrift || begins_to_warn) {
    steps.push_back(call([this, level = state_, cause = message.id()](Machine& again) mutable {
      write_alarm(again, level, std::move(cause));
    }));
  }
  machine.eval(std::move(steps));
}

// Why the message has nothing to watch; empty when it has.
std::optional<std::string> DriftDetectorApp::why_unfit(const Message& message) const {
  const std::string name = printable(options_.value);
  const HeaderValue* value = message.headers().find(options_.value);
  if (value == nullptr)
    return fmt::format("it has no header `{}`: bind only messages that have it, or set `value`", name);
  const std::optional<double> number = number_of(*value);
  if (!number)
    return fmt::format("its header `{}` is {} ({}), and no number", name, shown(*value), type_name(*value));
  const DriftDetectorInfo& detector = options_.detector;
  if (*number >= detector.least && *number <= detector.most) return std::nullopt;  // NaN is not
  return fmt::format("its header `{}` is {}, and {} takes numbers from {} to {}", name, *number,
                     detector.name, detector.least, detector.most);
}

void DriftDetectorApp::write_alarm(Machine& machine, DriftState level, std::string cause) {
  const bool is_drift = level == DriftState::kDrift;
  ++(is_drift ? alarms_ : warnings_);
  if (is_drift) score_.note_alarm(machine.now());
  const std::string_view word = is_drift ? kDriftLevel : kWarningLevel;
  MessagePtr alarm = machine.compose({.key = fmt::format("{}.{}", machine.name(), word),
                                      .headers = {{"detector", machine.name()},
                                                  {"examples", static_cast<std::int64_t>(examples_)},
                                                  {std::string(kAlarmLevel), std::string(word)},
                                                  {"mean", detector_->mean()}},
                                      .correlation_id = std::move(cause),
                                      .content_type = std::string(kAlarmContentType)});
  machine.eval(write_resource(options_.to, std::move(alarm)));
}

std::vector<Metric> DriftDetectorApp::metrics() const {
  std::vector<Metric> metrics = {{"examples", static_cast<double>(examples_)},
                                 {"alarms", static_cast<double>(alarms_)}};
  if (options_.detector.warns) metrics.push_back({"warnings", static_cast<double>(warnings_)});
  if (!score_.judges()) return metrics;
  const DriftScore::Figures figures = score_.figures();
  for (const auto& [name, count] : {std::pair("drifts", figures.drifts),
                                    {"detected", figures.detected},
                                    {"missed", figures.missed()},
                                    {"repeated_alarms", figures.repeated_alarms},
                                    {"false_alarms", figures.false_alarms}})
    metrics.push_back({name, static_cast<double>(count)});
  if (figures.delay_ns) metrics.push_back({"detection_delay_ns", *figures.delay_ns});
  if (figures.delay_examples) metrics.push_back({"detection_delay_examples", *figures.delay_examples});
  return metrics;
}

std::optional<std::string> DriftDetectorApp::save_checkpoint() const {
  StateWriter writer;
  writer.add_u64(static_cast<std::uint64_t>(state_));
  detector_->save_state(writer);
  return writer.bytes();
}

void DriftDetectorApp::load_checkpoint(std::string_view checkpoint) {
  const std::string name = "the checkpoint";
  StateReader reader(checkpoint, name);
  state_ = static_cast<DriftState>(
      reader.count(static_cast<std::uint64_t>(DriftState::kDrift), "as the state of a detector"));
  detector_->load_state(reader);
  reader.finish();
}

void DriftDetectorApp::add_counts(const App& crashed) {
  const auto& earlier = dynamic_cast<const DriftDetectorApp&>(crashed);
  examples_ += earlier.examples_;
  alarms_ += earlier.alarms_;
  warnings_ += earlier.warnings_;
  score_ = earlier.score_;
}

}  // namespace dse
