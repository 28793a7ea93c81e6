// A component's link under virtual time: its end of a link on the Data Bus, with the scheduler as
// its clock, and its strand.
#pragma once

#include <functional>
#include <string>

#include "bus/data_bus.h"
#include "sdk/link.h"
#include "sim/world/hops.h"
#include "sim/world/resource_aliases.h"
#include "sim/world/scheduler.h"
#include "sim/world/strands.h"

namespace dse {

class InprocLink : public Link {
 public:
  struct Parts {
    LinkIndex index;  // this link's number on the bus, and the target of its events
    DataBus& bus;
    Scheduler& scheduler;
    Strands& strands;
    Hops& hops;  // those of this link
    StrandOptions jobs;
  };
  explicit InprocLink(Parts parts);

  LinkIndex index() const { return parts_.index; }
  TimeNs now() const override { return parts_.scheduler.now(); }
  void declare(const std::string& resource) override;
  void bind(const BindingSpec& binding) override;
  void publish(PublishRequest request) override;
  void open_stream(const std::string& resource, std::uint32_t prefetch) override;
  void acknowledge(std::uint64_t tag) override;
  void reject(std::uint64_t tag, bool requeue) override;
  void resume_after(TimeNs delay_ns) override;
  void compute(Job job, TimeNs duration_ns) override;
  void post(Job job) override;
  void end(int status) override;

  // Sends the command of an earlier declare() again, which never reached the bus.
  void declare_again(const std::string& resource);

  // Called when a kResult event is due: waits for the real result.
  void wait_for_result();
  // Waits until every job is done.
  void wait_for_jobs();
  // The component starts again after its end: it has yet to name every resource.
  void renew() { aliases_.forget(); }

 private:
  ResourceAlias alias(const std::string& resource) const;
  void send(const Frame& frame, EventPriority priority = EventPriority::kNormal, TimeNs later_ns = 0);

  Parts parts_;
  ResourceAliases aliases_;
  StrandIndex strand_;
  JobTicket awaited_ = 0;
  JobTicket last_ = 0;
};

}  // namespace dse
