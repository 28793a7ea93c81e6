#include "wire/content_header.h"

#include "broker/dead_letter.h"
#include "support/catch.h"
#include "support/random_values.h"
#include "unit/wire/amqp_codec.h"
#include "wire/field_table.h"

using namespace dse;
using namespace dse::wire;

namespace {

// class, weight, length of the body
std::string header_bytes(std::uint64_t body_bytes, std::string_view list) {
  std::string bytes;
  WireWriter writer(bytes);
  writer.number(std::uint16_t{60});
  writer.number(std::uint16_t{0});
  writer.number(body_bytes);
  writer.append(list);
  return bytes;
}
constexpr std::size_t kListBegin = 12;

std::string written(const Message& message) {
  std::string payload;
  write_content_header(message, payload);
  return payload;
}

// A list of properties as rabbitmq-c decodes and encodes it.
std::string amqp_list_again(std::string_view list) {
  AmqpPool pool;
  void* decoded = nullptr;
  if (amqp_decode_properties(AMQP_BASIC_CLASS, pool.get(), amqp_bytes(list), &decoded) < 0)
    return "not decoded";
  std::string again(list.size() + 16, '\0');
  const int size = amqp_encode_properties(AMQP_BASIC_CLASS, decoded, amqp_bytes(again));
  return size < 0 ? "not encoded" : again.substr(0, static_cast<std::size_t>(size));
}

MessageFields random_fields(RandomStream& random) {
  const auto text = [&random] { return random_text(random, {}).substr(0, random.below(2) == 0 ? 0 : 255); };
  MessageFields fields{.headers = random_table(random, {.finite = true}),
                       .id = text(),
                       .correlation_id = text(),
                       .app_id = text(),
                       .content_type = text(),
                       .more = random_properties(random)};
  if (random.below(2) == 0)
    fields.timestamp = static_cast<TimeNs>(random.below(1 << 30)) * kNanosecondsPerSecond;
  return fields;
}

// The message that a client publishes with these properties.
MessagePtr published(std::string_view list, std::string_view body = "") {
  MessageFields fields = read_content_header(header_bytes(body.size(), list)).fields;
  fields.payload = Payload::copy_of(body);
  return make_message(std::move(fields));
}

std::string list_of(const Message& message) { return written(message).substr(kListBegin); }

// A list with this header, the expiration 5000, a cluster id, and whatever the bits besides say.
std::string full_list(const Headers& headers) {
  std::string list;
  WireWriter writer(list);
  writer.number(std::uint16_t{0x8000 | 0x2000 | 0x1000 | 0x0200 | 0x0100 | 0x0004 | 0x0002});
  writer.text("text/plain");
  write_table(headers, writer);
  writer.number(std::uint8_t{2});
  writer.text("answers");
  writer.text("5000");
  writer.text("cluster");
  return list;
}

int code_of(std::string_view payload) {
  try {
    read_content_header(payload);
    return 0;
  } catch (const WireError& error) {
    return error.code();
  }
}

}  // namespace

TEST_CASE("content headers: those of components have the bytes that rabbitmq-c gives them, and are read") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "wire", "properties");
    const MessagePtr message = make_message(random_fields(random));
    const std::string payload = written(*message);
    REQUIRE(amqp_list_again(payload.substr(kListBegin)) == payload.substr(kListBegin));
    const MessagePtr again = make_message(read_content_header(payload).fields);
    CHECK(again->id() == message->id());
    CHECK(again->correlation_id() == message->correlation_id());
    CHECK(again->app_id() == message->app_id());
    CHECK(again->content_type() == message->content_type());
    CHECK(again->timestamp() == message->timestamp());
    CHECK(same_headers(again->headers(), message->headers()));
    CHECK(again->fields().more == message->fields().more);
    REQUIRE(written(*again) == payload);
  }
}

TEST_CASE(
    "content headers: a message of a component says that it is persistent, and no headers if it has none") {
  const std::string payload = written(*make_message({.payload = Payload::copy_of("four")}));
  CHECK(payload == header_bytes(4, std::string("\x10\x00\x02", 3)));
}

