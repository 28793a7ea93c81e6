#include "amqp/publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "amqp/headers.h"
#include "core/printable.h"

namespace dse {
namespace {

constexpr std::size_t kSentAtOnce = 64;  // before it reads what the broker sends
constexpr std::size_t kSentMax = 8'192;  // sent and not confirmed
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{5'000};

}  // namespace

Publisher::Publisher(Options options, const Notifier& changed)
    : options_(std::move(options)), pause_(kFirstPause) {
  counts_.routes.resize(options_.routes);
  session_ = std::make_unique<Session>(options_.connection, static_cast<SessionClient&>(*this), changed);
}

Publisher::~Publisher() { session_.reset(); }

void Publisher::publish(Outgoing&& outgoing) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = waiting_.empty();
    waiting_.push_back({.outgoing = std::move(outgoing), .number = counts_.published++});
  }
  if (first) session_->wake();
}

std::uint64_t Publisher::unconfirmed() const {
  const std::lock_guard lock(mutex_);
  return counts_.published - confirmed_;
}

std::uint64_t Publisher::confirmed() const {
  const std::lock_guard lock(mutex_);
  return confirmed_;
}

std::vector<WriteOutcome> Publisher::take_outcomes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(outcomes_, {});
}

Publisher::Counts Publisher::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::string Publisher::Counts::obstacle() const {
  if (blocked) return fmt::format("the broker asks to wait ({})", printable(blocked_reason));
  if (refusing)
    return fmt::format(
        "the broker has refused messages {} times (basic.nack: a queue that is full and rejects "
        "what is published, or one that is not available)",
        nacked);
  return "";
}

void Publisher::count(std::uint64_t RouteCounts::*what, const Outgoing& outgoing) {
  ++(counts_.*what);
  ++(counts_.routes[outgoing.route].*what);
}

void Publisher::on_connected(Connection& connection) {
  channel_ = connection.open_channel();
  connection.select_confirms(channel_);
  options_.set_up(connection, channel_);
  next_tag_ = 1;
  blocked_ = false;
  held_until_.reset();
  const std::lock_guard lock(mutex_);
  std::ptrdiff_t republished = 0;
  for (Sent& sent : sent_) {
    if (sent.fate != Fate::kUnknown) continue;
    sent.fate = Fate::kRefused;
    count(&RouteCounts::republished, sent.message.outgoing);
    again_.insert(again_.begin() + republished, std::move(sent.message));
    ++republished;
  }
  forget_settled();
  counts_.blocked = false;
}

void Publisher::on_event(Connection&, AmqpEvent&& event) {
  if (const auto* confirm = std::get_if<AmqpConfirm>(&event)) return on_confirm(*confirm);
  if (const auto* returned = std::get_if<AmqpReturn>(&event)) return on_return(*returned);
  if (const auto* blocked = std::get_if<AmqpBlocked>(&event)) {
    const std::lock_guard lock(mutex_);
    blocked_ = blocked->blocked;
    counts_.blocked = blocked->blocked;
    counts_.blocked_reason = blocked->reason;
  }
}

// A return comes before the confirm of its message, so the message is still in `sent_`.
void Publisher::on_return(const AmqpReturn& returned) {
  const std::int64_t* number = returned.message.headers.find_integer(kNumberHeader);
  // One that was refused may still stand before the publication that took its place.
  const auto is_it = [number](const Sent& one) {
    return number != nullptr && one.fate == Fate::kUnknown &&
           one.message.number == static_cast<std::uint64_t>(*number);
  };
  // Numbers increase one by one unless something was published again; this avoids searching
  // thousands.
  auto sent = sent_.begin();
  if (number != nullptr && !sent_.empty()) {
    const std::uint64_t place = static_cast<std::uint64_t>(*number) - sent_.front().message.number;
    if (place < sent_.size()) sent += static_cast<std::ptrdiff_t>(place);
  }
  if (sent == sent_.end() || !is_it(*sent)) sent = std::find_if(sent_.begin(), sent_.end(), is_it);
  const std::lock_guard lock(mutex_);
  if (sent != sent_.end()) {
    sent->returned = true;
    count(&RouteCounts::unroutable, sent->message.outgoing);
  } else {
    ++counts_.unroutable;  // published without a mark
  }
}

