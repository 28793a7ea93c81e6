// Random clients of one queue against an obvious model of it: every message that was published is in exactly
// one place at any time.
#include <deque>
#include <map>
#include <random>
#include <set>

#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

namespace {

// Where each message is; the bodies are their numbers.
class OneQueueModel {
 public:
  void publish(const std::string& body) { places_[body] = Place{}; }
  // Returns whether it was waiting.
  bool deliver(const std::string& body, ClientIndex client, std::uint64_t tag, bool settled) {
    Place& place = places_.at(body);
    const bool was_waiting = place.kind == Place::Kind::kWaiting;
    place = settled ? Place{.kind = Place::Kind::kSettled}
                    : Place{.kind = Place::Kind::kHeld, .client = client, .tag = tag};
    return was_waiting;
  }
  // All that the client holds up to this tag, or just it; they wait again, or are settled.
  std::size_t settle(ClientIndex client, std::uint64_t tag, bool multiple, bool waits) {
    std::size_t count = 0;
    for (auto& [body, place] : places_) {
      if (place.kind != Place::Kind::kHeld || place.client != client) continue;
      if (multiple ? tag != 0 && place.tag > tag : place.tag != tag) continue;
      place = {.kind = waits ? Place::Kind::kWaiting : Place::Kind::kSettled};
      ++count;
    }
    return count;
  }
  std::vector<std::uint64_t> held(ClientIndex client) const {
    std::vector<std::uint64_t> tags;
    for (const auto& [body, place] : places_)
      if (place.kind == Place::Kind::kHeld && place.client == client) tags.push_back(place.tag);
    return tags;
  }
  // All that wait are settled: purged, or gone with their queue.
  std::size_t drop_waiting() {
    std::size_t count = 0;
    for (auto& [body, place] : places_) {
      if (place.kind != Place::Kind::kWaiting) continue;
      place.kind = Place::Kind::kSettled;
      ++count;
    }
    return count;
  }
  std::multiset<std::string> waiting() const {
    std::multiset<std::string> bodies;
    for (const auto& [body, place] : places_)
      if (place.kind == Place::Kind::kWaiting) bodies.insert(body);
    return bodies;
  }
  std::size_t held() const {
    return static_cast<std::size_t>(std::count_if(places_.begin(), places_.end(), [](const auto& one) {
      return one.second.kind == Place::Kind::kHeld;
    }));
  }

 private:
  struct Place {
    enum class Kind { kWaiting, kHeld, kSettled } kind = Kind::kWaiting;
    ClientIndex client = {};
    std::uint64_t tag = 0;
  };
  std::map<std::string, Place> places_;
};

struct ModelledClient {
  ClientIndex index;
  bool consumes = false;
  bool settles = true;  // else its consumer has no-ack
};

class OneQueueRun {
 public:
  explicit OneQueueRun(std::uint64_t seed) : random_(seed) {
    maker_ = driver_.connect();
    Headers arguments;
    if (draw(2) == 0) arguments.set("x-max-priority", std::int64_t{2});
    driver_.call<QueueDeclareOk>(maker_, QueueDeclare{.queue = "q", .arguments = arguments});
    for (ModelledClient& client : clients_) client.index = driver_.connect();
  }

