#include "dse/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/check.h"
#include "core/prefetch.h"
#include "dse/error.h"
#include "sdk/link.h"

namespace dse {

Machine::Machine(std::string name, Link& link) : link_(link), name_(std::move(name)) {}

TimeNs Machine::now() const { return link_.now(); }

void Machine::start(Program program) {
  DSE_CHECK(pending_.empty() && !ended(), "'{}' was started already", name_);
  started_ = true;
  eval(std::move(program));
}

void Machine::eval(Program steps) {
  std::move(steps.rbegin(), steps.rend(), std::back_inserter(pending_));
  next();
}

void Machine::next() {
  ready_ = true;
  if (running_) return;
  if (waiting_ != Waiting::kNothing) {
    throw UsageError(
        fmt::format("the program of '{}' called next() or eval() while it waits for {}: a callback "
                    "calls one of them once, and only what it waits for can move it on",
                    name_, waits_for()));
  }
  run_ready();
}

void Machine::run_ready() {
  running_ = true;
  while (ready_ && !ended()) {
    ready_ = false;
    if (handling_ && pending_.size() == steps_behind_) {
      finish_delivery();
      continue;
    }
    if (pending_.empty()) {
      end(0);
      break;
    }
    Step step = std::move(pending_.back());
    pending_.pop_back();
    std::visit([this](auto& alternative) { run(alternative); }, step);
  }
  running_ = false;
}

MessagePtr Machine::compose(MessageFields&& fields) {
  const fmt::format_int number(messages_composed_++);
  fields.id.reserve(name_.size() + 1 + number.size());
  fields.id.assign(name_).append(1, '-').append(number.data(), number.size());
  fields.app_id = name_;
  fields.timestamp = link_.now();
  return make_message(std::move(fields));
}

void Machine::crash(int status) {
  DSE_CHECK(!running_, "'{}' cannot crash from within its own step", name_);
  if (!ended()) end(status);
}

void Machine::renew() {
  DSE_CHECK(ended() && !running_, "'{}' cannot start again while its program runs", name_);
  started_ = false;
  ready_ = false;
  rejection_.reset();
  status_.reset();
  handler_.reset();
  receiver_.reset();
  then_ = nullptr;
  on_return_ = nullptr;
  on_confirm_ = nullptr;
}

void Machine::resume() {
  if (ended()) return;  // the program crashed while it waited
  DSE_CHECK(waiting_ == Waiting::kTimer || waiting_ == Waiting::kResult, "'{}' was not waiting", name_);
  const bool has_result = waiting_ == Waiting::kResult;
  waiting_ = Waiting::kNothing;
  if (has_result) pending_.emplace_back(Call{std::move(then_)});
  next();
}

void Machine::deliver(Delivered&& delivery) {
  if (ended()) return;  // the bus requeues the message when it learns of the end
  if (waiting_ != Waiting::kDelivery) {
    inbox_.push_back(std::move(delivery));
    return;
  }
  waiting_ = Waiting::kNothing;
  running_ = true;  // a step that the handler evaluates waits until the handler is done
  handle_if_allowed(std::move(delivery));
  run_ready();
}

void Machine::ask_and_handle(Delivered&& delivery) {
  if (may_begin_(delivery)) return handle(std::move(delivery));
  inbox_.push_front(std::move(delivery));
  waiting_ = Waiting::kLeave;
}

void Machine::go_on() {
  if (waiting_ != Waiting::kLeave) return;
  waiting_ = Waiting::kNothing;
  running_ = true;
  handle(inbox_.pop_front());
  run_ready();
}

void Machine::forget_inbox() {
  inbox_.clear();
  if (waiting_ == Waiting::kLeave) waiting_ = Waiting::kDelivery;
}

void Machine::on_return(const MessagePtr& message) {
  if (!ended() && on_return_) on_return_(message);
}

void Machine::on_confirm(const MessagePtr& message, bool accepted) {
  if (!ended() && on_confirm_) on_confirm_(message, accepted);
}

void Machine::hand_in(MessagePtr message) {
  if (ended()) return;
  handed_in_.push_back(std::move(message));
  if (waiting_ != Waiting::kHandIn) return;
  waiting_ = Waiting::kNothing;
  receive_next();
}

// Runs as the program's next step, so that what the handler evaluates waits until the handler is done.
void Machine::receive_next() {
  pending_.emplace_back(Call{[handler = std::move(receiver_), message = handed_in_.pop_front()](
                                 Machine& machine) { (*handler)(machine, message); }});
  next();
}

void Machine::handle(Delivered&& delivery) {
  current_ = std::move(delivery);
  rejection_.reset();
  handling_ = true;
  steps_behind_ = pending_.size();
  if (on_settle_) begun_ns_ = link_.now();
  if (on_handle_) on_handle_(current_);
  (*handler_)(*this, current_.message);
}

void Machine::refuse_current(const std::string& reason) {
  if (!current_.message) {
    throw UsageError(
        fmt::format("the program of '{}' handles no message that it could refuse: call "
                    "refuse_current() within a stream's handler",
                    name_));
  }
  reject_current(false);
  if (on_refuse_) on_refuse_(*current_.message, reason);
}

void Machine::fetch_handler() const { prefetch(handler_.get()); }

void Machine::await_delivery() {
  if (inbox_.empty()) {
    waiting_ = Waiting::kDelivery;
    return;
  }
  handle_if_allowed(inbox_.pop_front());
}

void Machine::end(int status) {
  status_ = status;
  handling_ = false;
  pending_.clear();
  inbox_.clear();
  handed_in_.clear();
  current_ = Delivered();
  waiting_ = Waiting::kNothing;
  link_.end(status);
}

std::string Machine::waits_for() const {
  switch (waiting_) {
    case Waiting::kTimer:
      return "a timer";
    case Waiting::kResult:
      return "a result";
    case Waiting::kDelivery:
      return "a message";
    case Waiting::kHandIn:
      return "a message from outside";
    case Waiting::kLeave:
      return "leave to handle a message";
    case Waiting::kNothing:
      break;
  }
  return ended() ? fmt::format("nothing: it ended with status {}", *status_)
                 : "nothing: a callback called neither next nor eval";
}

void Machine::run(CreateResource& step) {
  link_.declare(step.resource);
  next();
}

void Machine::run(Bind& step) {
  link_.bind(*step.binding);
  next();
}

void Machine::run(WriteResource& step) {
  link_.declare(step.resource);
  link_.publish({.resource = step.resource,
                 .message = std::move(step.message),
                 .mandatory = step.mandatory,
                 .confirm = step.confirm});
  next();
}

void Machine::run(StreamResource& step) {
  if (handler_ != nullptr) {
    throw UsageError(
        fmt::format("the program of '{}' streams '{}' beside another: a program streams one "
                    "resource; bind both into one queue, or make two components",
                    name_, step.resource));
  }
  handler_ = std::move(step.handler);
  link_.declare(step.resource);
  link_.open_stream(step.resource, step.prefetch);
  await_delivery();
}

void Machine::run(After& step) {
  waiting_ = Waiting::kTimer;
  link_.resume_after(step.delay_ns);
}

void Machine::run(Compute& step) {
  waiting_ = Waiting::kResult;
  then_ = std::move(step.then);
  link_.compute(std::move(step.job), step.duration_ns);
}

void Machine::run(Post& step) {
  link_.post(std::move(step.job));
  next();
}

void Machine::run(Receive& step) {
  receiver_ = std::move(step.handler);
  if (!handed_in_.empty()) return receive_next();
  waiting_ = Waiting::kHandIn;
}

void Machine::run(Exit& step) { end(step.status); }

void Machine::run(Call& step) { step.callback(*this); }

void Machine::finish_delivery() {
  handling_ = false;
  if (on_settle_) on_settle_({current_, begun_ns_, rejection_.value_or(false), rejection_.has_value()});
  if (rejection_.has_value()) {
    link_.reject(current_.tag, *rejection_);
  } else {
    link_.acknowledge(current_.tag);
  }
  current_.message = MessagePtr();
  await_delivery();
}

}  // namespace dse
