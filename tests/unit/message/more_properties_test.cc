#include "dse/more_properties.h"

#include "dse/message.h"
#include "support/catch.h"

using namespace dse;

TEST_CASE("properties: a message without any pays for a pointer, and reads them as empty") {
  CHECK(sizeof(OptionalProperties) == sizeof(void*));
  const MessagePtr message = make_message({.id = "m"});
  CHECK(message->fields().more.empty());
  CHECK(message->priority() == std::nullopt);
  CHECK(message->delivery_mode() == std::nullopt);
  for (const std::string* text : {&message->content_encoding(), &message->reply_to(), &message->expiration(),
                                  &message->type(), &message->user_id()}) {
    CHECK(text->empty());
  }
}

TEST_CASE("properties: what was set is read, also from a copy of the fields") {
  MessageFields fields{.more = MoreProperties{.reply_to = "answers", .priority = std::uint8_t{0}}};
  fields.more.edit().expiration = "5000";
  const MessageFields copy = fields;
  fields.more.edit().reply_to = "elsewhere";
  const MessagePtr message = make_message(MessageFields(copy));
  CHECK(message->reply_to() == "answers");
  CHECK(message->expiration() == "5000");
  CHECK(message->priority() == 0);
  CHECK(copy.more == message->fields().more);
  CHECK_FALSE(fields.more == copy.more);
}

TEST_CASE("properties: a persistent message is one that says nothing") {
  CHECK(make_message({.more = MoreProperties{.delivery_mode = std::uint8_t{2}}})->fields().more.empty());
  CHECK(make_message({.more = MoreProperties{.delivery_mode = std::uint8_t{1}}})->delivery_mode() == 1);
  CHECK(make_message({.more = MoreProperties{}})->fields().more == OptionalProperties());
}

// What RabbitMQ 3.10.8 was seen to take, and to refuse with 406.
TEST_CASE("properties: an expiration is whole milliseconds of at most ten years") {
  for (const auto& [text, ms] :
       std::vector<std::pair<std::string, std::int64_t>>{{"0", 0},
                                                         {"-0", 0},
                                                         {"+0", 0},
                                                         {"00", 0},
                                                         {"5000", 5000},
                                                         {"+5000", 5000},
                                                         {"05000", 5000},
                                                         {"315360000000", 315'360'000'000}}) {
    CAPTURE(text);
    CHECK(expiration_ms(text) == ms);
    CHECK(why_refused({.expiration = text}) == "");
  }
  for (const std::string text : {" 5000", "5000 ", "-1", "5ms", "5.0", "1e3", "+", "--5", "+-5", "1_000",
                                 "315360000001", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(expiration_ms(text));
    CHECK_THAT(why_refused({.expiration = text}), ContainsSubstring("its expiration is \"" + text + "\""));
  }
  CHECK_FALSE(expiration_ms(""));
  CHECK(why_refused({}) == "");
}

TEST_CASE("properties: a mode that AMQP does not have, and answers without their consumer, are refused") {
  for (const int mode : {0, 3, 255}) {
    CHECK_THAT(why_refused({.delivery_mode = static_cast<std::uint8_t>(mode)}),
               ContainsSubstring("expected 1 (transient) or 2 (persistent)"));
  }
  CHECK(why_refused({.delivery_mode = std::uint8_t{2}}) == "");
  CHECK_THAT(why_refused({.reply_to = "amq.rabbitmq.reply-to"}), ContainsSubstring("name a queue"));
  CHECK(why_refused({.reply_to = "amq.rabbitmq.reply-to.g1h2"}) == "");
}
