// The Data Bus: the broker behind one ZeroMQ inproc PAIR per component.
//
// Every message and command between a component and the bus crosses its pair as a frame. The bus does
// nothing by itself: whoever drives it (the simulator's scheduler) says when the next frame of a link is
// received, so socket order and fair queueing decide nothing. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "broker/broker.h"
#include "bus/pair.h"
#include "dse/event_code.h"
#include "dse/observer.h"
#include "message/frame.h"

namespace dse {

using LinkIndex = std::uint32_t;

// What the bus did with one frame.
struct BusEvent {
  EventCode kind = EventCode::kClosed;
  ResourceIndex resource = kNoResource;
  MessagePtr message;                   // none unless the event is about one
  std::span<const QueueIndex> queues;   // of a publication: those that took a copy; valid until the next call
  std::span<const ResourceIndex> left;  // of a close: the queues it streamed; valid until the next call
  std::span<const LinkIndex> notified;  // the links a notice was sent to, in order; valid until the next call
};

class DataBus {
 public:
  // A bus of at most `links_max` links. ZeroMQ sets aside room for every socket that there may be.
  // Throws RunError when the system has not enough file descriptors for it.
  explicit DataBus(std::size_t links_max);
  ~DataBus();
  DataBus(const DataBus&) = delete;
  DataBus& operator=(const DataBus&) = delete;

  // The file descriptors that a bus of so many links takes, at most.
  static std::size_t descriptors(std::size_t links) { return 2 * links + kDescriptorsOfContext; }

  // A new link; links are numbered from 0. The component's end lives as long as the bus.
  LinkIndex attach();
  PairEnd& component_end(LinkIndex link) { return *links_[link].component_end; }

  // Receives the next frame that the component sent, applies it to the broker, and sends what follows.
  BusEvent serve(LinkIndex link);

  // The resource that a component calls `alias`.
  ResourceIndex resource(LinkIndex link, ResourceAlias alias) const { return links_[link].resources[alias]; }

  Broker& broker() { return broker_; }
  const Broker& broker() const { return broker_; }

 private:
  // Two of libzmq's mailboxes and its reaper's epoll; once in a process, those of a lasting context.
  static constexpr std::size_t kDescriptorsOfContext = 4;

  struct Link {
    std::unique_ptr<PairEnd> bus_end;
    std::unique_ptr<PairEnd> component_end;
    std::vector<ResourceIndex> resources;  // by alias
    std::vector<StreamIndex> streams;
  };
  struct StreamOwner {
    LinkIndex link = 0;
    ResourceAlias alias = 0;
  };

  BusEvent apply(LinkIndex link, DeclareCommand&& command);
  BusEvent apply(LinkIndex link, BindCommand&& command);
  BusEvent apply(LinkIndex link, PublishCommand&& command);
  BusEvent apply(LinkIndex link, StreamCommand&& command);
  BusEvent apply(LinkIndex link, AcknowledgeCommand&& command);
  BusEvent apply(LinkIndex link, RejectCommand&& command);
  BusEvent apply(LinkIndex link, CloseCommand&& command);
  void send_deliveries(Effects& effects);

  zmq::context_t context_;
  Broker broker_;
  std::vector<Link> links_;
  std::vector<StreamOwner> stream_owners_;  // by stream
  std::vector<LinkIndex> notified_;
  std::vector<ResourceIndex> left_;
};

}  // namespace dse