  void step() {
    ModelledClient& client = clients_[draw(clients_.size())];
    switch (draw(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return publish(client);
      case 4:
        return start_or_cancel(client);
      case 5:
        return get(client);
      case 6:
      case 7:
      case 8:
        return settle(client);
      case 9:
        if (draw(4) != 0) return;
        CHECK(driver_.call<QueuePurgeOk>(maker_, QueuePurge{.queue = "q"}).message_count ==
              model_.drop_waiting());
        return;
      case 10:
        return recover(client);
      default:
        return leave(client);
    }
  }

  void check() {
    const ResourceIndex queue = *driver_.broker().find("q");
    std::multiset<std::string> waiting;
    for (const MessagePtr& message : driver_.broker().waiting(queue)) {
      const auto bytes = message->payload().bytes();
      waiting.emplace(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    REQUIRE(waiting == model_.waiting());
    REQUIRE(driver_.broker().load(queue).unacknowledged == model_.held());
  }

 private:
  std::size_t draw(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }

  void publish(const ModelledClient& client) {
    const std::string body = std::to_string(++published_);
    model_.publish(body);
    MessageFields fields;
    if (draw(2) == 0) fields.more.edit().priority = static_cast<std::uint8_t>(draw(4));
    note(driver_.publish(client.index, {.key = "q", .body = body, .fields = std::move(fields)}));
  }

  void start_or_cancel(ModelledClient& client) {
    if (client.consumes) {
      client.consumes = false;
      return note(driver_.send(client.index, ClientMethod(BasicCancel{.consumer_tag = "t"})));
    }
    client.consumes = true;
    client.settles = draw(4) != 0;
    driver_.call<BasicQosOk>(client.index, BasicQos{.prefetch_count = static_cast<std::uint16_t>(draw(4)),
                                                    .global = draw(3) == 0});
    note(driver_.send(client.index,
                      ClientMethod(BasicConsume{.queue = "q",
                                                .consumer_tag = "t",
                                                .no_ack = !client.settles,
                                                .arguments = {{"x-priority", std::int64_t(draw(3))}}})));
  }

  void get(const ModelledClient& client) {
    const bool settled = draw(3) == 0;
    const bool is_any = !model_.waiting().empty();
    const auto replies = driver_.send(client.index, ClientMethod(BasicGet{.queue = "q", .no_ack = settled}));
    const auto got = answers_in<BasicGetOk>(client.index, replies);
    CHECK(got.size() == (is_any ? 1U : 0U));
    if (!got.empty()) {
      CHECK(
          model_.deliver(bodies_in(client.index, replies).at(0), client.index, got[0].delivery_tag, settled));
    }
  }

  void settle(const ModelledClient& client) {
    const std::vector<std::uint64_t> held = model_.held(client.index);
    if (held.empty()) return;
    const std::uint64_t tag = held[draw(held.size())];
    const bool multiple = draw(3) == 0;
    const bool requeue = draw(2) == 0;
    if (draw(2) == 0) {
      CHECK(model_.settle(client.index, tag, multiple, false) > 0);
      return note(
          driver_.send(client.index, ClientMethod(BasicAck{.delivery_tag = tag, .multiple = multiple})));
    }
    CHECK(model_.settle(client.index, tag, multiple, requeue) > 0);
    note(driver_.send(client.index, ClientMethod(BasicNack{
                                        .delivery_tag = tag, .multiple = multiple, .requeue = requeue})));
  }

  void recover(const ModelledClient& client) {
    model_.settle(client.index, 0, true, true);
    note(driver_.send(client.index, ClientMethod(BasicRecover{.requeue = true})));
  }

  // The channel ends, or the client does and comes back.
  void leave(ModelledClient& client) {
    model_.settle(client.index, 0, true, true);
    client.consumes = false;
    if (draw(2) == 0) {
      note(driver_.send(client.index, ClientMethod(ChannelClose{})));
      driver_.call<ChannelOpenOk>(client.index, ChannelOpen{});
      return;
    }
    note(driver_.send(client.index, ClientGone(), 0));
    client.index = driver_.connect();
  }

  void note(std::vector<ClientReply> replies) {
    for (ClientReply& reply : driver_.take_others()) replies.push_back(std::move(reply));
    for (const ClientReply& reply : replies) {
      const auto* method = std::get_if<ServerMethod>(&reply.what);
      const auto* delivery = method == nullptr ? nullptr : std::get_if<BasicDeliver>(method);
      if (delivery == nullptr) continue;
      const auto to = std::find_if(clients_.begin(), clients_.end(),
                                   [&](const ModelledClient& one) { return one.index == reply.client; });
      REQUIRE(to != clients_.end());
      CHECK(to->consumes);
      CHECK(model_.deliver(bodies_in(reply.client, {reply}).at(0), reply.client, delivery->delivery_tag,
                           !to->settles));
    }
  }

  std::mt19937_64 random_;
  DoorDriver driver_;
  ClientIndex maker_;
  std::array<ModelledClient, 4> clients_;
  OneQueueModel model_;
  std::uint64_t published_ = 0;
};

}  // namespace

TEST_CASE("every message that clients publish is in exactly one place") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    OneQueueRun run(seed);
    for (int steps = 0; steps < 150; ++steps) {
      CAPTURE(steps);
      run.step();
      run.check();
    }
  }
}
