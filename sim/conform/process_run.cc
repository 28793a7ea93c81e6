#include "sim/conform/process_run.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace dse {

Outcome ProcessRun::perform(const Operation& operation) {
  Outcome outcome;
  std::visit([this, &outcome](const auto& one) { perform(one, outcome); }, operation);
  note_queues(outcome);
  return outcome;
}

ResourceIndex ProcessRun::queue(const std::string& resource) {
  queues_.insert(resource);
  gone_.erase(resource);
  return broker_.declare(resource, kNow);
}

void ProcessRun::perform(const DeclareOperation& declare, Outcome&) {
  const bool is_new = !broker_.find(declare.resource);
  const ResourceIndex resource = broker_.declare(declare.resource, kNow);
  if (is_new && declare.alternate) broker_.set_alternate(resource, *declare.alternate);
}

void ProcessRun::perform(const ExchangeOperation& declare, Outcome&) {
  broker_.set_options(broker_.declare(declare.exchange, kNow), declare.options);
}

void ProcessRun::perform(const QueueOperation& declare, Outcome&) {
  const ResourceIndex resource = queue(declare.queue);
  broker_.set_options(resource, declare.options);
  broker_.make_queue(resource, kNow);
}

void ProcessRun::perform(const BindOperation& bind, Outcome&) {
  if (bind.binding.target == BindingTarget::kQueue) queue(bind.binding.to);
  broker_.bind(bind.binding, kNow);
}

void ProcessRun::perform(const PublishOperation& publish, Outcome& outcome) {
  const MessagePtr message = make_message({.payload = Payload::copy_of(std::string(publish.bytes, 'x')),
                                           .key = publish.key,
                                           .headers = publish.headers,
                                           .id = publish.id,
                                           .more = more_of(publish)});
  Effects& effects =
      broker_.publish(broker_.declare(publish.exchange, kNow), message,
                      {.mandatory = publish.mandatory, .publisher = PublisherIndex(publish.publisher)}, kNow);
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
  note(broker_.open_stream(resource, open.prefetch, kNow), outcome);
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
}

void ProcessRun::perform(const CloseOperation& close, Outcome& outcome) {
  const auto found = open_.find(close.stream);
  if (found == open_.end()) return;
  const Open closed = found->second;
  open_.erase(found);
  note(broker_.close_stream(closed.number, kNow), outcome);
}

void ProcessRun::perform(const DrainOperation& drain, Outcome& outcome) {
  const ResourceIndex resource = queue(drain.resource);
  const StreamIndex number = broker_.next_stream();
  numbers_[number] = kDrained;
  open_[kDrained] = {.number = number, .resource = resource};
  note(broker_.open_stream(resource, 0, kNow), outcome);
}

void ProcessRun::note(const Effects& effects, Outcome& outcome) {
  for (const Delivery& delivery : effects.deliveries) {
    const CaseStream stream = numbers_.at(delivery.stream);
    open_.at(stream).unsettled.push_back(delivery.tag);
    outcome.deliveries[stream].push_back(seen(delivery.message->fields(), delivery.redelivered));
  }
  for (const PolicyEvent& event : effects.policies) {
    if (event.kind == PolicyEvent::Kind::kQueueRemoved) gone_.insert(broker_.name(event.queue));
  }
  outcome.open_order = open_order(effects);
}

bool ProcessRun::open_order(const Effects& effects) {
  std::map<ResourceIndex, std::set<std::optional<ResourceIndex>>> sources;
  for (const ResourceIndex queue : effects.queues) sources[queue].insert(std::nullopt);
  for (const PolicyEvent& event : effects.policies) {
    for (const ResourceIndex queue : event.queues) sources[queue].insert(event.queue);
  }
  return std::any_of(sources.begin(), sources.end(), [](const auto& one) { return one.second.size() > 1; });
}

void ProcessRun::note_queues(Outcome& outcome) const {
  outcome.gone = gone_;
  for (const std::string& queue : queues_) {
    if (gone_.contains(queue)) continue;
    const std::optional<ResourceIndex> resource = broker_.find(queue);
    outcome.waiting[queue] = resource ? broker_.queue_state(*resource).depth : 0;
  }
}

}  // namespace dse
