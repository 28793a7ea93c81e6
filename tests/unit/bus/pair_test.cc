#include "bus/pair.h"

#include "support/catch.h"

using namespace dse;

namespace {

struct Pair {
  zmq::context_t context{0};
  PairEnd left{context};
  PairEnd right{context};
  Pair() {
    left.set_peer(right);
    right.set_peer(left);
    left.bind("inproc://pair");
    right.connect("inproc://pair");
  }
};

}  // namespace

TEST_CASE("frames cross a pair in order, both ways, and are counted while under way") {
  Pair pair;
  CHECK(pair.right.under_way() == 0);
  for (std::uint64_t tag = 0; tag < 3; ++tag) pair.left.send(encode(AcknowledgeCommand{tag}));
  pair.right.send(encode(AcknowledgeCommand{99}));
  CHECK(pair.right.under_way() == 3);
  CHECK(pair.left.under_way() == 1);
  for (std::uint64_t tag = 0; tag < 3; ++tag) {
    CHECK(std::get<AcknowledgeCommand>(decode_command(pair.right.receive())).tag == tag);
  }
  CHECK(pair.right.under_way() == 0);
  CHECK(std::get<AcknowledgeCommand>(decode_command(pair.left.receive())).tag == 99);
}

TEST_CASE("a pair drops nothing, however much is under way") {
  // ZeroMQ's own high-water mark is a thousand.
  constexpr std::uint64_t kFrames = 100'000;
  Pair pair;
  for (std::uint64_t tag = 0; tag < kFrames; ++tag) pair.left.send(encode(AcknowledgeCommand{tag}));
  REQUIRE(pair.right.under_way() == kFrames);
  bool in_order = true;
  for (std::uint64_t tag = 0; tag < kFrames; ++tag) {
    in_order = in_order && std::get<AcknowledgeCommand>(decode_command(pair.right.receive())).tag == tag;
  }
  CHECK(in_order);
}
