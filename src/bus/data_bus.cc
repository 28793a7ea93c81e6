#include "bus/data_bus.h"

#include <iterator>
#include <utility>

#include "core/check.h"

namespace dse {

DataBus::DataBus() : pair_(borrow_frame_pair()) {}

DataBus::~DataBus() {
  // A frame under way owns a reference; decoding releases it.
  while (pair_->bus.under_way() > 0) decode_command(pair_->bus.receive_any());
  while (pair_->components.under_way() > 0) decode_notice(pair_->components.receive_any());
}

LinkIndex DataBus::attach() { return links_.push_back({}); }

void DataBus::begin() {
  notified_.clear();
  to_clients_.clear();
}

BusEvent DataBus::ended(BusEvent&& event) {
  event.notified = notified_;
  event.to_clients = to_clients_;
  return std::move(event);
}

BusEvent DataBus::serve(LinkIndex link, TimeNs now) {
  begin();
  Command command = decode_command(pair_->bus.receive(link));
  BusEvent event =
      std::visit([&](auto&& alternative) { return apply(link, std::move(alternative), now); }, command);
  event.notified = notified_;
  event.to_clients = to_clients_;
  return event;
}

BusEvent DataBus::disconnect(LinkIndex link, TimeNs now) {
  begin();
  return ended(apply(link, CloseCommand(), now));
}

void DataBus::send_deliveries(Effects& effects) {
  for (Delivery& delivery : effects.deliveries) {
    const StreamOwner& owner = stream_owners_[delivery.stream];
    if (owner.link == kNoComponent) [[unlikely]] {
      to_clients_.push_back(std::move(delivery));
      continue;
    }
    pair_->bus.send(owner.link, encode(DeliveryNotice{owner.alias, delivery.tag, delivery.redelivered,
                                                      std::move(delivery.message)}));
    notified_.push_back(owner.link);
  }
}

BusEvent DataBus::apply(LinkIndex link, DeclareCommand&& command, TimeNs now) {
  IndexedVector<ResourceAlias, ResourceIndex>& resources = links_[link].resources;
  DSE_CHECK(command.alias.number() >= resources.next().number(), "alias {} out of turn",
            command.alias.number());
  // Those left out belong to a program that crashed, and whose connection was lost with what it had sent.
  while (resources.next() != command.alias) resources.push_back(kNoResource);
  const ResourceIndex resource = broker_.declare(command.resource, now);
  resources.push_back(resource);
  return BusEvent(EventCode::kDeclared, resource);
}

BusEvent DataBus::apply(LinkIndex, BindCommand&& command, TimeNs now) {
  if (broker_.bind(command.binding, now))
    bound_.push_back({.passed_before = broker_.passed(command.binding), .binding = command.binding});
  return BusEvent(EventCode::kBound, broker_.declare(command.binding.to, now));
}

BusEvent DataBus::apply(LinkIndex link, PublishCommand&& command, TimeNs now) {
  const ResourceIndex resource = links_[link].resources.at(command.alias);
  Effects& effects =
      broker_.publish(resource, command.message,
                      {.mandatory = command.mandatory, .publisher = PublisherIndex(link.number())}, now);
  BusEvent event(effects.routed ? EventCode::kPublished : EventCode::kUnroutable, resource,
                 std::move(command.message));
  event.queues = effects.queues;
  event.confirmed = command.confirm;
  send_deliveries(effects);
  if (effects.returned) {
    event.kind = EventCode::kReturned;
    send_notice(link, ReturnNotice{command.alias, std::move(effects.returned)});
  }
  if (command.confirm) send_notice(link, ConfirmNotice{command.alias, effects.accepted, event.message});
  event.policies = effects.policies;
  return event;
}

void DataBus::send_notice(LinkIndex link, Notice&& notice) {
  pair_->bus.send(link, encode(std::move(notice)));
  notified_.push_back(link);
}

BusEvent DataBus::look(TimeNs now) {
  return perform([now](Broker& broker) -> Effects& { return broker.look(now); });
}

BusEvent DataBus::apply(LinkIndex link, StreamCommand&& command, TimeNs now) {
  const ResourceIndex resource = links_[link].resources.at(command.alias);
  const StreamIndex stream = broker_.next_stream();
  stream_owners_.push_back({link, command.alias});
  links_[link].streams.push_back(stream);
  Effects& effects = broker_.open_stream(resource, command.prefetch, now);
  send_deliveries(effects);
  BusEvent event(EventCode::kStreamed, resource);
  event.policies = effects.policies;
  return event;
}

BusEvent DataBus::apply(LinkIndex, AcknowledgeCommand&& command, TimeNs now) {
  Effects& effects = broker_.acknowledge(command.tag, now);
  send_deliveries(effects);
  BusEvent event(EventCode::kAcknowledged, effects.settled.resource, std::move(effects.settled.message));
  event.policies = effects.policies;
  return event;
}

BusEvent DataBus::apply(LinkIndex, RejectCommand&& command, TimeNs now) {
  Effects& effects = broker_.reject(command.tag, {.requeue = command.requeue}, now);
  send_deliveries(effects);
  BusEvent event(command.requeue ? EventCode::kRequeued : EventCode::kRejected, effects.settled.resource,
                 std::move(effects.settled.message));
  event.policies = effects.policies;
  return event;
}

BusEvent DataBus::apply(LinkIndex link, CloseCommand&&, TimeNs now) {
  left_.clear();
  policies_.clear();
  for (const StreamIndex stream : links_[link].streams) {
    left_.push_back(resource(link, stream_owners_[stream].alias));
    Effects& effects = broker_.close_stream(stream, now);
    send_deliveries(effects);
    std::move(effects.policies.begin(), effects.policies.end(), std::back_inserter(policies_));
  }
  links_[link].streams.clear();
  BusEvent event(EventCode::kClosed);
  event.left = left_;
  event.policies = policies_;
  return event;
}

}  // namespace dse
