#include "wire/frames.h"

#include <vector>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;
using namespace dse::wire;

namespace {

std::string error_of(std::string_view bytes, std::uint32_t frame_max) {
  try {
    FrameReader reader(bytes, frame_max);
    while (reader.next()) {
    }
    return "";
  } catch (const WireError& error) {
    return error.what();
  }
}

std::string frame(char type, std::string_view payload, char end = '\xce') {
  std::string bytes = {type, '\0', '\1'};
  WireWriter(bytes).long_text(payload);
  return bytes + end;
}

}  // namespace

TEST_CASE("frames: those that are whole are read, the rest stays") {
  std::string bytes;
  append_method_frame(3, BasicAck{.delivery_tag = 9}, bytes);
  append_heartbeat_frame(bytes);
  const std::string two = bytes;
  append_method_frame(3, BasicAck{.delivery_tag = 10}, bytes);
  for (std::size_t size = two.size(); size < bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    FrameReader reader(part, 4096);
    const std::optional<WireFrame> first = reader.next();
    REQUIRE(first);
    CHECK(first->channel == 3);
    CHECK(std::get<BasicAck>(decode_client_method(first->payload)).delivery_tag == 9);
    const std::optional<WireFrame> second = reader.next();
    REQUIRE(second);
    CHECK(second->type == static_cast<std::uint8_t>(FrameType::kHeartbeat));
    CHECK(second->payload.empty());
    REQUIRE_FALSE(reader.next());
    CHECK(reader.rest().size() == size - two.size());
  }
}

TEST_CASE("frames: a body is split by the size of frames, and an empty one has no frame") {
  for (const std::size_t size : {0U, 1U, 4087U, 4088U, 4089U, 8176U, 10'000U}) {
    CAPTURE(size);
    const MessagePtr message = make_message({.payload = Payload::copy_of(std::string(size, 'b'))});
    std::string bytes;
    append_content_frames(1, *message, 4096, bytes);
    FrameReader reader(bytes, 4096);
    CHECK(reader.next()->type == static_cast<std::uint8_t>(FrameType::kHeader));
    std::size_t body = 0;
    std::size_t frames = 0;
    while (const std::optional<WireFrame> frame = reader.next()) {
      CHECK(frame->payload.size() + kFrameOverheadBytes <= 4096);
      body += frame->payload.size();
      ++frames;
    }
    CHECK(body == size);
    CHECK(frames == (size + 4087) / 4088);
  }
}

// As RabbitMQ 3.10.8 was seen to say it.
TEST_CASE("frames: one that is too long or ends wrongly is told in RabbitMQ's words") {
  CHECK(error_of(frame(1, "").substr(0, 3) + std::string("\0\2\0\1", 4), 131072) ==
        "FRAME_ERROR - type 1, all octets = <<>>: {frame_too_large,131073,131064}");
  CHECK(error_of(frame(1, "abcd", 'X'), 131072) ==
        "FRAME_ERROR - type 1, all octets = <<\"abcd\">>: {invalid_frame_end_marker,88}");
  CHECK(error_of(frame(2, std::string(17, '\1'), '\0'), 0) ==
        "FRAME_ERROR - type 2, first 16 octets = <<1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1>>: "
        "{invalid_frame_end_marker,0}");
  CHECK(error_of(frame(3, std::string(4096, 'x')), 4096) == "");  // RabbitMQ counts the payload alone
  CHECK(frame_snippet({.type = 5, .payload = "abc\"\\\n"}) == R"(type 5, all octets = <<"abc\"\\\n">>)");
}

TEST_CASE("frames: random bytes make frames or an error, whatever they are") {
  RandomStream random(1, "wire", "frames");
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random.below(64), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.below(4) == 0 ? 0xce : random.below(10));
    CHECK_FALSE(error_of(bytes, 64).starts_with("INTERNAL"));
  }
}
