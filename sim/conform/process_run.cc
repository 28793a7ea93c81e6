#include "sim/conform/process_run.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "dse/error.h"

namespace dse {

ProcessRun::ProcessRun() {
  broker_.declare("", now_);  // the default exchange, which is there on every broker
}

Outcome ProcessRun::perform(const Operation& operation) {
  Outcome outcome;
  now_ += kBetweenNs;
  sources_.clear();
  expired_from_.clear();
  try {
    std::visit([this, &outcome](const auto& one) { perform(one, outcome); }, operation);
  } catch (const RunError&) {
    outcome.undetermined = true;  // a message goes round for ever: a real broker would not rest
    return outcome;
  }
  outcome.undetermined = outcome.undetermined || open_order();
  note_queues(outcome);
  return outcome;
}

ResourceIndex ProcessRun::queue(const std::string& resource) {
  queues_.insert(resource);
  gone_.erase(resource);
  return broker_.declare(resource, now_);
}

void ProcessRun::perform(const DeclareOperation& declare, Outcome&) {
  const bool is_new = !broker_.find(declare.resource);
  const ResourceIndex resource = broker_.declare(declare.resource, now_);
  if (is_new && declare.alternate) broker_.set_alternate(resource, *declare.alternate);
}

void ProcessRun::perform(const ExchangeOperation& declare, Outcome&) {
  broker_.set_options(broker_.declare(declare.exchange, now_), declare.options);
}

void ProcessRun::perform(const QueueOperation& declare, Outcome&) {
  const ResourceIndex resource = queue(declare.queue);
  broker_.set_options(resource, declare.options);
  if (declare.options.expires_ns) expiring_.insert(declare.queue);
  if (declare.options.message_ttl_ns) brief_.insert(resource);
  broker_.make_queue(resource, now_);
}

void ProcessRun::perform(const BindOperation& bind, Outcome&) {
  if (bind.binding.target == BindingTarget::kQueue) queue(bind.binding.to);
  broker_.bind(bind.binding, now_);
}

void ProcessRun::perform(const PublishOperation& publish, Outcome& outcome) {
  const MessagePtr message = make_message({.payload = Payload::copy_of(std::string(publish.bytes, 'x')),
                                           .key = publish.key,
                                           .headers = publish.headers,
                                           .id = publish.id,
                                           .more = more_of(publish)});
  Effects& effects =
      broker_.publish(broker_.declare(publish.exchange, now_), message,
                      {.mandatory = publish.mandatory, .publisher = PublisherIndex(publish.publisher)}, now_);
  if (effects.returned) outcome.returned.push_back(effects.returned->id());
  if (publish.publisher != kUnconfirmed)
    outcome.confirm = effects.accepted ? Confirm::kTaken : Confirm::kRefused;
  note(effects, outcome);
}

void ProcessRun::perform(const OpenOperation& open, Outcome& outcome) {
  const ResourceIndex resource = queue(open.resource);
  const StreamIndex number = broker_.next_stream();
  open_[open.stream] = {.number = number, .resource = resource};
  numbers_[number] = open.stream;
  note(broker_.open_stream(resource, open.prefetch, now_), outcome);
}

void ProcessRun::perform(const SettleOperation& settle, Outcome& outcome) {
  const auto found = open_.find(settle.stream);
  if (found == open_.end() || found->second.unsettled.empty()) return;
  std::vector<DeliveryTag>& unsettled = found->second.unsettled;
  const auto at = unsettled.begin() + static_cast<std::ptrdiff_t>(settle.which % unsettled.size());
  const DeliveryTag tag = *at;
  unsettled.erase(at);
  const Effects& effects = settle.how == SettleHow::kAcknowledge
                               ? broker_.acknowledge(tag, now_)
                               : broker_.reject(tag, {.requeue = settle.how == SettleHow::kRequeue}, now_);
  outcome.settled = effects.settled.message->id();
  note(effects, outcome);
}

void ProcessRun::perform(const CloseOperation& close, Outcome& outcome) {
  const auto found = open_.find(close.stream);
  if (found == open_.end()) return;
  const Open closed = found->second;
  open_.erase(found);
  note(broker_.close_stream(closed.number, now_), outcome);
}

void ProcessRun::perform(const DrainOperation& drain, Outcome& outcome) {
  const ResourceIndex resource = queue(drain.resource);
  const StreamIndex number = broker_.next_stream();
  numbers_[number] = next_drain_;
  open_[next_drain_++] = {.number = number, .resource = resource};
  note(broker_.open_stream(resource, 0, now_), outcome);
}

void ProcessRun::note(const Effects& effects, Outcome& outcome) {
  for (const Delivery& delivery : effects.deliveries) {
    const CaseStream stream = numbers_.at(delivery.stream);
    open_.at(stream).unsettled.push_back(delivery.tag);
    outcome.deliveries[stream].push_back(seen(delivery.message->fields(), delivery.redelivered));
  }
  for (const PolicyEvent& event : effects.policies) {
    if (event.kind == PolicyEvent::Kind::kQueueRemoved) gone_.insert(broker_.name(event.queue));
    // It might as well have expired just before.
    const bool may_expire = event.kind == PolicyEvent::Kind::kRemoved &&
                            (brief_.contains(event.queue) || !event.message->expiration().empty());
    if (waits_ && may_expire) outcome.undetermined = true;
  }
  note_moves(effects);
}

void ProcessRun::note_moves(const Effects& effects) {
  for (const ResourceIndex queue : effects.queues) sources_[queue].insert(std::nullopt);
  for (const PolicyEvent& event : effects.policies) {
    for (const ResourceIndex queue : event.queues) sources_[queue].insert(event.queue);
    if (event.kind == PolicyEvent::Kind::kExpired) expired_from_.insert(event.queue);
  }
}

bool ProcessRun::open_order() const {
  return std::any_of(sources_.begin(), sources_.end(), [this](const auto& one) {
    return one.second.size() > 1 || (waits_ && expired_from_.contains(one.first));
  });
}

void ProcessRun::perform(const WaitOperation& wait, Outcome& outcome) {
  waits_ = true;
  for (std::uint32_t step = 0; step < wait.steps && !outcome.undetermined; ++step) let_pass_a_step(outcome);
  waits_ = false;
}

void ProcessRun::let_pass_a_step(Outcome& outcome) {
  sources_.clear();
  expired_from_.clear();
  step_began_ns_ += kStepNs;
  while (const std::optional<TimeNs> due_ns = broker_.next_look_ns()) {
    if (*due_ns > step_began_ns_ - kMarginNs) break;
    note(broker_.look(std::max(now_, *due_ns)), outcome);
  }
  now_ = step_began_ns_;
  const std::optional<TimeNs> due_ns = broker_.next_look_ns();
  const bool too_close = due_ns && *due_ns < step_began_ns_ + kOperationsNs;
  outcome.undetermined = outcome.undetermined || too_close || open_order();
}

void ProcessRun::note_queues(Outcome& outcome) const {
  outcome.gone = gone_;
  for (const std::string& queue : queues_) {
    if (gone_.contains(queue)) continue;
    const Broker::QueueState state = broker_.queue_state(*broker_.find(queue));
    // Asking for the number would keep it alive.
    if (expiring_.contains(queue) && state.streams == 0) continue;
    outcome.waiting[queue] = state.depth;
  }
}

}  // namespace dse
