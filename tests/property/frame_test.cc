// Random frames cross the wire whole.
#include "bus/frame.h"

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::uint64_t any_number(RandomStream& random) { return random.next_u64() >> random.below(64); }

std::string any_text(RandomStream& random) {
  std::string text(random.below(random.below(4) == 0 ? 300 : 12), ' ');
  for (char& c : text) c = static_cast<char>(random.below(256));
  return text;
}

HeaderValue any_value(RandomStream& random) {
  switch (random.below(4)) {
    case 0:
      return random.below(2) == 1;
    case 1:
      return static_cast<std::int64_t>(random.next_u64());
    case 2:
      return random.uniform() * static_cast<double>(any_number(random));
    default:
      return any_text(random);
  }
}

Headers any_headers(RandomStream& random) {
  Headers headers;
  for (std::uint64_t count = random.below(4); count > 0; --count)
    headers.set(any_text(random), any_value(random));
  return headers;
}

BindingSpec any_binding(RandomStream& random) {
  return {any_text(random), any_text(random), any_text(random), any_headers(random),
          random.below(2) == 0 ? HeaderMatch::kAll : HeaderMatch::kAny};
}

MessagePtr any_message(RandomStream& random) {
  return make_message({.payload = Payload::copy_of(any_text(random)),
                       .key = any_text(random),
                       .headers = any_headers(random),
                       .id = any_text(random)});
}

Command any_command(RandomStream& random) {
  const ResourceAlias alias(static_cast<std::uint32_t>(any_number(random)));
  const bool flag = random.below(2) == 1;
  switch (random.below(7)) {
    case 0:
      return DeclareCommand{alias, any_text(random)};
    case 1:
      return BindCommand{any_binding(random)};
    case 2:
      return PublishCommand{alias, flag, any_message(random), random.below(2) == 1};
    case 3:
      return StreamCommand{alias, static_cast<std::uint32_t>(any_number(random))};
    case 4:
      return AcknowledgeCommand{DeliveryTag(any_number(random))};
    case 5:
      return RejectCommand{DeliveryTag(any_number(random)), flag};
    default:
      return CloseCommand{};
  }
}

Notice any_notice(RandomStream& random) {
  const ResourceAlias alias(static_cast<std::uint32_t>(any_number(random)));
  const std::uint64_t kind = random.below(3);
  if (kind == 0) return ReturnNotice{alias, any_message(random)};
  if (kind == 1) return ConfirmNotice{alias, random.below(2) == 1, any_message(random)};
  return DeliveryNotice{alias, DeliveryTag(any_number(random)), random.below(2) == 1, any_message(random)};
}

// Equality of everything that crosses the wire; messages must be the same one.
bool same(const DeclareCommand& a, const DeclareCommand& b) {
  return a.alias == b.alias && a.resource == b.resource;
}
bool same(const BindCommand& a, const BindCommand& b) { return a.binding == b.binding; }
bool same(const PublishCommand& a, const PublishCommand& b) {
  return a.alias == b.alias && a.mandatory == b.mandatory && a.confirm == b.confirm &&
         a.message.get() == b.message.get();
}
bool same(const StreamCommand& a, const StreamCommand& b) {
  return a.alias == b.alias && a.prefetch == b.prefetch;
}
bool same(const AcknowledgeCommand& a, const AcknowledgeCommand& b) { return a.tag == b.tag; }
bool same(const RejectCommand& a, const RejectCommand& b) { return a.tag == b.tag && a.requeue == b.requeue; }
bool same(const CloseCommand&, const CloseCommand&) { return true; }
bool same(const DeliveryNotice& a, const DeliveryNotice& b) {
  return a.alias == b.alias && a.tag == b.tag && a.redelivered == b.redelivered &&
         a.message.get() == b.message.get();
}
bool same(const ReturnNotice& a, const ReturnNotice& b) {
  return a.alias == b.alias && a.message.get() == b.message.get();
}

bool same(const ConfirmNotice& a, const ConfirmNotice& b) {
  return a.alias == b.alias && a.accepted == b.accepted && a.message.get() == b.message.get();
}

template <typename Variant>
bool same_alternative(const Variant& a, const Variant& b) {
  if (a.index() != b.index()) return false;
  return std::visit([&b](const auto& held) { return same(held, std::get<std::decay_t<decltype(held)>>(b)); },
                    a);
}

}  // namespace

TEST_CASE("every command is decoded as it was encoded") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "frame", "commands");
    for (int round = 0; round < 500; ++round) {
      CAPTURE(round);
      const Command command = any_command(random);
      const Command decoded = decode_command(encode(Command(command)));
      REQUIRE(same_alternative(command, decoded));
    }
  }
}

TEST_CASE("every notice is decoded as it was encoded") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "frame", "notices");
    for (int round = 0; round < 500; ++round) {
      CAPTURE(round);
      const Notice notice = any_notice(random);
      const Notice decoded = decode_notice(encode(Notice(notice)));
      REQUIRE(same_alternative(notice, decoded));
    }
  }
}
