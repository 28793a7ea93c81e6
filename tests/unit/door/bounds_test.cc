// What clients make that would end a run ends their connection at most.
#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

TEST_CASE("a queue that nobody reads takes no more than it can hold, and ends who goes on") {
  DoorDriver driver({}, {.queue_depth = 3, .drops = true});
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "other"});
  for (const char* queue : {"q", "other"})
    driver.call<QueueBindOk>(client, QueueBind{.queue = queue, .exchange = "amq.fanout"});
  driver.call<ConfirmSelectOk>(client, ConfirmSelect{});
  for (int left = 3; left > 0; --left) driver.publish(client, {.key = "q"});
  const auto replies = driver.publish(client, {.exchange = "amq.fanout"});
  REQUIRE(replies.size() == 2);
  CHECK(std::get<BasicNack>(std::get<ServerMethod>(replies[0].what)).delivery_tag == 4);
  CHECK(driver.refusal_in(client, 1, replies) ==
        "connection 506 RESOURCE_ERROR - queue 'q' in vhost '/' holds 3 messages and takes no more");
  CHECK(driver.waiting("q") == 3);
  CHECK(driver.waiting("other") == 1);
  CHECK(driver.door().clients() == 0);
}

TEST_CASE("dead letters for a full queue are dropped, and so is what a component publishes") {
  DoorDriver driver({}, {.queue_depth = 2, .drops = true});
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "full"});
  driver.call<QueueDeclareOk>(client,
                              QueueDeclare{.queue = "q",
                                           .arguments = {{"x-dead-letter-exchange", std::string("")},
                                                         {"x-dead-letter-routing-key", std::string("full")},
                                                         {"x-message-ttl", std::int64_t{1}}}});
  for (int left = 2; left > 0; --left) driver.publish(client, {.key = "full"});
  for (int left = 2; left > 0; --left) driver.publish(client, {.key = "q"});
  driver.call<BasicGetOk>(client, BasicGet{.queue = "q"});
  CHECK(driver.refusal(client, BasicReject{.delivery_tag = 1, .requeue = false}).empty());
  driver.advance(1'000'000);
  CHECK(driver.waiting("q") == 0);
  const LinkIndex link = driver.attach();
  driver.serve(link, DeclareCommand{.alias = ResourceAlias(0), .resource = ""});
  driver.serve(link, PublishCommand{.alias = ResourceAlias(0), .message = make_message({.key = "full"})});
  CHECK(driver.waiting("full") == 2);
  CHECK(driver.door().clients() == 1);
}

TEST_CASE("dead letters that would go round for ever end, however many they become") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ExchangeDeclareOk>(client, ExchangeDeclare{.exchange = "x", .type = "fanout"});
  for (const char* queue : {"a", "b", "c"}) {
    driver.call<QueueDeclareOk>(client,
                                QueueDeclare{.queue = queue,
                                             .arguments = {{"x-max-length", std::int64_t{0}},
                                                           {"x-dead-letter-exchange", std::string("x")}}});
    driver.call<QueueBindOk>(client, QueueBind{.queue = queue, .exchange = "x"});
  }
  // As if somebody had rejected it in each of them: then RabbitMQ does not see that it goes round.
  std::vector<HeaderValue> deaths;
  for (const char* queue : {"a", "b", "c", "d"}) {
    deaths.emplace_back(HeaderTable({{"queue", std::string(queue)}, {"reason", std::string("rejected")}}));
  }
  CHECK(driver
            .publish(client,
                     {.exchange = "x", .fields = {.headers = {{"x-death", HeaderArray(std::move(deaths))}}}})
            .empty());
  CHECK(driver.waiting("a") == 0);
  CHECK(driver.door().clients() == 1);
}

TEST_CASE("a channel has no more consumers than its bound") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  for (std::size_t left = Door::kConsumersMax; left > 0; --left)
    driver.call<BasicConsumeOk>(client, BasicConsume{.queue = "q"});
  CHECK(driver.refusal(client, BasicConsume{.queue = "q"}) ==
        "connection 530 NOT_ALLOWED - reached maximum (10000) of consumers per channel");
}

TEST_CASE("what clients declare takes no more than its bound, whatever they write into it") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  const Headers note = {{"note", std::string(100'000, 'n')}};
  const std::size_t all = Door::kArgumentBytesMax / (100'000 + 20);
  driver.call<ExchangeDeclareOk>(client,
                                 ExchangeDeclare{.exchange = "x", .type = "topic", .arguments = note});
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q", .arguments = note});
  for (std::size_t made = 2; made < all; ++made) {
    const QueueBind binding{
        .queue = "q", .exchange = "x", .routing_key = std::to_string(made), .arguments = note};
    driver.call<QueueBindOk>(client, binding);
    if (made == 2) driver.call<QueueBindOk>(client, binding);  // it is there
  }
  CHECK(driver.refusal(client, QueueDeclare{.queue = "one more", .arguments = note}) ==
        "connection 506 RESOURCE_ERROR - too many bytes of arguments were declared");
}
