#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

namespace {

DoorDriver::Publish with(MoreProperties properties) {
  return {.key = "q", .fields = {.more = std::move(properties)}};
}

}  // namespace

TEST_CASE("a mandatory message that no queue takes comes back, before it is confirmed") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ConfirmSelectOk>(client, ConfirmSelect{});
  const auto replies = driver.publish(client, {.key = "none", .body = "lost", .mandatory = true});
  REQUIRE(replies.size() == 2);
  const auto& returned = std::get<BasicReturn>(std::get<ServerMethod>(replies[0].what));
  CHECK(returned.reply_code == 312);
  CHECK(returned.reply_text == "NO_ROUTE");
  CHECK(returned.exchange.empty());
  CHECK(returned.routing_key == "none");
  CHECK(bodies_in(client, replies) == std::vector<std::string>{"lost"});
  CHECK(std::get<BasicAck>(std::get<ServerMethod>(replies[1].what)).delivery_tag == 1);
  // Otherwise it is lost, and confirmed.
  CHECK(answers_in<BasicAck>(client, driver.publish(client, {.key = "none"})).at(0).delivery_tag == 2);
}

TEST_CASE("a queue that rejects what is too much makes a nack of the confirm") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client,
                              QueueDeclare{.queue = "q",
                                           .arguments = {{"x-max-length", std::int64_t{1}},
                                                         {"x-overflow", std::string("reject-publish")}}});
  driver.call<ConfirmSelectOk>(client, ConfirmSelect{});
  CHECK(answers_in<BasicAck>(client, driver.publish(client, {.key = "q"})).size() == 1);
  const auto refused = answers_in<BasicNack>(client, driver.publish(client, {.key = "q"}));
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].delivery_tag == 2);
  driver.call<BasicGetOk>(client, BasicGet{.queue = "q", .no_ack = true});
  CHECK(answers_in<BasicAck>(client, driver.publish(client, {.key = "q"})).at(0).delivery_tag == 3);
}

TEST_CASE("each channel counts its own confirms") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ChannelOpenOk>(client, ChannelOpen{}, 2);
  for (const std::uint16_t channel : {std::uint16_t{1}, std::uint16_t{2}})
    driver.call<ConfirmSelectOk>(client, ConfirmSelect{}, channel);
  driver.publish(client, {.key = "none"}, 1);
  const auto replies = driver.publish(client, {.key = "none"}, 2);
  CHECK(answers_in<BasicAck>(client, replies).at(0).delivery_tag == 1);
  CHECK(replies.at(0).channel == 2);
  driver.call<ConfirmSelectOk>(client, ConfirmSelect{}, 1);  // changes nothing
  CHECK(answers_in<BasicAck>(client, driver.publish(client, {.key = "none"}, 1)).at(0).delivery_tag == 2);
}

TEST_CASE("an internal exchange takes nothing from clients, and one that is not there neither") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<ExchangeDeclareOk>(client,
                                 ExchangeDeclare{.exchange = "x", .type = "fanout", .internal = true});
  CHECK(driver.refusal_in(client, 1, driver.publish(client, {.exchange = "x"})) ==
        "403 ACCESS_REFUSED - cannot publish to internal exchange 'x' in vhost '/'");
  CHECK(driver.refusal_in(client, 1, driver.publish(client, {.exchange = "none"})) ==
        "404 NOT_FOUND - no exchange 'none' in vhost '/'");
}

TEST_CASE("an exchange to which a channel publishes may be deleted and declared again") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  const auto declare = [&](bool internal) {
    driver.call<ExchangeDeclareOk>(client,
                                   ExchangeDeclare{.exchange = "x", .type = "fanout", .internal = internal});
  };
  declare(false);
  CHECK(driver.publish(client, {.exchange = "x"}).empty());
  driver.call<ExchangeDeleteOk>(client, ExchangeDelete{.exchange = "x"});
  CHECK(driver.refusal_in(client, 1, driver.publish(client, {.exchange = "x"})) ==
        "404 NOT_FOUND - no exchange 'x' in vhost '/'");
  declare(true);
  CHECK(driver.refusal_in(client, 1, driver.publish(client, {.exchange = "x"})).starts_with("403"));
}

TEST_CASE("properties that mean nothing are refused in RabbitMQ's words") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = "q"});
  const auto refusal = [&](DoorDriver::Publish message) {
    return driver.refusal_in(client, 1, driver.publish(client, std::move(message)));
  };
  const std::string failed = "406 PRECONDITION_FAILED - ";
  CHECK(refusal(with({.expiration = "soon"})) == failed + "invalid expiration 'soon': no_integer");
  CHECK(refusal(with({.expiration = "-1"})) == failed + "invalid expiration '-1': {value_negative,-1}");
  CHECK(refusal(with({.expiration = "1x"})) == failed + "invalid expiration '1x': {leftover_string,\"x\"}");
  CHECK(refusal(with({.expiration = "315360000001"})) ==
        failed + "invalid expiration '315360000001': {value_too_large,315360000001}");
  CHECK(refusal(with({.user_id = "eve"})) ==
        failed + "user_id property set to 'eve' but authenticated user was 'guest'");
  CHECK(refusal(with({.user_id = "guest"})).empty());
  CHECK(refusal(with({.delivery_mode = 3})) == failed + "invalid message: {delivery_mode_unknown,3}");
  CHECK(refusal({.key = "q", .fields = {.headers = {{"CC", std::string("a")}}}}) ==
        failed + "invalid message: {unacceptable_type_in_header,\"CC\",longstr}");
  CHECK(driver.waiting("q") == 1);
}

