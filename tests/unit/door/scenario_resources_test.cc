// What a scenario has is to clients as if it had been declared before they came.
#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

namespace {

DoorTopology topology() {
  return {.exchanges = {{"jobs", {.type = ExchangeType::kTopic}},
                        {"own", {.type = ExchangeType::kTopic}},
                        {"news", {.type = ExchangeType::kFanout, .alternate = "jobs"}}},
          .queues = {{"jobs", {.max_length = 5}}, {"own", {.exclusive = true}}}};
}

}  // namespace

TEST_CASE("a resource of the scenario is a durable queue with the scenario's arguments") {
  DoorDriver driver(topology());
  const ClientIndex client = driver.connect();
  CHECK_FALSE(driver.waiting("jobs").has_value());
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "jobs", .passive = true});
  CHECK(driver.waiting("jobs") == 0);  // it is there once a client uses it
  driver.call<QueueDeclareOk>(
      client,
      QueueDeclare{.queue = "jobs", .durable = true, .arguments = {{"x-max-length", std::int64_t{5}}}});
  const std::string differs = "406 PRECONDITION_FAILED - inequivalent arg ";
  CHECK(driver.refusal(client, QueueDeclare{.queue = "jobs"}) ==
        differs + "'durable' for queue 'jobs' in vhost '/': received 'false' but current is 'true'");
  CHECK(driver.refusal(client, QueueDeclare{.queue = "jobs", .durable = true}) ==
        differs +
            "'x-max-length' for queue 'jobs' in vhost '/': received none but current is the value '5' "
            "of type 'long'");
  CHECK(driver.refusal(client, QueueDelete{.queue = "jobs"}) ==
        "403 ACCESS_REFUSED - deletion of queue 'jobs' in vhost '/' not allowed: it is the scenario's");
}

TEST_CASE("the queue of a resource takes what comes from then on") {
  DoorDriver driver(topology());
  const ClientIndex client = driver.connect();
  driver.publish(client, {.key = "jobs"});
  CHECK_FALSE(driver.waiting("jobs").has_value());
  driver.call<BasicConsumeOk>(client, BasicConsume{.queue = "jobs"});
  CHECK(answers_in<BasicDeliver>(client, driver.publish(client, {.exchange = "jobs", .key = "any"})).size() ==
        1);
  CHECK(answers_in<BasicDeliver>(client, driver.publish(client, {.key = "jobs"})).size() == 1);
}

TEST_CASE("an exchange of the scenario stays, and is no queue") {
  DoorDriver driver(topology());
  const ClientIndex client = driver.connect();
  driver.call<ExchangeDeclareOk>(client,
                                 ExchangeDeclare{.exchange = "news",
                                                 .type = "fanout",
                                                 .durable = true,
                                                 .arguments = {{"alternate-exchange", std::string("jobs")}}});
  CHECK(driver.refusal(client, ExchangeDelete{.exchange = "news"}) ==
        "403 ACCESS_REFUSED - deletion of exchange 'news' in vhost '/' not allowed: it is the scenario's");
  CHECK(driver.refusal(client, QueueDeclare{.queue = "news", .passive = true}) ==
        "404 NOT_FOUND - no queue 'news' in vhost '/'");
  // A queue of its name is the client's own.
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "news"});
  driver.call<QueueDeleteOk>(client, QueueDelete{.queue = "news"});
}

TEST_CASE("an exclusive queue of the scenario is its components' alone") {
  DoorDriver driver(topology());
  const ClientIndex client = driver.connect();
  const auto is_locked = [](const std::string& refusal) {
    return refusal.starts_with("405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'own'");
  };
  CHECK(is_locked(driver.refusal(client, BasicConsume{.queue = "own"})));
  CHECK(is_locked(driver.refusal(client, BasicGet{.queue = "own"})));
  CHECK(is_locked(driver.refusal(client, QueueDeclare{.queue = "own", .durable = true})));
  CHECK(is_locked(driver.refusal(client, QueueDelete{.queue = "own"})));
  CHECK(is_locked(driver.refusal(client, QueuePurge{.queue = "own"})));
  CHECK(is_locked(driver.refusal(client, QueueBind{.queue = "own", .exchange = "amq.fanout"})));
  driver.call<ExchangeDeclareOk>(client, ExchangeDeclare{.exchange = "own", .passive = true});
}

TEST_CASE("clients and components share queues") {
  DoorDriver driver(topology());
  const ClientIndex client = driver.connect();
  const LinkIndex link = driver.attach();
  driver.serve(link, DeclareCommand{.alias = ResourceAlias(0), .resource = "jobs"});
  driver.serve(link, DeclareCommand{.alias = ResourceAlias(1), .resource = "other"});
  driver.serve(link, StreamCommand{.alias = ResourceAlias(0), .prefetch = 1});
  driver.publish(client, {.key = "jobs", .body = "1"});
  driver.publish(client, {.key = "jobs", .body = "2"});
  const std::vector<DeliveryNotice> notices = driver.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(driver.waiting("jobs") == 1);
  // What a component gives back a client may get.
  driver.serve(link, CloseCommand{});
  driver.call<BasicGetOk>(client, BasicGet{.queue = "jobs"});
  // What a component has named is a resource, and so is not deleted.
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "other", .passive = true});
  driver.serve(link, PublishCommand{.alias = ResourceAlias(1), .message = make_message({})});
  CHECK(driver.waiting("other") == 1);
  CHECK(driver.refusal(client, QueueDelete{.queue = "other"}).starts_with("403"));
}

TEST_CASE(
    "a component's messages come to a client's consumer, and a client's queue may go under a component") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  driver.call<BasicConsumeOk>(client, BasicConsume{.queue = "q"});
  const LinkIndex link = driver.attach();
  driver.serve(link, DeclareCommand{.alias = ResourceAlias(0), .resource = ""});
  driver.serve(link, DeclareCommand{.alias = ResourceAlias(1), .resource = "q"});
  driver.serve(link, PublishCommand{.alias = ResourceAlias(0), .message = make_message({.key = "q"})});
  CHECK(answers_in<BasicDeliver>(client, driver.take_others()).size() == 1);
  driver.serve(link, StreamCommand{.alias = ResourceAlias(1)});
  for (int left = 2; left > 0; --left) driver.publish(client, {.key = "q"});
  const std::vector<DeliveryNotice> notices = driver.take_notices();
  REQUIRE(notices.size() == 1);
  driver.call<QueueDeleteOk>(client, QueueDelete{.queue = "q"});
  driver.serve(link, AcknowledgeCommand{.tag = notices[0].tag});
  driver.serve(link, CloseCommand{});
  CHECK_FALSE(driver.waiting("q").has_value());
}
