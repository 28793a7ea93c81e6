#include "sim/world/inproc_link.h"

#include <utility>

namespace dse {

InprocLink::InprocLink(Parts parts) : parts_(parts), strand_(parts.strands.add(parts.jobs)) {}

void InprocLink::send(const Frame& frame, EventPriority priority, TimeNs later_ns) {
  parts_.bus.send(parts_.index, frame);
  parts_.scheduler.schedule(parts_.hops.to_bus(now(), later_ns), EventKind::kBusReceives, parts_.index,
                            priority);
}

ResourceAlias InprocLink::alias(const std::string& resource) const {
  const std::optional<ResourceAlias> found = aliases_.find(resource);
  DSE_CHECK(found.has_value(), "resource '{}' is used before it was declared", resource);
  return *found;
}

void InprocLink::declare(const std::string& resource) {
  if (aliases_.find(resource)) return;
  send(encode(Command(DeclareCommand{aliases_.add(resource), resource})), EventPriority::kControl);
}

void InprocLink::declare_again(const std::string& resource) {
  send(encode(Command(DeclareCommand{alias(resource), resource})), EventPriority::kControl);
}

void InprocLink::bind(const BindingSpec& binding) {
  send(encode(Command(BindCommand{binding})), EventPriority::kControl);
}

void InprocLink::publish(PublishRequest request) {
  send(encode(PublishCommand{alias(request.resource), request.mandatory, std::move(request.message),
                             request.confirm}),
       EventPriority::kNormal, request.later_ns);
}

void InprocLink::open_stream(const std::string& resource, std::uint32_t prefetch) {
  send(encode(Command(StreamCommand{alias(resource), prefetch})), EventPriority::kControl);
}

void InprocLink::acknowledge(std::uint64_t tag) { send(encode(AcknowledgeCommand{DeliveryTag(tag)})); }

void InprocLink::reject(std::uint64_t tag, bool requeue) {
  send(encode(Command(RejectCommand{DeliveryTag(tag), requeue})));
}

void InprocLink::resume_after(TimeNs delay_ns) {
  parts_.scheduler.schedule(add_time(now(), delay_ns), EventKind::kTimer, parts_.index);
}

void InprocLink::compute(Job job, TimeNs duration_ns) {
  awaited_ =
      parts_.strands.post(strand_, std::move(job), duration_ns == 0 ? Urgency::kAtOnce : Urgency::kWhenever);
  last_ = awaited_;
  parts_.scheduler.schedule(add_time(now(), duration_ns), EventKind::kResult, parts_.index);
}

void InprocLink::wait_for_result() { parts_.strands.wait(strand_, awaited_); }

void InprocLink::wait_for_jobs() { parts_.strands.wait(strand_, last_); }

void InprocLink::post(Job job) { last_ = parts_.strands.post(strand_, std::move(job)); }

void InprocLink::end(int) { send(encode(Command(CloseCommand{}))); }

}  // namespace dse