TEST_CASE("CC and BCC name more keys, of which the latter is taken off") {
  DoorDriver driver;
  const ClientIndex client = driver.connect();
  for (const char* name : {"a", "b", "c"}) driver.call<QueueDeclareOk>(client, QueueDeclare{.queue = name});
  driver.publish(client, {.key = "a",
                          .fields = {.headers = {{"CC", HeaderArray({HeaderValue(std::string("b"))})},
                                                 {"BCC", HeaderArray({HeaderValue(std::string("c"))})}}}});
  for (const char* name : {"a", "b", "c"}) {
    CAPTURE(name);
    const auto replies = driver.send(client, ClientMethod(BasicGet{.queue = name, .no_ack = true}));
    REQUIRE(answers_in<BasicGetOk>(client, replies).size() == 1);
    CHECK(replies[0].content->headers().find("CC") != nullptr);
    CHECK(replies[0].content->headers().find("BCC") == nullptr);
  }
}

TEST_CASE("an answer goes directly to the channel that asked") {
  DoorDriver driver;
  const ClientIndex asker = driver.connect();
  const ClientIndex server = driver.connect();
  driver.call<QueueDeclareOk>(server, QueueDeclare{.queue = "q"});
  const DoorDriver::Publish question = with({.reply_to = "amq.rabbitmq.reply-to"});
  const BasicConsume consume{.queue = "amq.rabbitmq.reply-to", .consumer_tag = "r", .no_ack = true};
  CHECK(driver.refusal_in(asker, 1, driver.publish(asker, question)) ==
        "406 PRECONDITION_FAILED - fast reply consumer does not exist");
  CHECK(driver.refusal(asker, BasicConsume{.queue = "amq.rabbitmq.reply-to"}) ==
        "406 PRECONDITION_FAILED - reply consumer cannot acknowledge");
  driver.call<BasicConsumeOk>(asker, consume);
  driver.publish(asker, question);
  const auto asked = driver.send(server, ClientMethod(BasicGet{.queue = "q", .no_ack = true}));
  const std::string address = asked.at(0).content->fields().more->reply_to;
  CHECK(address.starts_with("amq.rabbitmq.reply-to."));
  CHECK(driver.call<QueueDeclareOk>(server, QueueDeclare{.queue = address, .passive = true}).consumer_count ==
        1);

  driver.publish(server, {.key = address, .body = "answer"});
  driver.publish(
      server,
      {.key = "none", .body = "by CC", .fields = {.headers = {{"CC", HeaderArray({HeaderValue(address)})}}}});
  const auto others = driver.take_others();
  CHECK(bodies_in(asker, others) == std::vector<std::string>{"answer", "by CC"});
  const auto deliveries = answers_in<BasicDeliver>(asker, others);
  CHECK(deliveries.at(0).consumer_tag == "r");
  CHECK(deliveries.at(1).delivery_tag == 2);
  CHECK(driver.refusal(asker, consume) == "406 PRECONDITION_FAILED - reply consumer already set");
  // With the channel the address is gone.
  driver.publish(server, {.key = address});
  CHECK(driver.take_others().empty());
  CHECK(driver.refusal(server, QueueDeclare{.queue = address, .passive = true}).starts_with("404"));
}

TEST_CASE("what RabbitMQ has not this has not either") {
  DoorDriver driver;
  const auto connection = [&](auto method) { return driver.refusal(driver.connect(), std::move(method)); };
  CHECK(connection(BasicQos{.prefetch_size = 1}) == "connection 540 NOT_IMPLEMENTED - prefetch_size!=0 (1)");
  CHECK(connection(BasicRecover{.requeue = false}) == "connection 540 NOT_IMPLEMENTED - requeue=false");
  CHECK(connection(ChannelFlow{.active = false}) == "connection 540 NOT_IMPLEMENTED - active=false");
  CHECK(connection(TxSelect{}).starts_with("connection 540 NOT_IMPLEMENTED - "));
  const ClientIndex client = driver.connect();
  CHECK(driver.call<ChannelFlowOk>(client, ChannelFlow{.active = true}).active);
  driver.call<AccessRequestOk>(client, AccessRequest{});
  const auto replies =
      driver.send(client, ClientPublication{.method = {.immediate = true}, .message = make_message({})});
  CHECK(driver.refusal_in(client, 1, replies) == "connection 540 NOT_IMPLEMENTED - immediate=true");
}
