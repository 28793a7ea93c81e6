// The ledger: what components wrote and what handlers received, noted on both sides of the bus and
// independently of it.
//
// A write is noted at the component's side of its link, before anything can go wrong with it, and a
// delivery when its handler begins. The queues to which a message is owed are worked out from the
// bindings word by word, not by the broker. A message is owed to a queue when a matching binding
// leads from the exchange it was written to into that queue, and was made before the message was
// written. Bindings are made by the scenario, before the run; by programs; and by the first stream
// of a resource or the first binding into it: from then on its queue exists and is bound with `#`
// to the exchange of the same name, until it is removed, and the bindings into it with it. Whichever of a
// binding and a message reached the bus first came before the other. If a fault kept the message from the
// bus, the order in which the components issued the two counts: all hops take the same time, so without
// faults both orders are the same.
//
// Over exchanges of other types, exchanges that are bound to exchanges, alternate and dead-letter
// exchanges a message is followed in the same way. A queue's options may take a message out of it, or
// keep it out, and the broker says when they do. The ledger believes it where the options allow it:
//
//   expired       it has been in the queue for its time to live
//   dropped       it has left a queue that has a limit
//   not accepted  it has not come into a queue that has a limit and rejects what is too much
//   given up      it has come back to a queue with a delivery limit
//   removed       its queue was removed, which its options say when nobody uses it
//   dead-lettered one of these, or rejected, in a queue with a dead-letter exchange: it was written
//                 there, which is one more write of the same message
//
//   purged        a client has taken out all that waited
//
// The first five, and the last, have *left* the queue. A message that a component refuses or rejects was
// delivered.
//
// What a client of a listener writes is owed as what a component writes, and what it is handed was delivered:
// what it does with that in its own process is not known here. For one consumer alone, what clients have
// settled has left the queue. A message that waits in a queue from which clients take is under way.
//
// The ledger judges, for one queue and for one of its consumers or all together:
//
//   exactly-once   every owed message was delivered once, or has left the queue without a delivery,
//                  and nothing else was delivered
//   at-least-once  every owed message was delivered, or has left the queue
//   fifo           to each consumer, the first deliveries of one writer's messages came in the order in which
//                  it wrote them; what is marked redelivered does not count. AMQP 0-9-1, section 4.7,
//                  guarantees this for messages published on one channel that pass through one exchange and
//                  one queue
//   lost           owed, never delivered to anybody, has not left the queue, and at the end not
//                  under way
//
// A message is under way when, as seen from outside, it may still come: it has not had the time to
// reach the bus; or it has reached a consumer, which has not settled it; or it waits in the queue,
// which has no consumer or one with something unsettled. A waiting message that a later one has
// overtaken is not under way, unless it was handed over before and came back, or a consumer has gone
// since it arrived, with what was on its way to it.
//
// Where the hops of a component vary, nobody outside knows how long one takes. Something that it wrote may
// then still reach the bus as long as anything is on its way there and nothing that it wrote later has
// arrived; and something that waits in its queue may be on its way to it as long as anything is. So in a run
// that is cut off, what is lost among messages on such hops may show only later.
//
// When a run is cut off at a set time, messages under way are not due yet, and do not count as
// missing. An expectation of deliveries is not met when nothing was owed. Every noted message is
// kept until the end. Used by the deciding thread alone.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bus/data_bus.h"
#include "dse/binding.h"
#include "dse/message.h"
#include "dse/observer.h"
#include "dse/time.h"
#include "sim/scenario/scenario.h"

namespace dse {

class Ledger final : public Observer {
 public:
  // The scenario must outlive the ledger.
  explicit Ledger(const Scenario& scenario);

  // These are called at the component's side of its link.
  void note_bind(LinkIndex link, const BindingSpec& binding);
  void note_stream(LinkIndex link, const std::string& queue);
  void note_write(TimeNs time_ns, LinkIndex link, const std::string& exchange, const MessagePtr& message);
  // A client of a listener has made a binding, or removed one; it is at the bus at once.
  void note_client_binding(const BindingSpec& binding, bool made);
  // Notes that something issued by a component has reached the bus, or that a message has reached a
  // consumer, which will handle it when it can.
  void on_event(const RunEvent& event) override;
  // Called when a handler begins.
  void note_delivery(LinkIndex link, const Message& message, bool redelivered);

  // When the last that is on its way over a component's hops arrives.
  struct LastArrivals {
    TimeNs at_bus_ns = 0;
    TimeNs at_component_ns = 0;
  };
  // The state at the end of the run.
  struct End {
    TimeNs time_ns = 0;
    bool drained = true;  // nothing more can happen: what has not arrived will not come
    std::map<LinkIndex, LastArrivals> varied = {};  // by component, if its hops vary
  };
  void close(End end);

  struct Finding {
    bool met = true;
    std::string detail;  // the first offending message, and counts
  };
  // To be called after close().
  Finding judge(const DeliveryExpectation& expect) const;

