// The side of a component that has a user: what the user may not do is refused, as a broker refuses it. The
// first refusal is told of; neither it nor anything after it reaches the bus.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "sim/scenario/component_access.h"
#include "sim/world/forwarding_link.h"

namespace dse {

// What a component was refused.
struct AccessDenial {
  const std::string& resource;
  const MessagePtr& message;  // null unless it was written
  const std::string& text;    // RabbitMQ's
};

struct AccessCheck {
  ComponentAccess rules;
  std::function<void(const AccessDenial&)> on_denial;
};

class AccessLink : public ForwardingLink {
 public:
  AccessLink(Link& inner, AccessCheck check) : ForwardingLink(inner), check_(std::move(check)) {}

  void declare(const std::string& resource) override {
    if (permits(resource, check_.rules.declare(resource))) ForwardingLink::declare(resource);
  }
  void bind(const BindingSpec& binding) override {
    if (permits(binding.to, check_.rules.bind(binding))) ForwardingLink::bind(binding);
  }
  void publish(PublishRequest request) override {
    const AccessRefusal refusal = check_.rules.publish(request.resource, *request.message);
    if (permits(request.resource, refusal, request.message)) ForwardingLink::publish(std::move(request));
  }
  void open_stream(const std::string& resource, std::uint32_t prefetch) override {
    if (permits(resource, check_.rules.stream(resource))) ForwardingLink::open_stream(resource, prefetch);
  }

 private:
  bool permits(const std::string& resource, const AccessRefusal& refusal, const MessagePtr& message = {}) {
    if (denied_) return false;
    if (!refusal) return true;
    denied_ = true;
    check_.on_denial({.resource = resource, .message = message, .text = *refusal});
    return false;
  }

  AccessCheck check_;
  bool denied_ = false;
};

}  // namespace dse
