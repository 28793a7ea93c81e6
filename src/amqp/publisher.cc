#include "amqp/publisher.h"

#include <algorithm>
#include <utility>

namespace dse {
namespace {

constexpr std::size_t kSentAtOnce = 64;  // then it looks what the broker says
constexpr std::size_t kSentMax = 8'192;  // on their way and not confirmed

}  // namespace

Publisher::Publisher(Options options, Bell& changed) : options_(std::move(options)) {
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

Publisher::Counts Publisher::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Publisher::on_connected(Connection& connection) {
  channel_ = connection.open_channel();
  connection.select_confirms(channel_);
  options_.set_up(connection, channel_);
  next_tag_ = 1;
  blocked_ = false;
  std::uint64_t republished = 0;
  for (Sent& sent : sent_) {
    if (sent.fate != Fate::kUnknown) continue;
    sent.fate = Fate::kRefused;
    again_.insert(again_.begin() + static_cast<std::ptrdiff_t>(republished), std::move(sent.message));
    ++republished;
  }
  forget_settled();
  const std::lock_guard lock(mutex_);
  counts_.republished += republished;
  counts_.blocked = false;
}

void Publisher::on_event(Connection&, AmqpEvent&& event) {
  if (const auto* confirm = std::get_if<AmqpConfirm>(&event)) return on_confirm(*confirm);
  const std::lock_guard lock(mutex_);
  if (std::holds_alternative<AmqpReturn>(event)) ++counts_.unroutable;
  if (const auto* blocked = std::get_if<AmqpBlocked>(&event)) {
    blocked_ = blocked->blocked;
    counts_.blocked = blocked->blocked;
    counts_.blocked_reason = blocked->reason;
  }
}

void Publisher::on_confirm(const AmqpConfirm& confirm) {
  const auto last = std::lower_bound(sent_.begin(), sent_.end(), confirm.tag,
                                     [](const Sent& sent, std::uint64_t tag) { return sent.tag < tag; });
  if (last == sent_.end() || last->tag != confirm.tag) return;
  std::uint64_t refused = 0;
  const auto first = confirm.multiple ? sent_.begin() : last;
  for (auto sent = first; sent <= last; ++sent) {
    if (sent->fate != Fate::kUnknown) continue;
    sent->fate = confirm.taken ? Fate::kTaken : Fate::kRefused;
    if (confirm.taken) {
      note_taken(sent->message.number);
      continue;
    }
    again_.push_back(std::move(sent->message));
    ++refused;
  }
  forget_settled();
  const std::lock_guard lock(mutex_);
  counts_.republished += refused;
}

void Publisher::forget_settled() {
  while (!sent_.empty() && sent_.front().fate != Fate::kUnknown) sent_.pop_front();
}

void Publisher::note_taken(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const std::size_t place = number - confirmed_;
  if (place >= taken_.size()) taken_.resize(place + 1);
  taken_[place] = true;
  while (!taken_.empty() && taken_.front()) {
    taken_.pop_front();
    ++confirmed_;
  }
}

bool Publisher::on_turn(Connection& connection) {
  if (blocked_) return false;
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

// Noted as sent before it is, so that it is not lost when sending fails.
void Publisher::send(Connection& connection, Numbered&& message_to_send) {
  sent_.push_back({.message = std::move(message_to_send), .tag = next_tag_++});
  const Outgoing& sent = sent_.back().message.outgoing;
  connection.publish(
      channel_,
      {.exchange = sent.exchange, .message = sent.message->fields(), .mandatory = true, .run = options_.run});
}

}  // namespace dse
