#include "sim/conform/process_run.h"

namespace dse {

Outcome ProcessRun::perform(const Operation& operation) {
  Outcome outcome;
  std::visit([this, &outcome](const auto& one) { perform(one, outcome); }, operation);
  return outcome;
}

void ProcessRun::perform(const DeclareOperation& declare, Outcome&) {
  broker_.declare(declare.resource, kNow);
}

void ProcessRun::perform(const BindOperation& bind, Outcome& outcome) {
  broker_.bind(bind.binding, kNow);
  queues_.insert(bind.binding.to);
  note_waiting(bind.binding.to, outcome);
}

void ProcessRun::perform(const PublishOperation& publish, Outcome& outcome) {
  const MessagePtr message = make_message({.key = publish.key, .headers = publish.headers, .id = publish.id});
  Effects& effects = broker_.publish(broker_.declare(publish.resource, kNow), message,
                                     {.mandatory = publish.mandatory}, kNow);
  if (effects.returned) outcome.returned.push_back(effects.returned->id());
  note(effects, outcome);
  for (const std::string& queue : queues_) note_waiting(queue, outcome);
}

void ProcessRun::perform(const OpenOperation& open, Outcome& outcome) {
  const ResourceIndex resource = broker_.declare(open.resource, kNow);
  const StreamIndex number = broker_.next_stream();
  queues_.insert(open.resource);
  open_[open.stream] = {.number = number, .resource = resource};
  numbers_[number] = open.stream;
  note(broker_.open_stream(resource, open.prefetch, kNow), outcome);
  note_waiting(open.resource, outcome);
}

void ProcessRun::perform(const SettleOperation& settle, Outcome& outcome) {
  const auto found = open_.find(settle.stream);
  if (found == open_.end() || found->second.unsettled.empty()) return;
  std::vector<DeliveryTag>& unsettled = found->second.unsettled;
  const auto at = unsettled.begin() + static_cast<std::ptrdiff_t>(settle.which % unsettled.size());
  const DeliveryTag tag = *at;
  unsettled.erase(at);
  const Effects& effects = settle.how == SettleHow::kAcknowledge
                               ? broker_.acknowledge(tag, kNow)
                               : broker_.reject(tag, {.requeue = settle.how == SettleHow::kRequeue}, kNow);
  outcome.settled = effects.settled.message->id();
  note(effects, outcome);
  note_waiting(broker_.name(found->second.resource), outcome);
}

void ProcessRun::perform(const CloseOperation& close, Outcome& outcome) {
  const auto found = open_.find(close.stream);
  if (found == open_.end()) return;
  const Open closed = found->second;
  open_.erase(found);
  note(broker_.close_stream(closed.number, kNow), outcome);
  note_waiting(broker_.name(closed.resource), outcome);
}

void ProcessRun::perform(const DrainOperation& drain, Outcome& outcome) {
  const StreamIndex number = broker_.next_stream();
  numbers_[number] = kDrained;
  open_[kDrained] = {.number = number};
  note(broker_.open_stream(broker_.declare(drain.resource, kNow), 0, kNow), outcome);
  note_waiting(drain.resource, outcome);
}

void ProcessRun::note(const Effects& effects, Outcome& outcome) {
  for (const Delivery& delivery : effects.deliveries) {
    const CaseStream stream = numbers_.at(delivery.stream);
    open_.at(stream).unsettled.push_back(delivery.tag);
    outcome.deliveries[stream].push_back({delivery.message->id(), delivery.redelivered});
  }
}

void ProcessRun::note_waiting(const std::string& queue, Outcome& outcome) {
  outcome.waiting[queue] = broker_.queue_state(broker_.declare(queue, kNow)).depth;
}

}  // namespace dse
