#include "sim/attach/attachment.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "amqp/patience.h"

namespace dse {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kTurnMax{2};          // then it checks what has arrived
constexpr milliseconds kRestMax{100};        // then it checks whether the run is over
constexpr milliseconds kRestWatchedMax{40};  // likewise, when people look at it
constexpr milliseconds kBetweenShows{200};
constexpr std::uint64_t kUnconfirmedWithClientsMax = 5 * Publisher::kUnconfirmedMax;
constexpr std::chrono::seconds kConfirmsMax{30};
constexpr std::chrono::seconds kStandstillMax{1};  // once the user has interrupted it

}  // namespace

Attachment::Attachment(const Scenario& scenario, World& world, Fronts fronts, const Notifier& arrived,
                       CaptureWriter* capture, Options options)
    : scenario_(scenario),
      world_(world),
      intake_(scenario, world, capture, options.pace),
      gateway_(fronts.gateway),
      listener_(fronts.listener),
      arrived_(arrived),
      options_(std::move(options)) {
  if (fronts.gateway != nullptr) fronts_.push_back(fronts.gateway);
  if (fronts.listener != nullptr) fronts_.push_back(fronts.listener);
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
  intake_.advance_to(end_ns());
  intake_.end();
  if (failure_ == nullptr) {
    try {
      settle();
      wait_for_confirms(interrupts, show);
    } catch (const BrokerError&) {
      failure_ = std::current_exception();
    }
  }
  if (gateway_ != nullptr) gateway_->stop(intake_);
  const bool completed = failure_ == nullptr && !is_cut_short(interrupts);
  RunResult result = world_.finish(completed ? RunStatus::kCompleted : RunStatus::kInterrupted);
  if (gateway_ != nullptr) gateway_->add_metrics(result);
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

bool Attachment::takes() const {
  return std::any_of(fronts_.begin(), fronts_.end(), [](const Front* front) { return front->takes(); });
}

// Whether the world has to wait, because too much is on its way out. Where clients take part, they would all
// wait with it; so those who publish are held up before.
bool Attachment::is_full() const {
  if (gateway_ == nullptr) return false;
  const std::uint64_t most = listener_ == nullptr ? Publisher::kUnconfirmedMax : kUnconfirmedWithClientsMax;
  return gateway_->gateway().unconfirmed() >= most;
}

void Attachment::hold_up_clients() {
  if (gateway_ == nullptr || listener_ == nullptr) return;
  const std::uint64_t most = is_behind_ ? Publisher::kUnconfirmedMax / 2 : Publisher::kUnconfirmedMax;
  const bool is_behind = gateway_->gateway().unconfirmed() >= most;
  if (std::exchange(is_behind_, is_behind) != is_behind) listener_->hold_up(is_behind);
}

bool Attachment::over(const Interrupts& interrupts) const {
  if (interrupts.first || world_.over()) return true;
  if (options_.longest && Clock::now() - start_ >= nanoseconds(*options_.longest)) return true;
  if (scenario_.until_ns && world_.now() >= *scenario_.until_ns) return true;
  return !takes() && !world_.next_time_ns();
}

bool Attachment::is_cut_short(const Interrupts& interrupts) const {
  const bool has_other_end = listener_ == nullptr || options_.longest || scenario_.until_ns;
  return interrupts.second || (interrupts.first && has_other_end);
}

void Attachment::turn() {
  for (const Front* front : fronts_) front->check();
  has_left_some_ = false;
  for (Front* front : fronts_) has_left_some_ = !front->take(intake_) || has_left_some_;
  advance();
  hold_up_clients();
  settle();
}

// Handles everything that is due, or a part of it if that takes long or the broker is behind.
void Attachment::advance() {
  const Clock::time_point longest = Clock::now() + kTurnMax;
  options_.pace.note(world_.now());
  if (options_.pace.take_step()) {
    if (const std::optional<TimeNs> next_ns = world_.next_time_ns()) intake_.advance_to(*next_ns);
    return;
  }
  const bool paced = options_.pace.now_ns() != INT64_MAX;
  const TimeNs last_ns = paced ? intake_.paced_now_ns() : scenario_.until_ns.value_or(INT64_MAX - 1);
  while (!is_full()) {
    const std::optional<TimeNs> next_ns = world_.next_time_ns();
    if (!next_ns || *next_ns > last_ns) {
      // The virtual clock itself keeps pace with the real one.
      if (paced || (scenario_.until_ns && !takes())) intake_.advance_to(std::max(last_ns, world_.now()));
      return;
    }
    intake_.advance_to(*next_ns);
    if (Clock::now() >= longest) return;
  }
}

void Attachment::settle() {
  bool has_to_settle = false;
  for (Front* front : fronts_) has_to_settle = front->has_to_settle(intake_) || has_to_settle;
  if (!has_to_settle) return;
  intake_.flush();
  for (Front* front : fronts_) front->settle(intake_);
}

// Waits until the next event is due, something arrives, or it is time to check.
void Attachment::rest() {
  if (has_left_some_ && !is_full()) return;
  const auto now = Clock::now();
  auto until = now + (options_.look ? kRestWatchedMax : kRestMax);
  const std::optional<TimeNs> next_ns = world_.next_time_ns();
  const bool comes = next_ns && (!scenario_.until_ns || *next_ns <= *scenario_.until_ns);
  if (comes && !is_full()) until = std::min(until, options_.pace.due(*next_ns));
  if (until > now) arrived_.wait_until(until);
}

void Attachment::wait_for_confirms(const Interrupts& interrupts, const Show& show) {
  if (gateway_ == nullptr) return;
  Gateway& gateway = gateway_->gateway();
  const RealClock clock;
  Patience patience({.longest = kConfirmsMax, .standstill = kConfirmsMax}, clock);
  Patience of_interrupted({.longest = kConfirmsMax, .standstill = kStandstillMax}, clock);
  while (gateway.unconfirmed() > 0 || !gateway.settled()) {
    gateway.check();
    const std::uint64_t under_way = gateway.unconfirmed();
    const bool no_sense = of_interrupted.is_over(under_way);
    if (interrupts.second || (is_cut_short(interrupts) && no_sense)) return;
    if (patience.is_over(under_way)) fail_for_unconfirmed();
    show_now_and_then(show);
    arrived_.wait_until(Clock::now() + kRestMax);
  }
}

void Attachment::fail_for_unconfirmed() const {
  const Gateway& gateway = gateway_->gateway();
  const std::string problem = gateway.counts().problem;
  throw BrokerError(fmt::format(
      "{} exported messages were not confirmed by the broker within {} s: {}", gateway.unconfirmed(),
      kConfirmsMax.count(),
      problem.empty() ? "it says nothing; check that it runs, and that the network carries what it says"
                      : problem));
}

void Attachment::show_now_and_then(const Show& show) {
  const auto now = Clock::now();
  if (now - shown_ < kBetweenShows) return;
  shown_ = now;
  Status status{.virtual_time_ns = world_.now(),
                .has_gateway = gateway_ != nullptr,
                .listens = listener_ != nullptr,
                .clients = world_.clients()};
  if (gateway_ != nullptr) {
    status.gateway = gateway_->gateway().counts();
    status.unconfirmed = gateway_->gateway().unconfirmed();
  }
  show(status);
}

}  // namespace dse