TEST_CASE("content headers: what a client published goes out byte for byte") {
  // An empty content type, an empty table, mode 2, a timestamp that is no virtual time, and a set
  // continuation bit: all of this would be written otherwise.
  std::string list;
  WireWriter writer(list);
  writer.number(std::uint16_t{0x8000 | 0x2000 | 0x1000 | 0x0040 | 0x0001});
  writer.text("");
  writer.number(std::uint32_t{0});
  writer.number(std::uint8_t{2});
  writer.number(UINT64_MAX);
  const MessagePtr message = published(list, "body");
  CHECK(message->timestamp() == kNoTimestamp);
  CHECK(message->fields().more.empty());
  CHECK(written(*message) == header_bytes(4, list));
  CHECK(list_of(*published(std::string(2, '\0'))) == std::string(2, '\0'));
}

TEST_CASE("content headers: of a message that died, only what the broker changed is written anew") {
  const Death death{.reason = DeathReason::kExpired, .queue = "q", .exchange = "x", .key = "other"};
  const MessagePtr message = published(full_list({{"CC", HeaderArray({std::string("k")})}, {"own", 7.5}}));
  const MessagePtr dead = died(*message, death);
  MessageFields again = read_content_header(written(*dead)).fields;
  CHECK(again.headers == dead->headers());
  CHECK(again.headers.find("x-death") != nullptr);
  CHECK(again.more->expiration.empty());
  CHECK(again.more->reply_to == "answers");
  CHECK(list_of(*dead).ends_with("\7cluster"));
  const std::string list = list_of(*dead);
  CHECK(static_cast<unsigned char>(list[1]) == 0x06);  // the cluster id and the bit that nobody reads
  CHECK(amqp_list_again(list).size() > 2);
}

TEST_CASE("content headers: headers that a broker adds come where a message had none") {
  const MessagePtr message = published(std::string(2, '\0'));
  const MessageFields again = read_content_header(written(*with_delivery_count(*message, 3))).fields;
  CHECK(again.headers == Headers{{"x-delivery-count", std::int64_t{3}}});
  CHECK_FALSE(again.more->delivery_mode);
}

TEST_CASE("content headers: blind copies are taken out, and the table stays") {
  const MessagePtr message = published(full_list({{"BCC", HeaderArray({std::string("k")})}}));
  CHECK(list_of(*without_blind_copies(message)) == full_list({}));
}

TEST_CASE("content headers: where a client is to be answered may be replaced") {
  MessageFields fields = read_content_header(header_bytes(0, full_list({}))).fields;
  fields.more.edit().reply_to = "elsewhere";
  fields.more.note_changed(MoreProperties::kReplyToChanged);
  const MessageFields again = read_content_header(written(*make_message(std::move(fields)))).fields;
  CHECK(again.more->reply_to == "elsewhere");
  CHECK(again.more->expiration == "5000");
}

TEST_CASE("content headers: how a client wrote its properties is no difference between messages") {
  const MessagePtr one = published(std::string(2, '\0'));
  const MessagePtr other = make_message({});
  CHECK(one->fields().more.any());
  CHECK(one->fields().more.empty());
  CHECK(one->fields().more == other->fields().more);
}

TEST_CASE("content headers: what is cut, goes on too long or belongs elsewhere has RabbitMQ's code") {
  const std::string payload = header_bytes(7, full_list({{"a", std::string("b")}}));
  CHECK(read_content_header(payload).body_bytes == 7);
  for (std::size_t size = 0; size < payload.size(); ++size) {
    CAPTURE(size);
    REQUIRE(code_of(payload.substr(0, size)) == (size < kListBegin ? 501 : 541));
  }
  CHECK(code_of(payload + "x") == 541);
  std::string other_class = payload;
  other_class[1] = 50;
  CHECK(code_of(other_class) == 505);
  std::string weighty = payload;
  weighty[3] = 1;
  CHECK(code_of(weighty) == 505);
}