void Publisher::on_confirm(const AmqpConfirm& confirm) {
  const auto last = std::lower_bound(sent_.begin(), sent_.end(), confirm.tag,
                                     [](const Sent& sent, std::uint64_t tag) { return sent.tag < tag; });
  if (last == sent_.end() || last->tag != confirm.tag) return;
  const auto first = confirm.multiple ? sent_.begin() : last;
  bool again = false;
  for (auto sent = first; sent <= last; ++sent) {
    if (sent->fate != Fate::kUnknown) continue;
    sent->fate = confirm.taken ? Fate::kTaken : Fate::kRefused;
    const std::lock_guard lock(mutex_);
    if (!confirm.taken) count(&RouteCounts::nacked, sent->message.outgoing);
    if (confirm.taken || sent->message.outgoing.confirm) {
      note_settled(*sent);
      continue;
    }
    count(&RouteCounts::republished, sent->message.outgoing);
    again_.push_back(std::move(sent->message));
    again = true;
  }
  forget_settled();
  if (confirm.taken || again) {
    const std::lock_guard lock(mutex_);
    counts_.refusing = again;
  }
  if (again) {
    hold_back();
  } else if (confirm.taken && !held_until_) {
    pause_ = kFirstPause;
  }
}

void Publisher::hold_back() {
  if (held_until_) return;
  held_until_ = now() + pause_;
  pause_ = std::min(2 * pause_, kLongestPause);
}

std::optional<Clock::TimePoint> Publisher::due() const { return held_until_; }

void Publisher::forget_settled() {
  while (!sent_.empty() && sent_.front().fate != Fate::kUnknown) sent_.pop_front();
}

// An outcome is there before the message counts as confirmed. The caller holds the lock.
void Publisher::note_settled(const Sent& sent) {
  const Outgoing& outgoing = sent.message.outgoing;
  const bool returned = sent.returned && outgoing.mandatory;
  if (returned || outgoing.confirm) {
    outcomes_.push_back({.message = outgoing.message, .returned = returned});
    if (outgoing.confirm) outcomes_.back().accepted = sent.fate == Fate::kTaken;
  }
  const std::size_t place = sent.message.number - confirmed_;
  if (place >= taken_.size()) taken_.resize(place + 1);
  taken_[place] = true;
  while (!taken_.empty() && taken_.front()) {
    taken_.pop_front();
    ++confirmed_;
  }
}

bool Publisher::on_turn(Connection& connection) {
  if (blocked_) return false;
  if (held_until_ && now() < *held_until_) return false;
  held_until_.reset();
  std::size_t sent = 0;
  while (sent < kSentAtOnce && sent_.size() < kSentMax) {
    std::optional<Numbered> outgoing = next_outgoing();
    if (!outgoing) break;
    send(connection, std::move(*outgoing));
    ++sent;
  }
  return sent > 0;
}

std::optional<Publisher::Numbered> Publisher::next_outgoing() {
  const std::lock_guard lock(mutex_);
  std::deque<Numbered>& from = again_.empty() ? waiting_ : again_;
  if (from.empty()) return std::nullopt;
  Numbered outgoing = std::move(from.front());
  from.pop_front();
  return outgoing;
}

// The message is noted as sent before sending, so that it is not lost when that fails.
void Publisher::send(Connection& connection, Numbered&& message_to_send) {
  sent_.push_back({.message = std::move(message_to_send), .tag = next_tag_++});
  const Outgoing& sent = sent_.back().message.outgoing;
  connection.publish(channel_, {.exchange = sent.exchange,
                                .message = sent.message->fields(),
                                .mandatory = true,
                                .run = options_.run,
                                .number = static_cast<std::int64_t>(sent_.back().message.number)});
}

}  // namespace dse
