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
constexpr ResourceAlias kAliases[] = {ResourceAlias(0), ResourceAlias(1), ResourceAlias(UINT32_MAX)};
constexpr DeliveryTag kTags[] = {DeliveryTag(0), DeliveryTag(1), DeliveryTag(UINT32_MAX),
                                 DeliveryTag(std::uint64_t{1} << 63), DeliveryTag(UINT64_MAX)};

}  // namespace

TEST_CASE("commands with names cross the wire whole") {
  for (const ResourceAlias alias : kAliases) {
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
  for (const ResourceAlias alias : kAliases) {
    for (std::uint32_t prefetch : kExtremes32) {
      const auto stream = through_wire(StreamCommand{alias, prefetch});
      CHECK(stream.alias == alias);
      CHECK(stream.prefetch == prefetch);
    }
  }
  for (const DeliveryTag tag : kTags) {
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
  for (const ResourceAlias alias : kAliases) {
    for (bool flag : {false, true}) {
      const auto publish = through_wire(PublishCommand{alias, flag, message});
      CHECK(publish.alias == alias);
      CHECK(publish.mandatory == flag);
      CHECK(publish.message.get() == message.get());
      for (const DeliveryTag tag : kTags) {
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
  const Frame frame = encode(PublishCommand{
      ResourceAlias(0), false, make_message({.payload = Payload(std::move(owner), {}), .id = "a-0"})});
  CHECK_FALSE(alive.expired());
  { const Command command = decode_command(frame); }
  CHECK(alive.expired());
}
