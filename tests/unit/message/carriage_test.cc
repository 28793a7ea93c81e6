#include "message/carriage.h"

#include <cstddef>
#include <limits>

#include "support/catch.h"

using namespace dse;

TEST_CASE("carriage: a name or a number that cannot be sent is found wherever it is") {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto reason = [](Headers headers) { return why_not_carried({.headers = std::move(headers)}); };
  CHECK(reason({{"a", HeaderTable({{"b", HeaderArray({0.5, HeaderVoid()})}})}}) == "");
  CHECK_THAT(reason({{"good", true}, {"", true}}),
             ContainsSubstring("its header \"\": AMQP has names of 1 to"));
  for (const Headers& headers : {Headers{{std::string(256, 'a'), true}},
                                 Headers{{"a", HeaderFloat(std::numeric_limits<float>::quiet_NaN())}},
                                 Headers{{"a", HeaderTable({{"b", HeaderArray({infinity})}})}},
                                 Headers{{"a", HeaderArray({HeaderTable({{"", true}})})}}})
    CHECK_THAT(reason(headers), ContainsSubstring("write it otherwise"));
}

TEST_CASE("carriage: each short text, the payload and all headers together have a bound") {
  const std::string fits(255, 't');
  const std::string longer(256, 't');
  CHECK(why_not_carried({.key = fits, .id = fits, .correlation_id = fits}) == "");
  for (const MessageFields& message :
       {MessageFields{.key = longer}, MessageFields{.id = longer}, MessageFields{.correlation_id = longer},
        MessageFields{.app_id = longer}, MessageFields{.content_type = longer},
        MessageFields{.more = MoreProperties{.content_encoding = longer}},
        MessageFields{.more = MoreProperties{.reply_to = longer}},
        MessageFields{.more = MoreProperties{.type = longer}},
        MessageFields{.more = MoreProperties{.user_id = longer}}})
    CHECK_THAT(why_not_carried(message), ContainsSubstring("has 256 bytes, and AMQP carries"));
  // A payload that is too large is never read.
  const std::byte byte{};
  CHECK(why_not_carried({.payload = Payload(nullptr, {&byte, kPayloadBytesMax})}) == "");
  CHECK_THAT(why_not_carried({.payload = Payload(nullptr, {&byte, kPayloadBytesMax + 1})}),
             ContainsSubstring("make it smaller"));
  const auto with_text = [](std::size_t bytes) { return Headers{{"text", std::string(bytes, 't')}}; };
  CHECK(bytes_in_frame(with_text(10)) == 30);
  CHECK(why_not_carried({.headers = with_text(kHeaderBytesSentMax - 20)}) == "");
  CHECK_THAT(why_not_carried({.headers = with_text(kHeaderBytesSentMax - 19)}),
             ContainsSubstring("make them shorter"));
}

TEST_CASE("carriage: what RabbitMQ would close the channel for is named") {
  CHECK_THAT(why_not_carried({.more = MoreProperties{.expiration = "5ms"}}),
             ContainsSubstring("its expiration is \"5ms\""));
  CHECK_THAT(why_not_carried({.more = MoreProperties{.delivery_mode = std::uint8_t{3}}}),
             ContainsSubstring("its delivery_mode is 3"));
}
