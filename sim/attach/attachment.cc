#include "sim/attach/attachment.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "amqp/patience.h"
#include "amqp/run_mark.h"

namespace dse {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kTurnMax{2};          // then it checks what has arrived
constexpr milliseconds kRestMax{100};        // then it checks whether the run is over
constexpr milliseconds kRestWatchedMax{40};  // likewise, when people look at it
constexpr milliseconds kBetweenShows{200};
constexpr std::chrono::seconds kConfirmsMax{30};
constexpr std::chrono::seconds kStandstillMax{1};  // once the user has interrupted it

const std::atomic<bool> kNever{false};

}  // namespace

Gateway::Options gateway_options(const Scenario& scenario, const BrokerAddress& broker,
                                 const std::atomic<bool>& interrupted) {
  Gateway::Options options{
      .connection = {.address = broker, .name = "dse attach " + scenario.name, .interrupted = &interrupted},
      .run = make_run_mark(scenario.path)};
  for (const ComponentConfig& component : scenario.components) {
    const Ports ports = component.component->ports();
    if (ports.to_outside) options.exports.push_back({ports.to_outside->exchange});
    if (const std::optional<OutsidePort>& from = ports.from_outside) {
      options.imports.push_back({.name = component.name,
                                 .queue = from->queue,
                                 .exchange = from->exchange,
                                 .key = from->key,
                                 .prefetch = static_cast<std::uint16_t>(from->prefetch)});
    }
  }
  return options;
}

Attachment::Attachment(const Scenario& scenario, World& world, Gateway& gateway, CaptureWriter* capture,
                       Options options)
    : scenario_(scenario), world_(world), gateway_(gateway), capture_(capture), options_(std::move(options)) {
  for (std::size_t i = 0; i < scenario.components.size(); ++i) {
    const ComponentConfig& component = scenario.components[i];
    if (is_export(component)) exports_.emplace(component.name, exports_.size());
    if (is_import(component)) imports_.push_back(i);
  }
}

void Attachment::write(const ComponentConfig& exporter, const MessagePtr& message) {
  gateway_.write(exports_.at(exporter.name), message);
}

RunResult Attachment::run(const Interrupts& interrupts, const Show& show) {
  start_ = Clock::now();
  shown_ = start_;
  try {
    serve(interrupts, show);
  } catch (const BrokerError&) {
    failure_ = std::current_exception();
  }
  // Everything in the capture has been on the bus, unless a refusal ended the run before that.
  advance_to(end_ns());
  if (capture_ != nullptr) capture_->end(end_ns());
  if (failure_ == nullptr) {
    try {
      settle();
      wait_for_confirms(interrupts, show);
    } catch (const BrokerError&) {
      failure_ = std::current_exception();
    }
  }
  for (const Imported& rejected : gateway_.stop_imports())
    world_.note_refusal(imports_[rejected.import], *rejected.message, rejected.refused);
  const bool completed = failure_ == nullptr && !interrupts.first;
  RunResult result = world_.finish(completed ? RunStatus::kCompleted : RunStatus::kInterrupted);
  add_gateway_metrics(result);
  return result;
}

void Attachment::serve(const Interrupts& interrupts, const Show& show) {
  while (!over(interrupts)) {
    turn();
    show_now_and_then(show);
    if (options_.look) options_.look();
    rest();
  }
}

bool Attachment::over(const Interrupts& interrupts) const {
  if (interrupts.first || world_.over()) return true;
  if (options_.longest && Clock::now() - start_ >= nanoseconds(*options_.longest)) return true;
  if (scenario_.until_ns && world_.now() >= *scenario_.until_ns) return true;
  return imports_.empty() && !world_.next_time_ns();
}

void Attachment::turn() {
  gateway_.check();
  take_imports();
  advance();
  settle();
}

TimeNs Attachment::paced_now_ns() {
  // As fast as possible, what arrives comes after what has happened.
  const TimeNs now_ns = options_.pace.now_ns();
  const TimeNs paced_ns = now_ns == INT64_MAX ? 0 : now_ns;
  return scenario_.until_ns ? std::min(paced_ns, *scenario_.until_ns) : paced_ns;
}

void Attachment::take_imports() {
  if (scenario_.until_ns && world_.now() >= *scenario_.until_ns) return;
  for (Imported& imported : gateway_.take()) {
    if (world_.over()) return;  // unsettled messages are delivered again
    take_import(std::move(imported));
  }
}

