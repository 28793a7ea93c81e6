#include "amqp/properties.h"

#include <limits>
#include <vector>

#include "message/carriage.h"
#include "support/catch.h"
#include "support/random_values.h"

using namespace dse;

namespace {

// A message with one header, which points into `entry`.
amqp_message_t with_header(amqp_table_entry_t& entry) {
  amqp_message_t message{};
  message.properties._flags = AMQP_BASIC_HEADERS_FLAG;
  message.properties.headers = {1, &entry};
  return message;
}

amqp_table_entry_t entry_of(std::uint8_t kind) {
  amqp_table_entry_t entry{amqp_text("shadow"), {}};
  entry.value.kind = kind;
  return entry;
}

}  // namespace

TEST_CASE("properties: headers of every type go there and back") {
  RandomStream random(1, "properties", "values");
  for (int i = 0; i < 500; ++i) {
    const Headers headers = random_table(random, {});
    AmqpTable table(headers);
    const ReadHeaders read = read_headers(table.table());
    CHECK_FALSE(read.too_deep);
    REQUIRE(same_headers(read.headers, headers));
  }
}

TEST_CASE("properties: an integer that RabbitMQ takes for a signed one is read as such") {
  amqp_table_entry_t entry = entry_of(AMQP_FIELD_KIND_U64);
  entry.value.value.u64 = UINT64_MAX;
  CHECK(*read_message(with_header(entry)).fields.headers.find("shadow") == HeaderValue(std::int64_t{-1}));
}

TEST_CASE("properties: what a broker adds is carried") {
  const Headers death = {{"x-death", HeaderArray({HeaderTable({{"count", std::int64_t{1}}})})}};
  AmqpTable table(death);
  amqp_message_t message{};
  message.properties._flags = AMQP_BASIC_HEADERS_FLAG;
  message.properties.headers = table.table();
  CHECK(read_message(message).refused == "");
  CHECK(read_message(message).fields.headers == death);
}

TEST_CASE("properties: headers that are nested too deep are why a message is refused") {
  std::vector<amqp_field_value_t> arrays(kHeaderNestingMax + 1);
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    arrays[i].kind = AMQP_FIELD_KIND_ARRAY;
    arrays[i].value.array =
        i + 1 == arrays.size() ? amqp_array_t{0, nullptr} : amqp_array_t{1, &arrays[i + 1]};
  }
  amqp_table_entry_t entry{amqp_text("deep"), arrays[0]};
  CHECK_THAT(read_message(with_header(entry)).refused,
             ContainsSubstring("more than 32 arrays and tables inside each other"));
  entry.value = arrays[1];
  CHECK(read_message(with_header(entry)).refused == "");
}

TEST_CASE("properties: bytes and texts inside of others count towards the size of headers") {
  const Headers headers = {{"a", HeaderArray({HeaderBytes(std::string(kHeaderBytesMax, 'a'))})}};
  AmqpTable table(headers);
  CHECK(read_headers(table.table()).bytes > kHeaderBytesMax);
}

TEST_CASE("properties: all of a message go there and back") {
  RandomStream random(1, "properties", "more");
  for (int i = 0; i < 200; ++i) {
    const MessageFields fields{.id = "m", .more = random_properties(random)};
    amqp_message_t message{};
    message.properties = to_properties(fields);
    message.properties._flags &= ~static_cast<amqp_flags_t>(AMQP_BASIC_HEADERS_FLAG);
    CHECK(read_message(message).fields.more == fields.more);
  }
}

TEST_CASE(
    "properties: a message is persistent unless it says that it is not, and without a mode says nothing") {
  CHECK(to_properties({}).delivery_mode == 2);
  CHECK(to_properties({.more = MoreProperties{.delivery_mode = std::uint8_t{1}}}).delivery_mode == 1);
  amqp_message_t message{};
  CHECK(read_message(message).fields.more.empty());
  message.properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
  message.properties.delivery_mode = 2;
  CHECK(read_message(message).fields.more.empty());
  message.properties.delivery_mode = 1;
  CHECK(read_message(message).fields.more->delivery_mode == 1);
}

TEST_CASE("properties: a user that the broker would not vouch for comes from its header") {
  const Headers headers = {{"x-dse-user-id", std::string("ada")}};
  AmqpTable table(headers);
  amqp_message_t message{};
  message.properties._flags = AMQP_BASIC_HEADERS_FLAG;
  message.properties.headers = table.table();
  CHECK(read_message(message).fields.more->user_id == "ada");
  CHECK(read_message(message).fields.headers.empty());
  message.properties._flags |= AMQP_BASIC_USER_ID_FLAG;
  message.properties.user_id = amqp_text("guest");
  CHECK(read_message(message).fields.more->user_id == "guest");
}

TEST_CASE("properties: headers that would leave no room for those of an answer are refused") {
  const std::string long_text(kHeaderBytesMax, 'a');
  amqp_table_entry_t entry = entry_of(AMQP_FIELD_KIND_UTF8);
  entry.value.value.bytes = amqp_text(long_text);
  CHECK_THAT(read_message(with_header(entry)).refused, ContainsSubstring("at most 65536 are carried"));
}

TEST_CASE("properties: no timestamp, or one that is no virtual time, is none, and leaves as none") {
  amqp_message_t message{};
  CHECK(read_message(message).fields.timestamp == kNoTimestamp);
  message.properties._flags = AMQP_BASIC_TIMESTAMP_FLAG;
  message.properties.timestamp = UINT64_MAX;
  const ReadMessage read = read_message(message);
  CHECK(read.fields.timestamp == kNoTimestamp);
  CHECK((to_properties(read.fields)._flags & AMQP_BASIC_TIMESTAMP_FLAG) == 0);
  message.properties.timestamp = 2;
  CHECK(read_message(message).fields.timestamp == 2 * kNanosecondsPerSecond);
}

TEST_CASE("properties: an entry of a table is replaced, or added") {
  const Headers headers = {{"x-dse-number", std::int64_t{1}}, {"label", std::int64_t{7}}};
  AmqpTable table(headers);
  table.set("x-dse-number", std::int64_t{2});
  table.set("x-dse-run", "1f");
  const Headers read = read_headers(table.table()).headers;
  CHECK(read == Headers{{"x-dse-number", std::int64_t{2}}, {"label", std::int64_t{7}}, {"x-dse-run", "1f"}});
}
