#include "bus/data_bus.h"

#include "dse/hash.h"
#include "support/catch.h"

using namespace dse;

namespace {

// A component at its end of a link, which sends commands and reads notices.
class Client {
 public:
  explicit Client(DataBus& bus) : bus_(bus), link_(bus.attach()) {}

  // Sends the command and lets the bus receive it.
  BusEvent command(Command command) {
    send(std::move(command));
    return bus_.serve(link_, 0);
  }
  void send(Command command) { bus_.send(link_, encode(std::move(command))); }
  DeliveryNotice delivery() { return std::get<DeliveryNotice>(notice()); }
  Notice notice() { return decode_notice(bus_.receive(link_)); }
  LinkIndex link() const { return link_; }

 private:
  DataBus& bus_;
  LinkIndex link_;
};

MessagePtr message(const std::string& id) {
  return make_message({.payload = Payload::copy_of(id), .id = id});
}

std::vector<LinkIndex> notified(const BusEvent& event) {
  return {event.notified.begin(), event.notified.end()};
}

// Declares `resource` under alias 0 and streams it.
void stream(Client& client, const std::string& resource, std::uint32_t prefetch) {
  client.command(DeclareCommand{ResourceAlias(0), resource});
  client.command(StreamCommand{ResourceAlias(0), prefetch});
}

// A payload that lives as long as the message made with it.
struct Watched {
  std::shared_ptr<int> owner = std::make_shared<int>(0);
  std::weak_ptr<int> alive = owner;
  MessagePtr make() { return make_message({.payload = Payload(std::move(owner), {}), .id = "watched"}); }
};

}  // namespace

TEST_CASE("a message crosses from its writer to its reader and is acknowledged") {
  DataBus bus;
  Client writer(bus);
  Client reader(bus);
  CHECK(reader.command(DeclareCommand{ResourceAlias(0), "a"}).kind == EventCode::kDeclared);
  CHECK(reader.command(StreamCommand{ResourceAlias(0), 1}).kind == EventCode::kStreamed);

  writer.command(DeclareCommand{ResourceAlias(0), "other"});
  writer.command(DeclareCommand{ResourceAlias(1), "a"});
  const MessagePtr sent = message("m0");
  const BusEvent published = writer.command(PublishCommand{ResourceAlias(1), false, sent});
  CHECK(published.kind == EventCode::kPublished);
  CHECK(bus.broker().name(published.resource) == "a");
  CHECK(published.message.get() == sent.get());
  CHECK(notified(published) == std::vector{reader.link()});

  const DeliveryNotice delivery = reader.delivery();
  CHECK(delivery.alias == ResourceAlias(0));
  CHECK_FALSE(delivery.redelivered);
  CHECK(delivery.message->payload().bytes().data() == sent->payload().bytes().data());
  CHECK(bus.broker().outstanding(delivery.tag));

  const BusEvent acknowledged = reader.command(AcknowledgeCommand{delivery.tag});
  CHECK(acknowledged.kind == EventCode::kAcknowledged);
  CHECK(bus.broker().name(acknowledged.resource) == "a");
  CHECK(acknowledged.message.get() == sent.get());
  CHECK(acknowledged.notified.empty());
  CHECK_FALSE(bus.broker().outstanding(delivery.tag));
}

TEST_CASE("nothing happens to a frame before the bus is told to receive it") {
  DataBus bus;
  Client client(bus);
  client.send(DeclareCommand{ResourceAlias(0), "a"});
  client.send(StreamCommand{ResourceAlias(0), 1});
  CHECK(bus.broker().next_resource() == ResourceIndex(0));
  bus.serve(client.link(), 0);
  CHECK(bus.broker().next_resource() == ResourceIndex(1));
  CHECK(bus.broker().next_stream() == StreamIndex(0));
  bus.serve(client.link(), 0);
  CHECK(bus.broker().next_stream() == StreamIndex(1));
}

TEST_CASE("notified links are told in the order of their queues, as often as they get something") {
  DataBus bus;
  Client writer(bus);
  Client first(bus);
  Client second(bus);
  for (const char* to : {"z", "b"}) writer.command(BindCommand{{.from = "x", .to = to}});
  stream(first, "b", 0);
  stream(second, "z", 0);
  writer.command(DeclareCommand{ResourceAlias(0), "x"});
  CHECK(notified(writer.command(PublishCommand{ResourceAlias(0), false, message("m0")})) ==
        std::vector{second.link(), first.link()});

  // One settlement may bring another stream several messages.
  Client late(bus);
  writer.command(BindCommand{{.from = "x", .to = "c"}});
  for (const char* id : {"m1", "m2"}) writer.command(PublishCommand{ResourceAlias(0), false, message(id)});
  late.command(DeclareCommand{ResourceAlias(0), "c"});
  CHECK(notified(late.command(StreamCommand{ResourceAlias(0), 0})) == std::vector{late.link(), late.link()});
}

