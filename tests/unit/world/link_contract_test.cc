// The contract of a link, checked on the in-process link, driven by the scheduler as in a world.
#include "support/link_contract.h"

#include <memory>
#include <stdexcept>
#include <variant>
#include <vector>

#include "bus/data_bus.h"
#include "sim/world/inproc_link.h"
#include "support/catch.h"

using namespace dse;

namespace {

class InprocRig : public LinkRig {
 public:
  Machine& add(const std::string& name) override {
    return members_[members_.push_back(std::make_unique<Member>(*this, name))]->machine;
  }
  void remove(Machine&) override {}  // its link was closed when it ended
  void limit(const std::string& resource, int length) override {
    Broker& broker = bus_.broker();
    const ResourceIndex queue = broker.declare(resource, scheduler_.now());
    broker.set_options(queue, QueueOptions{.max_length = length, .overflow = Overflow::kRejectPublish});
    broker.make_queue(queue, scheduler_.now());
  }
  void run_until(const std::function<bool()>& done) override {
    while (!done()) {
      if (scheduler_.empty()) throw std::runtime_error("nothing happens any more");
      dispatch(scheduler_.pop());
    }
  }

 private:
  struct Member {
    Hops hops{kLatencyNs};
    InprocLink link;
    Machine machine;
    Member(InprocRig& rig, const std::string& name)
        : link({.index = rig.bus_.attach(),
                .bus = rig.bus_,
                .scheduler = rig.scheduler_,
                .strands = rig.strands_,
                .hops = hops,
                .jobs = {.job_cost = 1}}),
          machine(name, link) {}
  };
  static constexpr TimeNs kLatencyNs = 1'000;

  void dispatch(const Event& event) {
    Member& member = *members_[event.target];
    switch (event.kind) {
      case EventKind::kBusReceives: {
        const BusEvent served = bus_.serve(event.target, scheduler_.now());
        for (const LinkIndex notified : served.notified)
          scheduler_.schedule(scheduler_.now() + kLatencyNs, EventKind::kComponentReceives, notified);
        return;
      }
      case EventKind::kComponentReceives:
        return receive(member, decode_notice(bus_.receive(event.target)));
      case EventKind::kResult:
        member.link.wait_for_result();
        return member.machine.resume();
      default:
        return member.machine.resume();
    }
  }
  static void receive(Member& member, Notice notice) {
    if (auto* delivery = std::get_if<DeliveryNotice>(&notice))
      return member.machine.deliver(
          {std::move(delivery->message), delivery->tag.number(), delivery->redelivered});
    if (auto* confirm = std::get_if<ConfirmNotice>(&notice))
      return member.machine.on_confirm(confirm->message, confirm->accepted);
    member.machine.on_return(std::get<ReturnNotice>(notice).message);
  }

  Scheduler scheduler_{1};
  DataBus bus_;
  IndexedVector<LinkIndex, std::unique_ptr<Member>> members_;
  Strands strands_{1};
};

}  // namespace

TEST_CASE("link contract: the link of the process") {
  for (const LinkPromise& promise : link_contract()) {
    DYNAMIC_SECTION(promise.text) {
      InprocRig rig;
      promise.check(rig);
    }
  }
}
