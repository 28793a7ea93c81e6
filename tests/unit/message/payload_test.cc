#include "dse/payload.h"

#include <array>

#include "support/catch.h"

using namespace dse;

TEST_CASE("a payload of borrowed bytes is those bytes, and keeps their owner alive") {
  const auto owner = std::make_shared<std::array<std::byte, 4>>();
  const std::weak_ptr<std::array<std::byte, 4>> watch = owner;
  auto payload = std::make_unique<Payload>(owner, std::span(*owner).subspan(1, 2));
  CHECK(payload->bytes().data() == owner->data() + 1);
  CHECK(payload->size() == 2);
  CHECK(owner.use_count() == 2);

  const auto copy = std::make_unique<Payload>(*payload);
  CHECK(copy->bytes().data() == payload->bytes().data());
  payload.reset();
  CHECK(watch.use_count() == 2);
}

TEST_CASE("a payload that copies has bytes of its own") {
  std::string text = "digits";
  const Payload payload = Payload::copy_of(text);
  text[0] = 'D';
  REQUIRE(payload.size() == 6);
  CHECK(payload.bytes()[0] == std::byte{'d'});
  CHECK(Payload::copy_of("").size() == 0);
  CHECK(Payload().size() == 0);
}