 private:
  // When something was issued by its component and when it reached the bus, as positions in the
  // order of such events.
  struct Moment {
    std::uint64_t issued = 0;
    std::optional<std::uint64_t> arrived;
    bool before(const Moment& other) const {
      return arrived && other.arrived ? *arrived < *other.arrived : issued < other.issued;
    }
  };
  struct Binding {
    BindingSpec spec;
    std::size_t made = 0;                        // index into makings_
    std::optional<Moment> ended = std::nullopt;  // it went with its queue
  };
  struct Write {
    TimeNs time_ns = 0;
    LinkIndex writer;
    std::string exchange;
    MessagePtr message;
    Moment moment;
    TimeNs arrived_ns = 0;  // if it has arrived
  };
  struct Receipt {
    LinkIndex consumer;
    std::string id;
    bool redelivered = false;
  };
  // What a client was handed.
  struct ClientReceipt {
    std::uint32_t client = kNoClientNumber;
    std::string id;
    bool redelivered = false;
  };
  // What the consumers of a queue have received.
  struct HandOvers {
    std::set<LinkIndex> consumers;                              // those that have not ended
    std::map<LinkIndex, std::multiset<std::string>> unsettled;  // ids, by consumer
    std::set<std::string> ever;
    std::uint64_t latest_arrival = 0;  // at the bus, among the messages handed over
    TimeNs changed_ns = 0;             // when a consumer last came, settled something or went
    std::uint64_t gone = 0;            // when one last went, among what reached the bus
  };
  // The fate of one owed message id.
  struct Account {
    std::size_t write = 0;  // the first owed one
    std::size_t owed = 0;   // how many times
    std::size_t delivered = 0;
    std::size_t left = 0;  // how many times it has left the queue without a delivery
  };
  // Why messages have left a queue: how often each id, by the event's code.
  using Left = std::map<std::string, std::map<EventCode, std::size_t>>;

  void note_arrival(TimeNs time_ns, LinkIndex link, EventCode code, const std::string& id);
  void note_hand_over(LinkIndex link, const Message& message);
  std::size_t make(LinkIndex link);
  void bind_to_itself(const std::string& queue, std::size_t made);
  void note_queue(const std::string& queue, std::size_t made);
  void note_queue_removed(const std::string& queue);
  bool stands(const Binding& binding, const Write& write) const;
  void note_left(TimeNs time_ns, EventCode code, const std::string& queue, const Message& message);
  void note_client(const RunEvent& event);
  void note_dead_letter(TimeNs time_ns, const std::string& exchange, const MessagePtr& message);
  bool may_leave(TimeNs time_ns, EventCode code, const std::string& queue, const Message& message) const;
  bool has_lived(TimeNs time_ns, const QueueOptions& options, const Message& message) const;
  const QueueOptions& options_of(const std::string& queue) const;
  bool owed(const Write& write, const std::string& queue) const;
  bool leads(const std::string& exchange, const Write& write, const std::string& queue,
             std::set<std::string>& seen) const;
  bool reads(LinkIndex link, const std::string& queue, const std::optional<std::string>& consumer) const;
  bool on_its_way_to_the_bus(const Write& write) const;
  bool under_way(const Write& write, const std::string& queue) const;
  bool on_its_way_to(const HandOvers& consumers, TimeNs since_ns) const;
  void settle(TimeNs time_ns, LinkIndex link, const std::string& id);
  // Returns one account per id, in the order of writing.
  std::vector<Account> accounts(const std::string& queue, const std::optional<std::string>& consumer,
                                std::vector<std::string>& strays) const;
  std::vector<std::string> queues() const;
  std::vector<std::size_t> lost(const std::string& queue) const;
  std::vector<std::size_t> unrouted() const;

  Finding judge_delivered(const DeliveryExpectation& expect) const;
  Finding judge_order(const DeliveryExpectation& expect) const;
  Finding judge_lost(const DeliveryExpectation& expect) const;
  std::string describe(std::size_t write) const;
  std::string left_text(const DeliveryExpectation& expect) const;

  const Scenario& scenario_;
  IndexedVector<LinkIndex, std::string> components_;
  TimeNs latency_ns_;
  bool chains_;  // a message may come to a queue otherwise than by one binding of a topic exchange
  std::uint64_t issued_ = 0;
  std::uint64_t arrived_ = 0;
  std::vector<Moment> makings_;
  std::vector<Binding> bindings_;
  IndexedVector<LinkIndex, std::deque<std::size_t>> makings_under_way_;
  std::map<LinkIndex, std::string> streams_;  // a program streams one resource
  std::vector<Write> writes_;
  std::map<LinkIndex, std::uint64_t> latest_issued_;  // among the writes of a link that have arrived
  std::unordered_map<std::string, std::vector<std::size_t>> writes_by_id_;
  std::vector<Receipt> receipts_;
  std::map<std::string, HandOvers> hand_overs_;                        // by queue
  std::map<std::string, Left> left_;                                   // by queue
  std::map<std::string, Left> settled_;                                // by clients, by queue
  std::map<std::string, std::vector<ClientReceipt>> client_receipts_;  // by queue
  std::set<std::string> for_clients_;  // queues from which clients have taken messages
  End end_;
};

// Whether the binding takes the message: its topic pattern matches one of the routing keys, word by word,
// and its header values match those of the message. The exchange may have another type.
bool takes(const BindingSpec& binding, const Message& message, ExchangeType type = ExchangeType::kTopic);

}  // namespace dse
