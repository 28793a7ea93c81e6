// Random messages are decoded from their bytes intact; incomplete bytes are never decoded.
#include "message/message_bytes.h"

#include <cmath>

#include "dse/random.h"
#include "support/catch.h"
#include "support/random_values.h"

using namespace dse;

namespace {

std::string any_text(RandomStream& random) {
  std::string text(random.below(random.below(4) == 0 ? 300 : 12), ' ');
  for (char& c : text) c = static_cast<char>(random.below(256));
  return text;
}

MessagePtr any_message(RandomStream& random) {
  Headers headers;
  for (std::uint64_t count = random.below(5); count > 0; --count)
    headers.set(any_text(random), random_value(random));
  return make_message({.payload = Payload::copy_of(any_text(random)),
                       .key = any_text(random),
                       .headers = headers,
                       .id = any_text(random),
                       .correlation_id = any_text(random),
                       .app_id = any_text(random),
                       .content_type = any_text(random),
                       .timestamp = static_cast<TimeNs>(random.next_u64()),
                       .more = random.below(2) == 0 ? MoreProperties() : random_properties(random)});
}

std::string bytes_of(const Message& message) {
  std::string bytes;
  append_message(message, bytes);
  return bytes;
}

}  // namespace

TEST_CASE("a message comes back from its bytes with every field") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "message", "bytes");
    const MessagePtr message = any_message(random);
    const MessagePtr again = decode_message(bytes_of(*message));
    REQUIRE(again);
    const MessageFields& a = message->fields();
    const MessageFields& b = again->fields();
    CHECK(std::ranges::equal(a.payload.bytes(), b.payload.bytes()));
    CHECK(a.key == b.key);
    CHECK(same_headers(a.headers, b.headers));
    CHECK(a.id == b.id);
    CHECK(a.correlation_id == b.correlation_id);
    CHECK(a.app_id == b.app_id);
    CHECK(a.content_type == b.content_type);
    CHECK(a.timestamp == b.timestamp);
    CHECK(a.more == b.more);
  }
}

TEST_CASE("a number that is none keeps its bits") {
  const MessagePtr message = make_message({.headers = {{"x", std::nan("5")}}});
  const std::string bytes = bytes_of(*message);
  CHECK(bytes_of(*decode_message(bytes)) == bytes);
}

TEST_CASE("bytes that lack some or have some too many are no message") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "message", "cut");
    const MessagePtr message = any_message(random);
    const std::string bytes = bytes_of(*message);
    MessageFields without = message->fields();
    without.more = OptionalProperties();
    // Without its further properties, which come last, it is another message.
    const std::size_t whole = bytes_of(*make_message(std::move(without))).size();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      if (size != whole) CHECK_FALSE(decode_message(std::string_view(bytes).substr(0, size)));
    }
    CHECK_FALSE(decode_message(bytes + '\0'));
  }
}

TEST_CASE("changed bytes are no message, or are the one form of another") {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "message", "changed");
    std::string bytes = bytes_of(*any_message(random));
    for (std::uint64_t count = 1 + random.below(4); count > 0; --count)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(3) == 0 ? 0xff : random.below(256));
    if (const MessagePtr message = decode_message(bytes)) CHECK(bytes_of(*message) == bytes);
  }
}

TEST_CASE("headers out of order, twice, of an unknown type or half true are refused") {
  const std::string good = bytes_of(*make_message({.headers = {{"a", true}, {"b", true}}}));
  REQUIRE(decode_message(good));
  const auto changed = [&good](std::size_t at, char byte) {
    std::string bytes = good;
    bytes[at] = byte;
    return decode_message(bytes);
  };
  const std::size_t first = good.find('a');
  const std::size_t second = good.find('b');
  CHECK(changed(second, 'c'));
  CHECK_FALSE(changed(second, 'a'));
  CHECK_FALSE(changed(first, 'z'));
  CHECK_FALSE(changed(first + 1, 17));
  CHECK(changed(first + 2, 0));
  CHECK_FALSE(changed(first + 2, 2));
}

TEST_CASE(
    "values that no writer writes are refused: a narrow integer that is too large, or too deep a nesting") {
  const auto message_of = [](const std::string& value) {
    std::string bytes = bytes_of(*make_message({.headers = {{"a", true}}}));
    const std::size_t at = bytes.find('a') + 1;
    return decode_message(bytes.replace(at, 2, value));
  };
  const auto i64 = [](std::int64_t value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  };
  CHECK(message_of("\x05" + i64(255)));
  CHECK_FALSE(message_of("\x05" + i64(256)));
  CHECK_FALSE(message_of("\x05" + i64(-1)));
  std::string nested = "\x0e";  // void
  for (int level = 0; level < kHeaderNestingMax; ++level) nested = "\x0f" + i64(1) + nested;
  CHECK(message_of(nested));
  CHECK_FALSE(message_of("\x0f" + i64(1) + nested));
}

TEST_CASE("properties that no writer writes are refused") {
  const std::string without = bytes_of(*make_message({.id = "m"}));
  CHECK_FALSE(decode_message(without + std::string(41, '\0')));
  const std::string with =
      bytes_of(*make_message({.id = "m", .more = MoreProperties{.priority = std::uint8_t{9}}}));
  REQUIRE(with.size() == without.size() + 42);
  CHECK(decode_message(with)->priority() == 9);
  std::string changed = with;
  changed[changed.size() - 2] = 5;
  CHECK_FALSE(decode_message(changed));
}
