// The contract of a link, checked on the fake link with a bus behind it.
#include "support/link_contract.h"

#include <deque>
#include <list>
#include <map>
#include <optional>
#include <stdexcept>

#include "property/naive_broker.h"
#include "support/catch.h"
#include "unit/sdk/fake_link.h"

using namespace dse;

namespace {

class FakeRig : public LinkRig {
 public:
  Machine& add(const std::string& name) override { return members_.emplace_back(*this, name).machine; }
  // What the machine had not settled went back to its queue when it ended.
  void remove(Machine& machine) override {
    std::erase_if(events_, [&machine](const Event& event) { return &event.member->machine == &machine; });
    members_.remove_if([&machine](const Member& member) { return &member.machine == &machine; });
  }
  void limit(const std::string& resource, int length) override {
    broker_.declare(resource);
    broker_.set_options(resource, {.max_length = static_cast<std::size_t>(length), .rejects = true});
  }
  void run_until(const std::function<bool()>& done) override {
    while (!done()) {
      if (!move_on()) throw std::runtime_error("nothing happens any more");
    }
  }

 private:
  struct Member;
  struct Event {
    Member* member;
    Delivered delivered;
    bool returned = false;
    std::optional<bool> accepted = {};
  };

  // Also carries out every request on the naive broker.
  class BusLink : public FakeLink {
   public:
    BusLink(FakeRig& rig, Member& member) : rig_(rig), member_(member) {}

    void declare(const std::string& resource) override {
      FakeLink::declare(resource);
      rig_.broker_.declare(resource);
    }
    void bind(const BindingSpec& binding) override {
      FakeLink::bind(binding);
      rig_.broker_.bind(binding);
    }
    void publish(PublishRequest request) override {
      const MessagePtr message = request.message;
      const bool mandatory = request.mandatory;
      const bool confirm = request.confirm;
      const std::string resource = request.resource;
      FakeLink::publish(std::move(request));
      rig_.messages_[message->id()] = message;
      const bool routed = rig_.broker_.publish(resource, message->key(), message->id(), message->headers());
      rig_.take_deliveries();
      if (!routed && mandatory) rig_.events_.push_back({&member_, {.message = message}, true});
      if (confirm) rig_.events_.push_back({&member_, {.message = message}, false, rig_.broker_.accepted()});
    }
    void open_stream(const std::string& resource, std::uint32_t prefetch) override {
      FakeLink::open_stream(resource, prefetch);
      rig_.streams_.push_back(&member_);
      streams_.push_back(static_cast<std::uint32_t>(rig_.streams_.size() - 1));
      rig_.broker_.open_stream(resource, prefetch);
      rig_.take_deliveries();
    }
    void acknowledge(std::uint64_t tag) override {
      FakeLink::acknowledge(tag);
      settle(tag, NaiveBroker::State::kAcknowledged);
    }
    void reject(std::uint64_t tag, bool requeue) override {
      FakeLink::reject(tag, requeue);
      settle(tag, requeue ? NaiveBroker::State::kReady : NaiveBroker::State::kRejected);
    }
    void end(int status) override {
      FakeLink::end(status);
      for (const std::uint32_t stream : streams_) rig_.broker_.close_stream(stream);
      rig_.take_deliveries();
    }

   private:
    void settle(std::uint64_t tag, NaiveBroker::State state) {
      const NaiveDelivery& delivery = rig_.delivered_.at(tag);
      rig_.broker_.settle(delivery.stream, delivery.message, state);
      rig_.take_deliveries();
    }

    FakeRig& rig_;
    Member& member_;
    std::vector<std::uint32_t> streams_;
  };

  struct Member {
    BusLink link;
    Machine machine;
    Member(FakeRig& rig, const std::string& name) : link(rig, *this), machine(name, link) {}
  };

  void take_deliveries() {
    for (const NaiveDelivery& delivery : broker_.take_deliveries()) {
      delivered_.push_back(delivery);
      events_.push_back({streams_[delivery.stream],
                         {.message = messages_.at(delivery.message),
                          .tag = delivered_.size() - 1,
                          .redelivered = delivery.redelivered}});
    }
  }

  // What the bus can deliver now comes before what is due later.
  bool move_on() {
    if (!events_.empty()) {
      Event event = std::move(events_.front());
      events_.pop_front();
      if (event.returned) {
        event.member->machine.on_return(event.delivered.message);
      } else if (event.accepted) {
        event.member->machine.on_confirm(event.delivered.message, *event.accepted);
      } else {
        event.member->machine.deliver(std::move(event.delivered));
      }
      return true;
    }
    for (Member& member : members_) {
      if (!member.link.due_ns) continue;
      member.link.run(member.machine, 1);
      return true;
    }
    return false;
  }

  NaiveBroker broker_;
  std::map<std::string, MessagePtr> messages_;
  std::vector<NaiveDelivery> delivered_;  // by tag
  std::vector<Member*> streams_;          // by number
  std::deque<Event> events_;
  std::list<Member> members_;
};

}  // namespace

TEST_CASE("link contract: the fake link") {
  for (const LinkPromise& promise : link_contract()) {
    DYNAMIC_SECTION(promise.text) {
      FakeRig rig;
      promise.check(rig);
    }
  }
}
