#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

namespace {

std::string refused(const std::string& what) {
  return "403 ACCESS_REFUSED - access to " + what + " in vhost '/' refused for user 'guest'";
}

// A client with these permissions beside one that has made what it asks for.
struct LimitedClient {
  explicit LimitedClient(Permissions permissions) : client(driver.connect(std::move(permissions))) {
    driver.call<QueueDeclareOk>(maker, QueueDeclare{.queue = "q"});
    driver.call<ExchangeDeclareOk>(maker, ExchangeDeclare{.exchange = "x", .type = "fanout"});
  }
  template <typename Method>
  std::string refusal(Method method) {
    return driver.refusal(client, std::move(method));
  }

  DoorDriver driver;
  ClientIndex maker = driver.connect();
  ClientIndex client;
};

}  // namespace

TEST_CASE("to declare and delete a client must be permitted to configure") {
  LimitedClient limited({.configure = "^mine$", .write = ".*", .read = ".*"});
  CHECK(limited.refusal(QueueDeclare{.queue = "q"}) == refused("queue 'q'"));
  CHECK(limited.refusal(QueueDelete{.queue = "q"}) == refused("queue 'q'"));
  CHECK(limited.refusal(ExchangeDeclare{.exchange = "x", .type = "fanout"}) == refused("exchange 'x'"));
  CHECK(limited.refusal(ExchangeDelete{.exchange = "x"}) == refused("exchange 'x'"));
  CHECK(limited.refusal(QueueDeclare{.queue = "mine"}).empty());
  CHECK(limited.refusal(QueueDeclare{.queue = "q", .passive = true}).empty());
  CHECK(limited.refusal(ExchangeDeclare{.exchange = "x", .passive = true}).empty());
}

TEST_CASE("to publish and to be bound to, a client must be permitted to write") {
  LimitedClient limited({.configure = ".*", .write = "^mine$", .read = ".*"});
  const auto publish = [&](const std::string& exchange) {
    return limited.driver.refusal_in(limited.client, 1,
                                     limited.driver.publish(limited.client, {.exchange = exchange}));
  };
  CHECK(publish("x") == refused("exchange 'x'"));
  CHECK(publish("") == refused("exchange 'amq.default'"));
  CHECK(limited.refusal(QueueBind{.queue = "q", .exchange = "x"}) == refused("queue 'q'"));
  CHECK(limited.refusal(QueueUnbind{.queue = "q", .exchange = "x"}) == refused("queue 'q'"));
  CHECK(limited.refusal(ExchangeBind{.destination = "x", .source = "amq.fanout"}) == refused("exchange 'x'"));
  CHECK(limited.refusal(QueueDeclare{.queue = "mine"}).empty());
  CHECK(limited.refusal(QueueBind{.queue = "mine", .exchange = "x"}).empty());
  // Its dead letters would be written there.
  CHECK(limited.refusal(
            QueueDeclare{.queue = "other", .arguments = {{"x-dead-letter-exchange", std::string("x")}}}) ==
        refused("exchange 'x'"));
}

TEST_CASE("to consume, get, purge and be a binding's source, a client must be permitted to read") {
  LimitedClient limited({.configure = ".*", .write = ".*", .read = "^mine$"});
  CHECK(limited.refusal(BasicConsume{.queue = "q"}) == refused("queue 'q'"));
  CHECK(limited.refusal(BasicGet{.queue = "q"}) == refused("queue 'q'"));
  CHECK(limited.refusal(QueuePurge{.queue = "q"}) == refused("queue 'q'"));
  CHECK(limited.refusal(QueueBind{.queue = "q", .exchange = "x"}) == refused("exchange 'x'"));
  CHECK(limited.refusal(ExchangeDeclare{
            .exchange = "y", .type = "fanout", .arguments = {{"alternate-exchange", std::string("x")}}}) ==
        refused("exchange 'y'"));
}

TEST_CASE("keys of a topic exchange have permissions of their own") {
  LimitedClient limited({.configure = ".*",
                         .write = ".*",
                         .read = ".*",
                         .topics = {{.exchange = "amq.topic", .write = "^w", .read = "^r"}}});
  const auto publish = [&](const std::string& key) {
    return limited.driver.refusal_in(
        limited.client, 1, limited.driver.publish(limited.client, {.exchange = "amq.topic", .key = key}));
  };
  CHECK(publish("w.1").empty());
  CHECK(publish("r.1").starts_with("403 ACCESS_REFUSED - access to topic 'r.1' in exchange 'amq.topic'"));
  const auto bind = [&](const std::string& key) {
    return limited.refusal(QueueBind{.queue = "q", .exchange = "amq.topic", .routing_key = key});
  };
  CHECK(bind("r.1").empty());
  CHECK(bind("w.1").starts_with("403 ACCESS_REFUSED - access to topic 'w.1' in exchange 'amq.topic'"));
}

TEST_CASE("what is permitted is asked of each exchange to which a channel publishes") {
  LimitedClient limited({.configure = ".*", .write = "^x$", .read = ".*"});
  const auto publish = [&](const std::string& exchange) {
    return limited.driver.refusal_in(limited.client, 1,
                                     limited.driver.publish(limited.client, {.exchange = exchange}));
  };
  CHECK(publish("x").empty());
  CHECK(publish("amq.fanout") == refused("exchange 'amq.fanout'"));
  CHECK(publish("x").empty());
}
