// The component's side of a link as the ledger sees it: it notes what the component issues, and
// forwards it.
#pragma once

#include <string>

#include "sim/world/forwarding_link.h"
#include "sim/world/ledger.h"

namespace dse {

class LedgerLink : public ForwardingLink {
 public:
  LedgerLink(Ledger& ledger, LinkIndex index, Link& inner)
      : ForwardingLink(inner), ledger_(ledger), index_(index) {}

  void bind(const BindingSpec& binding) override {
    ledger_.note_bind(index_, binding);
    ForwardingLink::bind(binding);
  }
  void publish(PublishRequest request) override {
    ledger_.note_write(now(), index_, request.resource, request.message);
    ForwardingLink::publish(std::move(request));
  }
  void open_stream(const std::string& resource, std::uint32_t prefetch) override {
    ledger_.note_stream(index_, resource);
    ForwardingLink::open_stream(resource, prefetch);
  }

 private:
  Ledger& ledger_;
  LinkIndex index_;
};

}  // namespace dse
