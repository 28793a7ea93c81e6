// Interprets one component's program, step by step, on a Link.
//
// start loads a program; eval prepends steps (a subroutine call) and goes on; next takes the head
// and runs it. A step either goes on at once, or waits for the link to call resume or deliver. When
// no step is left the program ends. All calls come from one thread; a call from within a step
// returns at once and the step that is running finishes first, so a long program does not grow the
// stack.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dse/message.h"
#include "dse/program.h"
#include "dse/ring_buffer.h"

namespace dse {

class Link;

// A message as a stream delivers it.
struct Delivered {
  MessagePtr message;
  std::uint64_t tag = 0;
  bool redelivered = false;
};

// The end of one handling: the handler and the steps that it evaluated are done.
struct Settlement {
  const Delivered& delivery;
  TimeNs begun_ns = 0;    // when its handler began
  bool requeued = false;  // rejected, to be delivered again
  bool rejected = false;  // rejected, for good or to be delivered again
};

class Machine {
 public:
  // `name` is the component's: it becomes app_id and the first part of message ids. The link must
  // outlive the machine.
  Machine(std::string name, Link& link);

  void start(Program program);

  // Steps call these to go on. Every callback ends with exactly one of the two.
  void next();
  template <typename... Steps>
  void eval(Steps&&... steps) {
    const std::size_t first = pending_.size();
    pending_.resize(first + sizeof...(steps));
    std::size_t at = pending_.size();
    ((pending_[--at] = std::forward<Steps>(steps)), ...);
    next();
  }
  void eval(Program steps);

  // The message that this machine's component writes with these fields: id, app_id and timestamp are set. Ids
  // count the calls, and the compiler chooses the order of two calls in one argument list: so compose first.
  MessagePtr compose(MessageFields&& fields);

  const std::string& name() const { return name_; }
  TimeNs now() const;
  // Within a stream's handler: whether this message was delivered before.
  bool redelivered() const { return current_.redelivered; }
  // Within a stream's handler: the message will be rejected instead of acknowledged when the handler is done.
  void reject_current(bool requeue) { rejection_ = requeue; }
  // Within a stream's handler: the component cannot use this message. It will be rejected without requeue
  // when the handler is done, and the reason, a text for human readers, goes to the callback set by
  // set_on_refuse.
  void refuse_current(const std::string& reason);
  // Called with each message that came back because it was mandatory and no queue took it. The callback only
  // takes note: it must not call next or eval, because the program is waiting for something else; a later
  // step may act on it.
  void set_on_return(std::function<void(const MessagePtr&)> on_return) { on_return_ = std::move(on_return); }

  // Called once with each message that was written with WriteOptions::confirm, when the bus has confirmed it
  // (accepted) or refused it because a queue was full, to take note as above.
  using OnConfirm = std::function<void(const MessagePtr& message, bool accepted)>;
  void set_on_confirm(OnConfirm on_confirm) { on_confirm_ = std::move(on_confirm); }

  // Called with each delivery, just before its handler begins, to take note as above.
  void set_on_handle(std::function<void(const Delivered&)> on_handle) { on_handle_ = std::move(on_handle); }
  // Asked with each delivery whose handler is about to begin, once; to take note as above. When the answer is
  // false, the program stands still, with the delivery first in its inbox, until go_on() or crash().
  void set_may_begin(std::function<bool(const Delivered&)> may_begin) { may_begin_ = std::move(may_begin); }
  // Called from outside, never from within a step: the handler that was not to begin begins. Nothing happens
  // when none waits for that.
  void go_on();
  // Called from outside, never from within a step: the deliveries whose handlers have not begun are
  // forgotten, because the connection on which they came is gone.
  void forget_inbox();
  // Called with each message that the component refuses, and the reason, to take note as above.
  using OnRefuse = std::function<void(const Message& message, const std::string& reason)>;
  void set_on_refuse(OnRefuse on_refuse) { on_refuse_ = std::move(on_refuse); }

  // Called just before each delivery is acknowledged or rejected, to take note as above.
  void set_on_settle(std::function<void(const Settlement&)> on_settle) { on_settle_ = std::move(on_settle); }

  // Called from outside, never from within a step: the program ends where it stands, because it crashed or is
  // stopped. The bus requeues what it had not settled; what it waits for reaches nobody. Nothing happens when
  // it has already ended.
  void crash(int status);
  // Called from outside when the program has ended: the machine can be started again, with a program that
  // knows nothing of this one. Ids of messages go on.
  void renew();

  // Asks for the memory that a delivery which comes soon will need, without reading it.
  void fetch_handler() const;

  // Called by the link.
  void resume();
  void deliver(Delivered&& delivery);
  void on_return(const MessagePtr& message);
  void on_confirm(const MessagePtr& message, bool accepted);
  // Called from outside, never from within a step: gives a message to the program's next `receive`. Messages
  // that come before it wait in order.
  void hand_in(MessagePtr message);

  bool started() const { return started_; }
  // Whether a message is being handled: from the start of its handler until it is settled.
  bool handling() const { return handling_; }
  bool ended() const { return status_.has_value(); }
  // The exit status; empty while the program runs.
  std::optional<int> status() const { return status_; }
  // What the program waits for, for the report of a stall: "a message", "a timer" ...
  std::string waits_for() const;
  // Whether the program has not ended and nothing will ever move it on: a callback called neither next nor
  // eval.
  bool stuck() const { return !ended() && waiting_ == Waiting::kNothing; }
  // Deliveries that have arrived and wait for the handler.
  std::size_t inbox_size() const { return inbox_.size(); }

 private:
  enum class Waiting : std::uint8_t { kNothing, kTimer, kResult, kDelivery, kHandIn, kLeave };

  void run(CreateResource& step);
  void run(Bind& step);
  void run(WriteResource& step);
  void run(StreamResource& step);
  void run(After& step);
  void run(Compute& step);
  void run(Post& step);
  void run(Receive& step);
  void run(Exit& step);
  void run(Call& step);
  void finish_delivery();
  void run_ready();
  void handle(Delivered&& delivery);
  void handle_if_allowed(Delivered&& delivery) {
    if (may_begin_) [[unlikely]]
      return ask_and_handle(std::move(delivery));
    handle(std::move(delivery));
  }
  void ask_and_handle(Delivered&& delivery);
  void receive_next();
  void await_delivery();
  void end(int status);

  // What each delivery needs stands together, because a machine among many is in no cache when one
  // comes.
  Link& link_;
  std::vector<Step> pending_;  // the head is at the back
  bool started_ = false;
  bool running_ = false;
  bool ready_ = false;
  bool handling_ = false;  // a message is handled: from the start of its handler until it is settled
  Waiting waiting_ = Waiting::kNothing;
  std::optional<bool> rejection_;  // the current message is rejected: requeue it or not
  std::size_t steps_behind_ = 0;   // the current message is settled when pending_ has no more steps
  std::optional<int> status_;
  Delivered current_;
  TimeNs begun_ns_ = 0;  // when the handler of the current message began; of on_settle_ alone
  std::shared_ptr<const Handler> handler_;
  RingBuffer<Delivered> inbox_;
  std::function<void(const Settlement&)> on_settle_;
  std::function<void(const Delivered&)> on_handle_;

  std::string name_;
  std::uint64_t messages_composed_ = 0;
  Callback then_;
  std::shared_ptr<const Handler> receiver_;
  RingBuffer<MessagePtr> handed_in_;
  std::function<void(const MessagePtr&)> on_return_;
  OnConfirm on_confirm_;
  OnRefuse on_refuse_;
  std::function<bool(const Delivered&)> may_begin_;
};

}  // namespace dse
