#include "amqp/amqp_link.h"

#include <utility>

#include "amqp/connect.h"
#include "core/check.h"

namespace dse {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kRejectedMax = 200'000;

}  // namespace

AmqpLink::AmqpLink(Options options)
    : options_(std::move(options)),
      start_(real_now() -
             std::chrono::duration_cast<nanoseconds>(std::chrono::system_clock::now() - options_.epoch)),
      notifier_(*options_.connection.clock),
      duplicates_(0),
      rejected_(kRejectedMax),
      worker_(notifier_) {
  DSE_CHECK(!options_.run.empty(), "the link has no mark for its messages");
  publisher_ = std::make_unique<Publisher>(
      Publisher::Options{.connection = options_.connection, .set_up = options_.set_up, .run = options_.run},
      notifier_);
}

AmqpLink::~AmqpLink() = default;

TimeNs AmqpLink::clock_ns() const {
  const auto real_ns = std::chrono::duration_cast<nanoseconds>(real_now() - start_).count();
  return static_cast<TimeNs>(static_cast<double>(real_ns) * options_.pace);
}

Clock::TimePoint AmqpLink::real_time(TimeNs time_ns) const {
  return start_ + nanoseconds(static_cast<std::int64_t>(static_cast<double>(time_ns) / options_.pace));
}

void AmqpLink::declare(const std::string& resource) {
  if (options_.asserted.contains(resource)) return;
  command([&](Connection& connection, ChannelNumber channel) {
    options_.declarations.assert_exchange(connection, channel, resource);
  });
  options_.asserted.insert(resource);
}

void AmqpLink::bind(const BindingSpec& binding) {
  await_confirms();
  command([&](Connection& connection, ChannelNumber channel) {
    options_.declarations.assert_binding(connection, channel, binding);
  });
}

// Bindings and streams use other connections than messages. This waits until the broker has what
// was published before: otherwise a new binding would also receive messages written before it
// existed.
void AmqpLink::await_confirms() const {
  constexpr std::chrono::milliseconds kBetweenLooks{20};
  const std::atomic<bool>* interrupted = options_.connection.interrupted;
  while (publisher_->unconfirmed() > 0) {
    publisher_->check();
    if (interrupted != nullptr && *interrupted) throw Interrupted();
    notifier_.wait_until(real_now() + kBetweenLooks);
  }
}

void AmqpLink::command(const SetUp& what) const {
  const std::unique_ptr<Connection> connection = connect(options_.connection);
  what(*connection, connection->open_channel());
}

void AmqpLink::publish(PublishRequest request) {
  publisher_->publish({.exchange = request.resource,
                       .message = std::move(request.message),
                       .mandatory = request.mandatory,
                       .confirm = request.confirm});
  ++published_;
}

void AmqpLink::open_stream(const std::string& resource, std::uint32_t prefetch) {
  await_confirms();
  // AMQP has 16 bits for it, and 0 is no limit.
  const auto most = static_cast<std::uint16_t>(std::min<std::uint32_t>(prefetch, UINT16_MAX));
  duplicates_ = Duplicates(most);
  consumer_ = std::make_unique<Consumer>(
      options_.connection,
      std::vector<Subscription>{
          {.queue = resource,
           .prefetch = most,
           .set_up =
               [this, resource](Connection& connection, ChannelNumber channel) {
                 options_.set_up(connection, channel);
                 return options_.declarations.assert_queue(connection, channel, resource).name;
               }}},
      notifier_);
}

AmqpLink::Outstanding AmqpLink::take_outstanding(std::uint64_t tag) {
  DSE_CHECK(tag >= first_outstanding_ && tag - first_outstanding_ < outstanding_.size() &&
                outstanding_[tag - first_outstanding_].has_value(),
            "delivery {} is not outstanding", tag);
  const Outstanding taken = *std::exchange(outstanding_[tag - first_outstanding_], std::nullopt);
  while (!outstanding_.empty() && !outstanding_.front().has_value()) {
    outstanding_.pop_front();
    ++first_outstanding_;
  }
  const auto [first, last] = outstanding_tags_.equal_range(taken.identity);
  outstanding_tags_.erase(
      std::find_if(first, last, [tag](const auto& entry) { return entry.second == tag; }));
  return taken;
}