void Attachment::take_import(Imported&& imported) {
  const std::size_t component = imports_[imported.import];
  if (!imported.refused.empty()) {
    // When a refusal ends the run, what came before it has been on the bus.
    if (scenario_.components[component].ends_when_refusing) advance_to(end_ns());
    world_.note_refusal(component, *imported.message, imported.refused);
    return gateway_.reject(imported.tag);
  }
  // A duplicate waits for the original.
  if (imported.message) {
    last_import_ns_ = std::max({add_time(world_.now(), 1), paced_now_ns(), last_import_ns_});
    capture_->add(scenario_.components[component].name, last_import_ns_, *imported.message);
    world_.import(component, std::move(imported.message), last_import_ns_);
  }
  unsettled_.push_back({last_import_ns_, imported.tag});
}

// Handles everything that is due, or a part of it if that takes long or the broker is behind.
void Attachment::advance() {
  const Clock::time_point longest = Clock::now() + kTurnMax;
  options_.pace.note(world_.now());
  if (options_.pace.take_step()) {
    if (const std::optional<TimeNs> next_ns = world_.next_time_ns()) advance_to(*next_ns);
    return;
  }
  const bool paced = options_.pace.now_ns() != INT64_MAX;
  const TimeNs last_ns = paced ? paced_now_ns() : scenario_.until_ns.value_or(INT64_MAX - 1);
  while (!gateway_.full()) {
    const std::optional<TimeNs> next_ns = world_.next_time_ns();
    if (!next_ns || *next_ns > last_ns) {
      // The virtual clock itself keeps pace with the real one.
      if (paced || (scenario_.until_ns && imports_.empty())) advance_to(std::max(last_ns, world_.now()));
      return;
    }
    advance_to(*next_ns);
    if (Clock::now() >= longest) return;
  }
}

void Attachment::advance_to(TimeNs time_ns) {
  world_.advance_to(time_ns, kNever, [](TimeNs, std::uint64_t) {});
}

void Attachment::settle() {
  if (unsettled_.empty()) return;
  capture_->flush();
  while (!unsettled_.empty() && unsettled_.front().time_ns <= world_.now()) {
    gateway_.acknowledge(unsettled_.front().tag);
    unsettled_.pop_front();
  }
}

// Waits until the next event is due, something arrives, or it is time to check.
void Attachment::rest() {
  const auto now = Clock::now();
  auto until = now + (options_.look ? kRestWatchedMax : kRestMax);
  const std::optional<TimeNs> next_ns = world_.next_time_ns();
  const bool comes = next_ns && (!scenario_.until_ns || *next_ns <= *scenario_.until_ns);
  if (comes && !gateway_.full()) {
    until = std::min(until, options_.pace.due(*next_ns));
  }
  if (until > now) gateway_.notifier().wait_until(until);
}

void Attachment::wait_for_confirms(const Interrupts& interrupts, const Show& show) {
  const RealClock clock;
  Patience patience({.longest = kConfirmsMax, .standstill = kConfirmsMax}, clock);
  Patience of_interrupted({.longest = kConfirmsMax, .standstill = kStandstillMax}, clock);
  while (gateway_.unconfirmed() > 0 || !gateway_.settled()) {
    gateway_.check();
    const std::uint64_t under_way = gateway_.unconfirmed();
    const bool no_sense = of_interrupted.is_over(under_way);
    if (interrupts.second || (interrupts.first && no_sense)) return;
    if (patience.is_over(under_way)) fail_for_unconfirmed();
    show_now_and_then(show);
    gateway_.notifier().wait_until(Clock::now() + kRestMax);
  }
}

void Attachment::fail_for_unconfirmed() const {
  const std::string problem = gateway_.counts().problem;
  throw BrokerError(fmt::format(
      "{} exported messages were not confirmed by the broker within {} s: {}", gateway_.unconfirmed(),
      kConfirmsMax.count(),
      problem.empty() ? "it says nothing; check that it runs, and that the network carries what it says"
                      : problem));
}

// Adds the metrics that the world itself cannot know.
void Attachment::add_gateway_metrics(RunResult& result) const {
  const Gateway::Counts counts = gateway_.counts();
  const auto set = [&result](const std::string& component, const char* metric, std::uint64_t value) {
    result.metrics[fmt::format("{}.{}", component, metric)] = static_cast<double>(value);
  };
  for (const auto& [component, place] : exports_) {
    const Publisher::RouteCounts& exported = counts.exports[place];
    set(component, "nacked", exported.nacked);
    set(component, "republished", exported.republished);
    set(component, "unroutable", exported.unroutable);
  }
  for (std::size_t i = 0; i < imports_.size(); ++i)
    set(scenario_.components[imports_[i]].name, "duplicates", counts.imports[i].duplicates);
}

void Attachment::show_now_and_then(const Show& show) {
  const auto now = Clock::now();
  if (now - shown_ < kBetweenShows) return;
  shown_ = now;
  show({world_.now(), gateway_.counts(), gateway_.unconfirmed()});
}

}  // namespace dse
