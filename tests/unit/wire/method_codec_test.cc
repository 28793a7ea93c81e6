#include "wire/method_codec.h"

#include "support/catch.h"
#include "unit/wire/amqp_codec.h"
#include "unit/wire/random_methods.h"

using namespace dse;
using namespace dse::wire;

namespace {

constexpr std::uint64_t kSeeds = 60;

template <typename Method>
std::string payload_of(const Method& method) {
  std::string payload;
  encode(method, payload);
  return payload;
}

// Whether rabbitmq-c knows the method; RabbitMQ has connection.update-secret since it was written.
bool is_known_to_amqp(MethodId id) {
  return id != ConnectionUpdateSecret::kId && id != ConnectionUpdateSecretOk::kId;
}

// What is wrong with a payload from a client; code 0 when nothing is.
struct Fault {
  int code = 0;
  std::string text;
  MethodId cause;
};
Fault fault_of(std::string_view payload) {
  try {
    decode_client_method(payload);
    return {};
  } catch (const WireError& error) {
    return {error.code(), error.what(), error.cause()};
  }
}

std::string with_id(MethodId id, std::string_view arguments) {
  std::string payload;
  WireWriter writer(payload);
  writer.number(id.class_id);
  writer.number(id.method_id);
  writer.append(arguments);
  return payload;
}

}  // namespace

TEST_CASE("methods: each has the bytes that rabbitmq-c gives it, and is decoded from them") {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    RandomStream random(seed, "wire", "methods");
    for_each_random_method<ClientMethod>(random, [seed](const auto& method) {
      const std::string payload = payload_of(method);
      CAPTURE(seed, method.kId.class_id, method.kId.method_id);
      if (is_known_to_amqp(method.kId)) REQUIRE(amqp_again(payload) == payload);
      const ClientMethod decoded = decode_client_method(payload);
      REQUIRE(id_of(decoded) == method.kId);
      REQUIRE(payload_of(decoded) == payload);
    });
    for_each_random_method<ServerMethod>(random, [seed](const auto& method) {
      const std::string payload = payload_of(method);
      CAPTURE(seed, method.kId.class_id, method.kId.method_id);
      if (is_known_to_amqp(method.kId)) REQUIRE(amqp_again(payload) == payload);
      const ServerMethod decoded = decode_server_method(payload);
      REQUIRE(id_of(decoded) == method.kId);
      REQUIRE(payload_of(decoded) == payload);
    });
  }
}

TEST_CASE("methods: arguments of one type are not mixed up") {
  AmqpPool pool;
  const std::string publish =
      payload_of(BasicPublish{.exchange = "x", .routing_key = "k", .mandatory = true});
  const auto* published = static_cast<amqp_basic_publish_t*>(amqp_decoded(publish, pool));
  REQUIRE(published != nullptr);
  CHECK(text_of(published->exchange) == "x");
  CHECK(text_of(published->routing_key) == "k");
  CHECK(published->mandatory == 1);
  CHECK(published->immediate == 0);
  const std::string declare = payload_of(QueueDeclare{.queue = "q", .durable = true, .auto_delete = true});
  const auto* declared = static_cast<amqp_queue_declare_t*>(amqp_decoded(declare, pool));
  REQUIRE(declared != nullptr);
  CHECK(declared->passive + declared->exclusive + declared->nowait == 0);
  CHECK(declared->durable + declared->auto_delete == 2);
  const std::string tune = payload_of(ConnectionTune{.channel_max = 1, .frame_max = 2, .heartbeat = 3});
  const auto* tuned = static_cast<amqp_connection_tune_t*>(amqp_decoded(tune, pool));
  REQUIRE(tuned != nullptr);
  CHECK(tuned->channel_max == 1);
  CHECK(tuned->frame_max == 2);
  CHECK(tuned->heartbeat == 3);
  const std::string nack = payload_of(BasicNack{.delivery_tag = 7, .multiple = false, .requeue = true});
  const auto* nacked = static_cast<amqp_basic_nack_t*>(amqp_decoded(nack, pool));
  REQUIRE(nacked != nullptr);
  CHECK(nacked->delivery_tag == 7);
  CHECK(nacked->multiple == 0);
  CHECK(nacked->requeue == 1);
}

TEST_CASE("methods: one that ends early, or too late, is a frame error that names it") {
  RandomStream random(5, "wire", "cut");
  for_each_random_method<ClientMethod>(random, [](const auto& method) {
    const std::string payload = payload_of(method);
    for (std::size_t size = 4; size < payload.size(); ++size) {
      CAPTURE(method.kId.class_id, method.kId.method_id, size, payload.size());
      const Fault fault = fault_of(payload.substr(0, size));
      REQUIRE(fault.code == 501);
      REQUIRE(fault.cause == method.kId);
    }
    CHECK(fault_of(payload + '\0').code == 501);
  });
}

// As RabbitMQ 3.10.8 was seen to answer them, but for a method that does not exist: then it says nothing.
TEST_CASE("methods: what is wrong is told in RabbitMQ's words") {
  const Fault short_one = fault_of(with_id(BasicPublish::kId, std::string(1, '\0')));
  CHECK(short_one.text == "FRAME_ERROR - cannot decode <<0>>");
  CHECK(fault_of(with_id(BasicPublish::kId, std::string("\0\0\0\1q\0xx", 8))).text ==
        "FRAME_ERROR - cannot decode <<0,0,0,1,113,0,120,120>>");
  CHECK(fault_of(std::string(1, '\0')).text == "FRAME_ERROR - type 1, all octets = <<0>>: unknown_frame");
  const Fault servers = fault_of(payload_of(ChannelOpenOk{}));
  CHECK(servers.code == 503);
  CHECK(servers.text == "COMMAND_INVALID - unimplemented method");
  CHECK(servers.cause == ChannelOpenOk::kId);
  const Fault unknown = fault_of(with_id({60, 199}, ""));
  CHECK(unknown.code == 540);
  CHECK(unknown.text == "NOT_IMPLEMENTED - there is no method 199 in class 60");
  const Fault long_one = fault_of(with_id(BasicPublish::kId, std::string(1000, '\0')));
  CHECK(long_one.text.size() == 255);
  CHECK(long_one.text.ends_with("..."));
}

TEST_CASE("methods: a short text is cut to what fits") {
  const auto method = std::get<ConnectionBlocked>(
      decode_server_method(payload_of(ConnectionBlocked{.reason = std::string(300, 'r')})));
  CHECK(method.reason == std::string(255, 'r'));
}
