#include "sim/world/reconnecting_link.h"

#include <limits>
#include <utility>

#include "sim/world/faults.h"

namespace dse {
namespace {

constexpr TimeNs kUnknownNs = std::numeric_limits<TimeNs>::max();

}  // namespace

void ReconnectingLink::declare(const std::string& resource) {
  send({.kind = Command::Kind::kDeclare, .resource = resource});
}

void ReconnectingLink::bind(const BindingSpec& binding) {
  send({.kind = Command::Kind::kBind, .binding = binding});
}

void ReconnectingLink::publish(PublishRequest request) {
  send({.kind = Command::Kind::kPublish,
        .resource = request.resource,
        .message = std::move(request.message),
        .mandatory = request.mandatory,
        .confirm = request.confirm,
        .later_ns = request.later_ns});
}

void ReconnectingLink::open_stream(const std::string& resource, std::uint32_t prefetch) {
  send({.kind = Command::Kind::kStream, .resource = resource, .prefetch = prefetch});
}

void ReconnectingLink::acknowledge(std::uint64_t tag) {
  if (settles(tag)) ForwardingLink::acknowledge(tag);
}

void ReconnectingLink::reject(std::uint64_t tag, bool requeue) {
  if (settles(tag)) ForwardingLink::reject(tag, requeue);
}

// A process that dies forgets what it has not sent; one that ends waits for its confirms first.
void ReconnectingLink::end(int status) {
  stream_.reset();
  if (status == kCrashStatus) {
    unconfirmed_.clear();
    held_back_.clear();
  }
  if (connected_) {
    ForwardingLink::end(status);
  } else if (status != kCrashStatus) {
    ended_ = status;
  }
}

void ReconnectingLink::send(Command command) {
  if (!connected_) {
    held_back_.push_back(std::move(command));
    return;
  }
  forget_confirmed();
  forward(command);
  if (command.kind == Command::Kind::kDeclare && !command.is_known) return;  // it had been declared before
  unconfirmed_.push_back(std::move(command));
}

// A declaration that repeats an earlier one sends no frame.
void ReconnectingLink::forward(Command& command) {
  switch (command.kind) {
    case Command::Kind::kDeclare:
      if (command.is_known) {
        parts_.inner.declare_again(command.resource);
      } else {
        const std::uint64_t before = parts_.hops.to_bus().sent;
        ForwardingLink::declare(command.resource);
        command.is_known = parts_.hops.to_bus().sent > before;
      }
      break;
    case Command::Kind::kBind:
      ForwardingLink::bind(command.binding);
      break;
    case Command::Kind::kPublish:
      ForwardingLink::publish({.resource = command.resource,
                               .message = command.message,
                               .mandatory = command.mandatory,
                               .confirm = command.confirm,
                               .later_ns = command.later_ns});
      break;
    case Command::Kind::kStream:
      ForwardingLink::open_stream(command.resource, command.prefetch);
      stream_ = command;
      break;
  }
  command.frame = parts_.hops.to_bus().sent;
  command.confirmed_ns =
      command.confirm ? kUnknownNs : add_time(parts_.hops.to_bus().last_ns, parts_.hops.mean_ns());
}

void ReconnectingLink::forget_confirmed() {
  while (!unconfirmed_.empty() && unconfirmed_.front().confirmed_ns <= now()) unconfirmed_.pop_front();
}

// Confirms come in the order of the messages, on a connection that has carried all of them.
void ReconnectingLink::note_confirm(const MessagePtr& message) {
  for (Command& command : unconfirmed_) {
    if (command.message.get() != message.get() || command.confirmed_ns != kUnknownNs) continue;
    command.confirmed_ns = now();
    return;
  }
}

// Only messages are sent again when they have reached the bus: a resource and a binding are there, and the
// stream is opened anew.
void ReconnectingLink::disconnect(std::uint64_t received) {
  connected_ = false;
  if (stream_ && stream_->frame > received) stream_.reset();  // it is among the unconfirmed
  std::erase_if(unconfirmed_, [&](const Command& command) {
    const bool arrived = command.frame <= received;
    if (command.kind == Command::Kind::kPublish) return arrived && command.confirmed_ns <= now();
    return arrived;
  });
}

void ReconnectingLink::reconnect() {
  connected_ = true;
  const std::optional<Command> open = std::exchange(stream_, std::nullopt);
  for (Command& command : std::exchange(unconfirmed_, {})) send(std::move(command));
  if (open) {
    if (parts_.on_stream_again) parts_.on_stream_again(open->resource);
    send(*open);
  }
  for (Command& command : std::exchange(held_back_, {})) send(std::move(command));
  if (ended_) ForwardingLink::end(*std::exchange(ended_, std::nullopt));
}

}  // namespace dse
