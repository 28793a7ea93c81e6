#include "bus/data_bus.h"

#include <fmt/format.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/check.h"
#include "core/counted.h"
#include "core/file_descriptor.h"
#include "dse/error.h"

namespace dse {
namespace {

// libzmq ends the process when it gets no descriptor for itself.
void require_descriptors(std::size_t links) {
  std::vector<FileDescriptor> taken;
  while (taken.size() < DataBus::descriptors(links)) {
    taken.emplace_back(eventfd(0, EFD_CLOEXEC));
    if (taken.back()) continue;
    const std::string reason = std::strerror(errno);
    taken.clear();
    throw RunError(
        fmt::format("cannot make the sockets of {}: {}; raise the limit of open files (ulimit -n) or use "
                    "fewer components",
                    counted(links, "component"), reason));
  }
}

zmq::context_t make_context(std::size_t links_max) {
  require_descriptors(links_max);
  // libzmq sets up its multicast library with a process's first context and tears it down with the last one,
  // and two threads that do so at once race. A context that lasts as long as the process keeps it set up.
  static const zmq::context_t lasting(0);
  zmq::context_t context(0);  // inproc needs no I/O thread
  context.set(zmq::ctxopt::max_sockets, static_cast<int>(2 * std::max<std::size_t>(links_max, 1)));
  return context;
}

}  // namespace

DataBus::DataBus(std::size_t links_max) : context_(make_context(links_max)) {}

DataBus::~DataBus() {
  // A frame under way owns a reference; decoding gives it back.
  for (Link& link : links_) {
    while (link.bus_end->under_way() > 0) decode_command(link.bus_end->receive());
    while (link.component_end->under_way() > 0) decode_notice(link.component_end->receive());
  }
}

LinkIndex DataBus::attach() {
  const auto number = static_cast<LinkIndex>(links_.size());
  Link link;
  try {
    link.bus_end = std::make_unique<PairEnd>(context_);
    link.component_end = std::make_unique<PairEnd>(context_);
    link.bus_end->set_peer(*link.component_end);
    link.component_end->set_peer(*link.bus_end);
    const std::string address = fmt::format("inproc://component-{}", number);
    link.bus_end->bind(address);
    link.component_end->connect(address);
  } catch (const zmq::error_t& error) {
    throw RunError(
        fmt::format("cannot make the sockets of component {}: {}; raise the limit of open files (ulimit -n) "
                    "or use fewer components",
                    number + 1, error.what()));
  }
  links_.push_back(std::move(link));
  return number;
}

BusEvent DataBus::serve(LinkIndex link) {
  notified_.clear();
  Command command = decode_command(links_[link].bus_end->receive());
  BusEvent event =
      std::visit([&](auto&& alternative) { return apply(link, std::move(alternative)); }, command);
  event.notified = notified_;
  return event;
}

void DataBus::send_deliveries(Effects& effects) {
  for (Delivery& delivery : effects.deliveries) {
    const StreamOwner& owner = stream_owners_[delivery.stream];
    links_[owner.link].bus_end->send(
        encode(DeliveryNotice{owner.alias, delivery.tag, delivery.redelivered, std::move(delivery.message)}));
    notified_.push_back(owner.link);
  }
}

BusEvent DataBus::apply(LinkIndex link, DeclareCommand&& command) {
  std::vector<ResourceIndex>& resources = links_[link].resources;
  DSE_CHECK(command.alias == resources.size(), "alias {} out of turn", command.alias);
  const ResourceIndex resource = broker_.declare(command.resource);
  resources.push_back(resource);
  return {.kind = EventCode::kDeclared, .resource = resource};
}

BusEvent DataBus::apply(LinkIndex, BindCommand&& command) {
  broker_.bind(command.binding);
  return {.kind = EventCode::kBound, .resource = broker_.declare(command.binding.to)};
}

BusEvent DataBus::apply(LinkIndex link, PublishCommand&& command) {
  const ResourceIndex resource = links_[link].resources.at(command.alias);
  Effects& effects = broker_.publish(resource, command.message, {.mandatory = command.mandatory});
  BusEvent event{.kind = effects.routed ? EventCode::kPublished : EventCode::kUnroutable,
                 .resource = resource,
                 .message = std::move(command.message),
                 .queues = effects.queues};
  send_deliveries(effects);
  if (effects.returned) {
    event.kind = EventCode::kReturned;
    links_[link].bus_end->send(encode(Notice(ReturnNotice{command.alias, std::move(effects.returned)})));
    notified_.push_back(link);
  }
  return event;
}

BusEvent DataBus::apply(LinkIndex link, StreamCommand&& command) {
  const ResourceIndex resource = links_[link].resources.at(command.alias);
  const StreamIndex stream = broker_.stream_count();
  stream_owners_.push_back({link, command.alias});
  links_[link].streams.push_back(stream);
  send_deliveries(broker_.open_stream(resource, command.prefetch));
  return {.kind = EventCode::kStreamed, .resource = resource};
}

BusEvent DataBus::apply(LinkIndex, AcknowledgeCommand&& command) {
  Settled settled;
  send_deliveries(broker_.acknowledge(command.tag, settled));
  return {
      .kind = EventCode::kAcknowledged, .resource = settled.resource, .message = std::move(settled.message)};
}

BusEvent DataBus::apply(LinkIndex, RejectCommand&& command) {
  Settled settled;
  send_deliveries(broker_.reject(command.tag, command.requeue, settled));
  return {.kind = command.requeue ? EventCode::kRequeued : EventCode::kRejected,
          .resource = settled.resource,
          .message = std::move(settled.message)};
}

BusEvent DataBus::apply(LinkIndex link, CloseCommand&&) {
  left_.clear();
  for (const StreamIndex stream : links_[link].streams) {
    left_.push_back(resource(link, stream_owners_[stream].alias));
    send_deliveries(broker_.close_stream(stream));
  }
  links_[link].streams.clear();
  return {.kind = EventCode::kClosed, .left = left_};
}

}  // namespace dse
