#include "bus/frame_pair.h"

#include <deque>
#include <map>
#include <set>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

Frame numbered(std::uint64_t number) { return encode(AcknowledgeCommand{DeliveryTag(number)}); }
std::uint64_t number_of(const Frame& frame) {
  return std::get<AcknowledgeCommand>(decode_command(frame)).tag.number();
}

}  // namespace

TEST_CASE("frames cross a pair in the order of their link, both ways, and are counted while under way") {
  const BorrowedFramePair pair = borrow_frame_pair();
  CHECK(pair->bus.under_way() == 0);
  for (std::uint64_t number = 0; number < 3; ++number) pair->components.send(LinkIndex(7), numbered(number));
  pair->components.send(LinkIndex(0), numbered(50));
  pair->bus.send(LinkIndex(7), numbered(99));
  CHECK(pair->bus.under_way() == 4);
  CHECK(pair->components.under_way() == 1);
  CHECK(number_of(pair->bus.receive(LinkIndex(0))) == 50);
  for (std::uint64_t number = 0; number < 3; ++number)
    CHECK(number_of(pair->bus.receive(LinkIndex(7))) == number);
  CHECK(pair->bus.under_way() == 0);
  CHECK(number_of(pair->components.receive(LinkIndex(7))) == 99);
}

TEST_CASE("a pair drops nothing, however much is under way") {
  // ZeroMQ's own high-water mark is a thousand messages.
  constexpr std::uint64_t kFrames = 1'000'000;
  const BorrowedFramePair pair = borrow_frame_pair();
  for (std::uint64_t number = 0; number < kFrames; ++number) pair->bus.send(LinkIndex(1), numbered(number));
  REQUIRE(pair->components.under_way() == kFrames);
  bool in_order = true;
  for (std::uint64_t number = 0; number < kFrames; ++number)
    in_order = in_order && number_of(pair->components.receive(LinkIndex(1))) == number;
  CHECK(in_order);
}

// Compares with one queue per link.
TEST_CASE("whatever the order in which links are asked for, each gets its own, in order") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "test", "frames");
    const BorrowedFramePair pair = borrow_frame_pair();
    std::map<LinkIndex, std::deque<std::uint64_t>> expected;
    const std::uint64_t links = 1 + random.below(40);
    const std::uint64_t bias = random.below(3);  // more frames are sent, or more are received
    std::uint64_t sent = 0;
    bool same = true;
    for (int step = 0; step < 5'000; ++step) {
      if (sent == 0 || random.below(3) <= bias) {
        const LinkIndex link(static_cast<std::uint32_t>(random.below(links)));
        pair->components.send(link, numbered(sent));
        expected[link].push_back(sent++);
        continue;
      }
      const LinkIndex link(static_cast<std::uint32_t>(random.below(links)));
      if (expected[link].empty()) continue;
      same = same && number_of(pair->bus.receive(link)) == expected[link].front();
      expected[link].pop_front();
    }
    CHECK(same);
    std::uint64_t left = 0;
    for (const auto& [link, numbers] : expected) left += numbers.size();
    CHECK(pair->bus.under_way() == left);
    std::multiset<std::uint64_t> rest;
    while (pair->bus.under_way() > 0) rest.insert(number_of(pair->bus.receive_any()));
    CHECK(rest.size() == left);
    for (const auto& [link, numbers] : expected) {
      for (const std::uint64_t number : numbers) same = same && rest.contains(number);
    }
    CHECK(same);
  }
}
