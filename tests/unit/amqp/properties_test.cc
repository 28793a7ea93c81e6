#include "amqp/properties.h"

#include "support/catch.h"

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

TEST_CASE("properties: a header of a type that is not carried is why a message is refused") {
  for (const std::uint8_t kind : {AMQP_FIELD_KIND_VOID, AMQP_FIELD_KIND_TIMESTAMP, AMQP_FIELD_KIND_DECIMAL,
                                  AMQP_FIELD_KIND_BYTES, AMQP_FIELD_KIND_ARRAY, AMQP_FIELD_KIND_TABLE}) {
    amqp_table_entry_t entry = entry_of(kind);
    CHECK_THAT(read_message(with_header(entry)).refused, ContainsSubstring("its header \"shadow\""));
  }
  amqp_table_entry_t unsigned64 = entry_of(AMQP_FIELD_KIND_U64);
  unsigned64.value.value.u64 = std::uint64_t{1} << 63;
  CHECK_THAT(read_message(with_header(unsigned64)).refused, ContainsSubstring("\"shadow\""));
  unsigned64.value.value.u64 = 7;
  CHECK(read_message(with_header(unsigned64)).refused == "");
  CHECK(*read_message(with_header(unsigned64)).fields.headers.find_integer("shadow") == 7);
}

TEST_CASE("properties: what only a broker adds is left out, whatever its type") {
  amqp_table_entry_t entry = entry_of(AMQP_FIELD_KIND_TABLE);
  entry.key = amqp_text("x-death");
  const ReadMessage read = read_message(with_header(entry));
  CHECK(read.refused == "");
  CHECK(read.fields.headers.empty());
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

TEST_CASE("properties: integers and floats of every size are read") {
  const auto read = [](std::uint8_t kind, auto set) {
    amqp_table_entry_t entry = entry_of(kind);
    set(entry.value.value);
    const ReadMessage message = read_message(with_header(entry));
    CHECK(message.refused == "");
    return *message.fields.headers.find("shadow");
  };
  const HeaderValue minus_one = std::int64_t{-1};
  CHECK(read(AMQP_FIELD_KIND_I8, [](auto& value) { value.i8 = -1; }) == minus_one);
  CHECK(read(AMQP_FIELD_KIND_I16, [](auto& value) { value.i16 = -1; }) == minus_one);
  CHECK(read(AMQP_FIELD_KIND_I32, [](auto& value) { value.i32 = -1; }) == minus_one);
  CHECK(read(AMQP_FIELD_KIND_I64, [](auto& value) { value.i64 = -1; }) == minus_one);
  CHECK(read(AMQP_FIELD_KIND_U8, [](auto& value) { value.u8 = 255; }) == HeaderValue(std::int64_t{255}));
  CHECK(read(AMQP_FIELD_KIND_U16, [](auto& value) { value.u16 = 65'535; }) ==
        HeaderValue(std::int64_t{65'535}));
  CHECK(read(AMQP_FIELD_KIND_U32, [](auto& value) { value.u32 = UINT32_MAX; }) ==
        HeaderValue(std::int64_t{UINT32_MAX}));
  CHECK(read(AMQP_FIELD_KIND_F32, [](auto& value) { value.f32 = 0.5F; }) == HeaderValue(0.5));
  CHECK(read(AMQP_FIELD_KIND_F64, [](auto& value) { value.f64 = -0.25; }) == HeaderValue(-0.25));
  CHECK(read(AMQP_FIELD_KIND_BOOLEAN, [](auto& value) { value.boolean = 1; }) == HeaderValue(true));
}

TEST_CASE("properties: an entry of a table is replaced, or added") {
  const Headers headers = {{"x-dse-number", std::int64_t{1}}, {"label", std::int64_t{7}}};
  AmqpTable table(headers);
  table.set("x-dse-number", std::int64_t{2});
  table.set("x-dse-run", "1f");
  const Headers read = read_headers(table.table()).headers;
  CHECK(read == Headers{{"x-dse-number", std::int64_t{2}}, {"label", std::int64_t{7}}, {"x-dse-run", "1f"}});
}
