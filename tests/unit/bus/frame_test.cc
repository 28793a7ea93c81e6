#include "bus/frame.h"

#include <cstdint>

#include "support/catch.h"

using namespace dse;

namespace {

template <typename T>
T through_wire(T command) {
  const Frame frame = encode(Command(std::move(command)));
  return std::get<T>(decode_command(frame));
}

template <typename T>
T notice_through_wire(T notice) {
  const Frame frame = encode(Notice(std::move(notice)));
  return std::get<T>(decode_notice(frame));
}

constexpr std::uint32_t kExtremes32[] = {0, 1, UINT32_MAX};
constexpr std::uint64_t kExtremes64[] = {0, 1, UINT32_MAX, std::uint64_t{1} << 63, UINT64_MAX};

}  // namespace

TEST_CASE("commands with names cross the wire whole") {
  for (std::uint32_t alias : kExtremes32) {
    const auto declare = through_wire(DeclareCommand{alias, std::string(1000, 'x')});
    CHECK(declare.alias == alias);
    CHECK(declare.resource == std::string(1000, 'x'));
    CHECK(through_wire(DeclareCommand{alias, ""}).resource.empty());
  }
  const BindingSpec binding{.from = "a",
                            .to = "b",
                            .key = "*.#",
                            .headers = {{"label", std::int64_t{7}}, {"model", std::string("lenet")}},
                            .match = HeaderMatch::kAny};
  CHECK(through_wire(BindCommand{binding}).binding == binding);
}

TEST_CASE("commands with numbers cross the wire whole, however large") {
  for (std::uint32_t alias : kExtremes32) {
    for (std::uint32_t prefetch : kExtremes32) {
      const auto stream = through_wire(StreamCommand{alias, prefetch});
      CHECK(stream.alias == alias);
      CHECK(stream.prefetch == prefetch);
    }
  }
  for (std::uint64_t tag : kExtremes64) {
    CHECK(through_wire(AcknowledgeCommand{tag}).tag == tag);
    for (bool requeue : {false, true}) {
      const auto reject = through_wire(RejectCommand{tag, requeue});
      CHECK(reject.tag == tag);
      CHECK(reject.requeue == requeue);
    }
  }
  CHECK_NOTHROW(through_wire(CloseCommand{}));
}

TEST_CASE("messages cross the wire as the same message") {
  const MessagePtr message = make_message({.id = "a-0"});
  for (std::uint32_t alias : kExtremes32) {
    for (bool flag : {false, true}) {
      const auto publish = through_wire(PublishCommand{alias, flag, message});
      CHECK(publish.alias == alias);
      CHECK(publish.mandatory == flag);
      CHECK(publish.message.get() == message.get());
      for (std::uint64_t tag : kExtremes64) {
        const auto delivery = notice_through_wire(DeliveryNotice{alias, tag, flag, message});
        CHECK(delivery.alias == alias);
        CHECK(delivery.tag == tag);
        CHECK(delivery.redelivered == flag);
        CHECK(delivery.message.get() == message.get());
      }
    }
    const auto returned = notice_through_wire(ReturnNotice{alias, message});
    CHECK(returned.alias == alias);
    CHECK(returned.message.get() == message.get());
  }
}

TEST_CASE("the reference in a frame keeps its message, and whoever decodes it owns it") {
  auto owner = std::make_shared<int>(0);
  const std::weak_ptr<int> alive = owner;
  const Frame frame =
      encode(PublishCommand{0, false, make_message({.payload = Payload(std::move(owner), {}), .id = "a-0"})});
  CHECK_FALSE(alive.expired());
  { const Command command = decode_command(frame); }
  CHECK(alive.expired());
}
