// The Data Bus: the broker behind a ZeroMQ inproc PAIR.
//
// Every message and command between a component and the bus crosses the pair as a frame. The bus
// does nothing by itself: its driver (the simulator's scheduler) says when the next frame of a link
// is received, so the order on the socket decides nothing. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "bus/frame.h"
#include "bus/frame_pair.h"
#include "dse/event_code.h"
#include "dse/observer.h"

namespace dse {

// What the bus did with one frame.
struct BusEvent {
  // A constructor and not an aggregate's list, for which compilers clear the whole in a slow loop first.
  explicit BusEvent(EventCode code = EventCode::kClosed, ResourceIndex concerned = kNoResource,
                    MessagePtr about = {})
      : kind(code), resource(concerned), message(std::move(about)) {}

  EventCode kind;
  bool confirmed = false;  // a publication that its writer has been told about, one way or the other
  ResourceIndex resource;
  MessagePtr message;  // null unless the event is about one
  std::span<const ResourceIndex>
      queues;  // for a publication: those that took a copy; valid until the next call
  std::span<const ResourceIndex> left;  // for a close: the queues it streamed; valid until the next call
  // What followed from the options of queues, in order; valid until the next call.
  std::span<const PolicyEvent> policies;
  std::span<const LinkIndex> notified;  // the links a notice was sent to, in order; valid until the next call
  std::span<Delivery> to_clients;  // to streams that no component has, in order; valid until the next call
};

class DataBus {
 public:
  // Throws RunError when the system has too few file descriptors.
  DataBus();
  ~DataBus();
  DataBus(const DataBus&) = delete;
  DataBus& operator=(const DataBus&) = delete;

  // Makes a new link; links are numbered from 0.
  LinkIndex attach();
  // The component's side of its link: sends a frame to the bus, and receives the next one from it, which must
  // be under way.
  void send(LinkIndex link, const Frame& command) { pair_->components.send(link, command); }
  Frame receive(LinkIndex link) { return pair_->components.receive(link); }

  // Receives the next frame that the component sent, applies it to the broker at the time `now`, and sends
  // what follows.
  BusEvent serve(LinkIndex link, TimeNs now);

  // Does what one queue has to do by now, by its options: its policies are the event's; its kind says
  // nothing.
  BusEvent look(TimeNs now);
  // When look() is to be called next; empty while nothing is due at any time.
  std::optional<TimeNs> next_look_ns() const { return broker_.next_look_ns(); }
  // False when next_look_ns() is empty; cheap enough to be asked before each event.
  bool may_look() const { return broker_.may_look(); }
  // The connection of the component is lost: what CloseCommand does, without a frame.
  BusEvent disconnect(LinkIndex link, TimeNs now);
  // Drops the next frame that the component sent, or that the bus sent it, which must be under way.
  void drop_command(LinkIndex link) { decode_command(pair_->bus.receive(link)); }
  void drop_notice(LinkIndex link) { decode_notice(receive(link)); }

  // What somebody does who has no link: a client of a listener. Applies `act`, which returns the broker's
  // effects, and sends what follows to components. The event has its effects; its kind says nothing.
  template <typename Act>
  BusEvent perform(const Act& act) {
    begin();
    Effects& effects = act(broker_);
    send_deliveries(effects);
    BusEvent event;
    event.queues = effects.queues;
    event.policies = effects.policies;
    return ended(std::move(event));
  }
  // Notes that the stream of this number, which is opened next, is no component's.
  void note_client_stream(StreamIndex number) {
    while (stream_owners_.next() != number) stream_owners_.push_back({kNoComponent, ResourceAlias()});
    stream_owners_.push_back({kNoComponent, ResourceAlias()});
  }
  // The resource that a component calls `alias`.
  ResourceIndex resource(LinkIndex link, ResourceAlias alias) const { return links_[link].resources[alias]; }

  // A binding that a component has made, and none before it.
  struct Bound {
    std::uint64_t passed_before = 0;  // Broker::passed when it was made
    BindingSpec binding;
  };
  // In the order in which they were made.
  const std::vector<Bound>& bound() const { return bound_; }

  Broker& broker() { return broker_; }
  const Broker& broker() const { return broker_; }

 private:
  struct Link {
    IndexedVector<ResourceAlias, ResourceIndex> resources;
    std::vector<StreamIndex> streams;
  };
  struct StreamOwner {
    LinkIndex link;
    ResourceAlias alias;
  };

  BusEvent apply(LinkIndex link, DeclareCommand&& command, TimeNs now);
  BusEvent apply(LinkIndex link, BindCommand&& command, TimeNs now);
  BusEvent apply(LinkIndex link, PublishCommand&& command, TimeNs now);
  BusEvent apply(LinkIndex link, StreamCommand&& command, TimeNs now);
  BusEvent apply(LinkIndex link, AcknowledgeCommand&& command, TimeNs now);
  BusEvent apply(LinkIndex link, RejectCommand&& command, TimeNs now);
  BusEvent apply(LinkIndex link, CloseCommand&& command, TimeNs now);
  void begin();
  BusEvent ended(BusEvent&& event);
  void send_deliveries(Effects& effects);
  void send_notice(LinkIndex link, Notice&& notice);

  BorrowedFramePair pair_;
  Broker broker_;
  IndexedVector<LinkIndex, Link> links_;
  IndexedVector<StreamIndex, StreamOwner> stream_owners_;
  std::vector<Bound> bound_;
  std::vector<LinkIndex> notified_;
  std::vector<Delivery> to_clients_;
  std::vector<ResourceIndex> left_;
  std::vector<PolicyEvent> policies_;
};

}  // namespace dse