TEST_CASE("an unroutable message is counted, and comes back to its writer if mandatory") {
  DataBus bus;
  Client writer(bus);
  writer.command(DeclareCommand{ResourceAlias(0), "a"});
  const MessagePtr sent = message("m0");
  const BusEvent dropped = writer.command(PublishCommand{ResourceAlias(0), false, sent});
  CHECK(dropped.kind == EventCode::kUnroutable);
  CHECK(dropped.notified.empty());

  const BusEvent returned = writer.command(PublishCommand{ResourceAlias(0), true, sent});
  CHECK(returned.kind == EventCode::kReturned);
  CHECK(notified(returned) == std::vector{writer.link()});
  const auto notice = std::get<ReturnNotice>(writer.notice());
  CHECK(notice.alias == ResourceAlias(0));
  CHECK(notice.message.get() == sent.get());
  CHECK(bus.broker().unroutable() == 2);
}

TEST_CASE("what a component leaves unacknowledged goes to its competitor when it closes") {
  DataBus bus;
  Client leaving(bus);
  Client staying(bus);
  Client writer(bus);
  stream(leaving, "a", 2);
  writer.command(DeclareCommand{ResourceAlias(0), "a"});
  for (const char* id : {"m0", "m1"}) writer.command(PublishCommand{ResourceAlias(0), false, message(id)});
  stream(staying, "a", 0);

  const BusEvent closed = leaving.command(CloseCommand{});
  CHECK(closed.kind == EventCode::kClosed);
  CHECK(notified(closed) == std::vector{staying.link(), staying.link()});
  for (const char* id : {"m0", "m1"}) {
    const DeliveryNotice delivery = staying.delivery();
    CHECK(delivery.message->id() == id);
    CHECK(delivery.redelivered);
  }
  CHECK(writer.command(PublishCommand{ResourceAlias(0), false, message("m2")}).notified.size() == 1);
  CHECK(staying.delivery().message->id() == "m2");
}

TEST_CASE("rejecting requeues or drops") {
  DataBus bus;
  Client client(bus);
  stream(client, "a", 1);
  client.command(PublishCommand{ResourceAlias(0), false, message("m0")});
  const BusEvent requeued = client.command(RejectCommand{client.delivery().tag, true});
  CHECK(requeued.kind == EventCode::kRequeued);
  const DeliveryNotice again = client.delivery();
  CHECK(again.redelivered);
  const BusEvent rejected = client.command(RejectCommand{again.tag, false});
  CHECK(rejected.kind == EventCode::kRejected);
  CHECK(rejected.message->id() == "m0");
  CHECK(bus.broker().queue_state(ResourceIndex(0)).unacknowledged == 0);
}

TEST_CASE("a bus that goes with frames under way lets go of everything in them") {
  Watched to_bus;
  Watched to_reader;
  Watched in_queue;
  Watched unacknowledged;
  Watched returned;
  {
    DataBus bus;
    Client client(bus);
    stream(client, "a", 2);
    client.command(PublishCommand{ResourceAlias(0), false, unacknowledged.make()});
    client.delivery();
    client.command(PublishCommand{ResourceAlias(0), false, to_reader.make()});
    client.command(PublishCommand{ResourceAlias(0), false, in_queue.make()});
    client.command(DeclareCommand{ResourceAlias(1), "nowhere"});
    client.command(PublishCommand{ResourceAlias(1), true, returned.make()});
    client.send(PublishCommand{ResourceAlias(0), false, to_bus.make()});
    client.send(DeclareCommand{ResourceAlias(2), std::string(1000, 'x')});
    client.send(BindCommand{{.from = "a", .to = std::string(1000, 'y')}});
    for (const Watched* one : {&to_bus, &to_reader, &in_queue, &unacknowledged, &returned}) {
      CHECK_FALSE(one->alive.expired());
    }
  }
  for (const Watched* one : {&to_bus, &to_reader, &in_queue, &unacknowledged, &returned})
    CHECK(one->alive.expired());
}
