#include "sim/world/faults.h"

#include <utility>

#include "core/check.h"
#include "dataset/classes.h"

namespace dse {
namespace {

MessagePtr with_next_label(const Message& message, std::int64_t label, std::int64_t classes) {
  MessageFields fields = message.fields();
  fields.headers.set("label", (label + 1) % classes);
  return make_message(std::move(fields));
}

}  // namespace

FaultyLink::FaultyLink(const Fault& fault, Link& inner) : ForwardingLink(inner), fault_(fault) {
  DSE_CHECK(fault.kind != FaultKind::kCrash, "a crash of '{}' is no fault of its link", fault.component);
}

bool FaultyLink::strikes() {
  if (now() < fault_.from_ns || (fault_.limit && struck_ >= *fault_.limit)) return false;
  if (++counted_ % fault_.every != 0) return false;
  ++struck_;
  return true;
}

void FaultyLink::publish(PublishRequest request) {
  switch (fault_.kind) {
    case FaultKind::kLose:
      if (strikes()) return;
      break;
    case FaultKind::kDuplicate:
      if (strikes()) ForwardingLink::publish(request);
      break;
    case FaultKind::kSwap:
      return publish_in_turn(std::move(request));
    case FaultKind::kMislabel: {
      const std::int64_t* label = request.message->headers().find_integer("label");
      if (label != nullptr && strikes()) {
        request.message =
            with_next_label(*request.message, *label, fault_.classes.value_or(kClassesWithoutData));
      }
      break;
    }
    case FaultKind::kMute:
    case FaultKind::kCrash:
      break;
  }
  ForwardingLink::publish(std::move(request));
}

void FaultyLink::publish_in_turn(PublishRequest request) {
  if (!held_ && strikes()) {
    held_ = Held{request.resource, std::move(request.message), request.mandatory};
    return;
  }
  ForwardingLink::publish(std::move(request));
  send_held();
}

void FaultyLink::send_held() {
  if (!held_) return;
  ForwardingLink::publish(
      {.resource = held_->resource, .message = std::move(held_->message), .mandatory = held_->mandatory});
  held_.reset();
}

void FaultyLink::acknowledge(std::uint64_t tag) {
  if (fault_.kind == FaultKind::kMute && strikes()) return;
  ForwardingLink::acknowledge(tag);
}

void FaultyLink::end(int status) {
  send_held();
  ForwardingLink::end(status);
}

}  // namespace dse
