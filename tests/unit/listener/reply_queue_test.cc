#include "listener/reply_queue.h"

#include <set>

#include "dse/random.h"
#include "support/catch.h"
#include "unit/listener/session_rig.h"

using namespace dse;
using namespace dse::wire;

namespace {

ClientReply on_channel(std::uint16_t channel, ServerMethod method) {
  return {.channel = channel, .what = std::move(method)};
}

// The confirms that are written, as "1 3* 5", with an asterisk for `multiple`.
std::string confirms_of(ReplyQueue& replies) {
  std::string text;
  const std::string bytes(replies.output());
  replies.written(bytes.size());
  for (const WrittenFrame& frame : SessionRig::frames_of(bytes)) {
    if (!text.empty()) text += ' ';
    const auto* confirm = frame.as<BasicAck>();
    text += confirm == nullptr ? "?" : std::to_string(confirm->delivery_tag) + (confirm->multiple ? "*" : "");
  }
  return text;
}

}  // namespace

TEST_CASE("replies: confirms that follow each other become one") {
  BufferPool buffers;
  ReplyQueue replies(buffers);
  for (const std::uint64_t tag : {1U, 2U, 3U}) replies.push(on_channel(1, BasicAck{.delivery_tag = tag}));
  CHECK(confirms_of(replies) == "3*");
  replies.push(on_channel(1, BasicAck{.delivery_tag = 4}));
  CHECK(confirms_of(replies) == "4");
}

TEST_CASE("replies: a confirm does not speak for one that is still open") {
  BufferPool buffers;
  ReplyQueue replies(buffers);
  for (const std::uint64_t tag : {2U, 3U, 5U}) replies.push(on_channel(1, BasicAck{.delivery_tag = tag}));
  CHECK(confirms_of(replies) == "2 3 5");
  for (const std::uint64_t tag : {1U, 4U, 6U, 7U}) replies.push(on_channel(1, BasicAck{.delivery_tag = tag}));
  CHECK(confirms_of(replies) == "1 4 7*");
}

TEST_CASE("replies: what comes between confirms stays between them, and channels are apart") {
  BufferPool buffers;
  ReplyQueue replies(buffers);
  replies.push(on_channel(1, BasicAck{.delivery_tag = 1}));
  replies.push(on_channel(1, BasicQosOk{}));
  replies.push(on_channel(1, BasicAck{.delivery_tag = 2}));
  replies.push(on_channel(2, BasicAck{.delivery_tag = 1}));
  replies.push(on_channel(2, BasicNack{.delivery_tag = 2}));
  replies.push(on_channel(2, BasicAck{.delivery_tag = 3}));
  replies.push(on_channel(2, BasicAck{.delivery_tag = 4}));
  CHECK(confirms_of(replies) == "1 ? 2 1 ? 4*");
}

TEST_CASE("replies: a channel that is opened again begins to count again") {
  BufferPool buffers;
  ReplyQueue replies(buffers);
  for (const std::uint64_t tag : {1U, 2U}) replies.push(on_channel(1, BasicAck{.delivery_tag = tag}));
  replies.push(on_channel(1, ChannelOpenOk{}));
  for (const std::uint64_t tag : {2U, 3U}) replies.push(on_channel(1, BasicAck{.delivery_tag = tag}));
  CHECK(confirms_of(replies) == "2* ? 2 3");
}

TEST_CASE("replies: in whatever order tags are confirmed, each is once and none early") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "listener", "confirms");
    std::vector<std::uint64_t> tags(100);
    for (std::size_t at = 0; at < tags.size(); ++at) tags[at] = at + 1;
    const std::uint64_t swaps = random.below(100);
    for (std::uint64_t swap = 0; swap < swaps; ++swap) {
      const std::size_t at = random.below(90);
      std::swap(tags[at], tags[at + random.below(10)]);
    }
    BufferPool buffers;
    ReplyQueue replies(buffers);
    std::set<std::uint64_t> pushed;
    std::set<std::uint64_t> told;
    for (const std::uint64_t tag : tags) {
      pushed.insert(tag);
      replies.push(on_channel(1, BasicAck{.delivery_tag = tag}));
      if (random.below(3) != 0) continue;
      const std::string bytes(replies.output());
      replies.written(bytes.size());
      for (const WrittenFrame& frame : SessionRig::frames_of(bytes)) {
        const auto* confirm = frame.as<BasicAck>();
        for (std::uint64_t each = confirm->multiple ? 1 : confirm->delivery_tag;
             each <= confirm->delivery_tag; ++each)
          told.insert(each);
      }
      REQUIRE(told == pushed);
    }
  }
}