void AmqpLink::acknowledge(std::uint64_t tag) { settle_later(take_outstanding(tag).arrival, std::nullopt); }

void AmqpLink::reject(std::uint64_t tag, bool requeue) {
  const Outstanding taken = take_outstanding(tag);
  if (requeue) {
    duplicates_.forget(taken.arrival, taken.identity);
  } else {
    rejected_.add(taken.identity);
  }
  settle_later(taken.arrival, requeue);
}

void AmqpLink::settle_later(const ArrivalTag& arrival, std::optional<bool> requeue) {
  settlements_.push_back({.arrival = arrival, .published_before = published_, .requeue = requeue});
}

void AmqpLink::release_settlements(std::uint64_t confirmed) {
  while (!settlements_.empty() && settlements_.front().published_before <= confirmed) {
    const Settlement& settlement = settlements_.front();
    if (settlement.requeue) {
      consumer_->reject(settlement.arrival, *settlement.requeue);
    } else {
      consumer_->acknowledge(settlement.arrival);
    }
    settlements_.pop_front();
  }
}

void AmqpLink::resume_after(TimeNs delay_ns) { timer_ns_ = add_time(now_ns_, delay_ns); }

// The given duration is ignored: real work takes as long as it takes.
void AmqpLink::compute(Job job, TimeNs) { awaited_job_ = worker_.post(std::move(job)); }

void AmqpLink::post(Job job) { worker_.post(std::move(job)); }

void AmqpLink::end(int) {
  timer_ns_.reset();
  awaited_job_.reset();
}

void AmqpLink::serve(Machine& machine, Clock::TimePoint until) {
  while (!machine.ended() && !stopped_) {
    publisher_->check();
    go_on_settling(machine);
    const bool moved = turn(machine);
    const auto now = real_now();
    if (now >= until) return;
    if (moved) continue;
    const bool timed = timer_ns_ && !publisher_->full();
    notifier_.wait_until(timed ? std::min(until, real_time(*timer_ns_)) : until);
  }
}

// The order matters: the program is told of what became of a message before that counts as confirmed.
void AmqpLink::go_on_settling(Machine& machine) {
  const std::uint64_t confirmed = publisher_->confirmed();
  tell_outcomes(machine);
  release_settlements(confirmed);
}

void AmqpLink::tell_outcomes(Machine& machine) {
  for (const WriteOutcome& outcome : publisher_->take_outcomes()) {
    if (!timer_ns_ && !awaited_job_) advance_clock(clock_ns());
    if (outcome.returned) machine.on_return(outcome.message);
    if (outcome.accepted) machine.on_confirm(outcome.message, *outcome.accepted);
  }
}

// Makes one step, if there is one to make. Takes nothing new while the broker is behind with what
// was published.
bool AmqpLink::turn(Machine& machine) {
  if (publisher_->full()) return false;
  return finish_result(machine) || finish_timer(machine) || take_arrivals(machine);
}

bool AmqpLink::finish_result(Machine& machine) {
  if (!awaited_job_ || worker_.done() < *awaited_job_) return false;
  awaited_job_.reset();
  advance_clock(clock_ns());
  machine.resume();
  return true;
}

bool AmqpLink::finish_timer(Machine& machine) {
  if (!timer_ns_ || clock_ns() < *timer_ns_) return false;
  advance_clock(*std::exchange(timer_ns_, std::nullopt));
  machine.resume();
  return true;
}

bool AmqpLink::take_arrivals(Machine& machine) {
  if (consumer_ == nullptr) return false;
  std::vector<Arrival> arrived = consumer_->take();
  const TimeNs time_ns = clock_ns();
  for (Arrival& arrival : arrived) {
    const bool again = duplicates_.is_again(arrival);
    if (!arrival.refused.empty()) {
      if (options_.on_unreadable) options_.on_unreadable(arrival.message, arrival.refused);
      settle_later(arrival.tag, false);
    } else if (again) {
      take_again(arrival);
    } else {
      take(machine, std::move(arrival), time_ns);
    }
  }
  return !arrived.empty();
}

void AmqpLink::take(Machine& machine, Arrival&& arrival, TimeNs time_ns) {
  const std::uint64_t tag = first_outstanding_ + outstanding_.size();
  const std::uint64_t identity = arrival.identity();
  outstanding_.push_back(Outstanding{.arrival = arrival.tag, .identity = identity});
  outstanding_tags_.emplace(identity, tag);
  ++counts_.received;
  MessagePtr message = make_message(std::move(arrival.message));
  if (options_.on_arrival) options_.on_arrival(*message, time_ns);
  if (!timer_ns_ && !awaited_job_) advance_clock(time_ns);
  machine.deliver({.message = std::move(message), .tag = tag, .redelivered = arrival.redelivered});
}

// The connection was lost before the broker heard that the message had been settled, or while the
// program still has it: it is then settled by its tag on the new connection. A message that one of
// our processes published twice may come twice over one connection; the second is then settled by
// itself, as the first was.
void AmqpLink::take_again(const Arrival& arrival) {
  ++counts_.duplicates;
  const auto [first, last] = outstanding_tags_.equal_range(arrival.identity());
  for (auto held = first; held != last; ++held) {
    Outstanding& outstanding = *outstanding_[held->second - first_outstanding_];
    if (outstanding.arrival.connection == arrival.tag.connection) continue;
    outstanding.arrival = arrival.tag;
    return;
  }
  settle_later(arrival.tag, rejected_.contains(arrival.identity()) ? std::optional(false) : std::nullopt);
}

std::uint64_t AmqpLink::unsettled() const { return publisher_->unconfirmed() + settlements_.size(); }

bool AmqpLink::nothing_under_way() const {
  return publisher_->unconfirmed() == 0 && settlements_.empty() &&
         (consumer_ == nullptr || consumer_->settled());
}

bool AmqpLink::settle(Machine& machine, Clock::TimePoint until) {
  worker_.wait_all();
  while (!nothing_under_way()) {
    publisher_->check();
    if (consumer_ != nullptr) consumer_->check();
    go_on_settling(machine);
    if (real_now() >= until) return false;
    notifier_.wait_until(std::min(until, real_now() + std::chrono::milliseconds(20)));
  }
  return true;
}

AmqpLink::Counts AmqpLink::counts() const {
  Counts counts = counts_;
  counts.published = publisher_->counts();
  counts.unconfirmed = publisher_->unconfirmed();
  const SessionState publishing = publisher_->state();
  counts.reconnects = publishing.reconnects;
  counts.problem = publishing.problem;
  if (counts.problem.empty() && counts.unconfirmed > 0) counts.problem = counts.published.obstacle();
  if (consumer_ == nullptr) return counts;
  const SessionState consuming = consumer_->state();
  counts.reconnects += consuming.reconnects;
  if (counts.problem.empty()) counts.problem = consuming.problem;
  return counts;
}

void AmqpLink::ask_idle() {
  if (consumer_ != nullptr) consumer_->ask_depth();
}

std::optional<bool> AmqpLink::idle() {
  if (timer_ns_ || awaited_job_) return false;  // the timer or the job will continue the program
  if (consumer_ == nullptr) return nothing_under_way();
  const Consumer::Depth depth = consumer_->depth();
  if (depth.answered != depth.asked) return std::nullopt;
  return depth.ready == 0 && outstanding_.empty() && nothing_under_way() && !consumer_->has_arrivals();
}

}  // namespace dse
