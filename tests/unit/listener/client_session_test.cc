// The answers to what is wrong are those that RabbitMQ 3.10.8 was seen to give.
#include "listener/client_session.h"

#include "support/catch.h"
#include "unit/listener/session_rig.h"

using namespace dse;
using namespace dse::wire;
using namespace std::chrono_literals;

namespace {

template <typename Action>
const Action* action_in(const std::vector<ClientCommand>& commands, std::size_t at) {
  return at < commands.size() ? std::get_if<Action>(&commands[at].action) : nullptr;
}

template <typename Method>
const Method* method_in(const std::vector<ClientCommand>& commands, std::size_t at) {
  const auto* method = action_in<ClientMethod>(commands, at);
  return method == nullptr ? nullptr : std::get_if<Method>(method);
}

std::string header_of(std::uint16_t class_id, std::uint16_t weight, std::uint64_t body_bytes,
                      std::string_view list) {
  std::string payload;
  WireWriter writer(payload);
  writer.number(class_id);
  writer.number(weight);
  writer.number(body_bytes);
  writer.append(list);
  return payload;
}
const std::string kNoProperties(2, '\0');

std::string text_of(const Payload& payload) {
  return {reinterpret_cast<const char*>(payload.bytes().data()), payload.size()};
}

}  // namespace

TEST_CASE("session: methods become commands, and publications have their content") {
  SessionRig rig;
  rig.open();
  rig.send(3, ChannelOpen{});
  rig.send(3, QueueDeclare{.queue = "q", .durable = true});
  rig.feed(publication(3, "x", "k", "body"));
  rig.feed(publication(3, "", "q", ""));
  const std::vector<ClientCommand> commands = rig.commands();
  REQUIRE(commands.size() == 4);
  CHECK(commands[1].client == ClientIndex(1));
  CHECK(commands[1].channel == 3);
  REQUIRE(method_in<QueueDeclare>(commands, 1) != nullptr);
  CHECK(method_in<QueueDeclare>(commands, 1)->durable);
  const auto* publication = action_in<ClientPublication>(commands, 2);
  REQUIRE(publication != nullptr);
  CHECK(publication->method.exchange == "x");
  CHECK(publication->message->key() == "k");
  CHECK(publication->message->id() == "m");
  CHECK(text_of(publication->message->payload()) == "body");
  CHECK(action_in<ClientPublication>(commands, 3)->message->payload().size() == 0);
}

TEST_CASE("session: a body of several frames comes in any pieces, beside other channels") {
  SessionRig rig;
  rig.open();
  const std::string body(20'000, 'b');
  const std::string bytes = method_frame(1, ChannelOpen{}) + publication(1, "x", "k", body, 4096);
  const std::size_t step = GENERATE(std::size_t{1}, std::size_t{333}, std::size_t{100'000});
  for (std::size_t at = 0; at < bytes.size(); at += step) rig.feed(bytes.substr(at, step));
  rig.feed(method_frame(2, ChannelOpen{}) + method_frame(2, BasicPublish{}) +
           publication(1, "x", "k", "one") + any_frame(2, 2, header_of(60, 0, 3, kNoProperties)) +
           any_frame(3, 2, "two"));
  const std::vector<ClientCommand> commands = rig.commands();
  REQUIRE(commands.size() == 5);
  CHECK(text_of(action_in<ClientPublication>(commands, 1)->message->payload()) == body);
  CHECK(text_of(action_in<ClientPublication>(commands, 3)->message->payload()) == "one");
  CHECK(text_of(action_in<ClientPublication>(commands, 4)->message->payload()) == "two");
}

TEST_CASE("session: what breaks the protocol is told to the exchange, and nothing after it counts") {
  struct Wrong {
    std::string bytes;
    int code;
    std::string text;
    MethodId cause;
  };
  const std::string publish = method_frame(1, BasicPublish{.routing_key = "q"});
  const std::string unexpected_header =
      "UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead";
  const std::string unexpected_method = "CHANNEL_ERROR - unexpected method in connection state running";
  const std::vector<Wrong> all = {
      {any_frame(1, 1, std::string("\0\x3c\0\x28\0", 5)), 501, "FRAME_ERROR - cannot decode <<0>>", {60, 40}},
      {any_frame(1, 1, std::string("\0\x3c\0\xc7", 4)),
       540,
       "NOT_IMPLEMENTED - there is no method 199 in class 60",
       {60, 199}},
      {any_frame(1, 0, std::string("\0\x0a\0\x28\xff", 5)), 541, "INTERNAL_ERROR", {}},
      {method_frame(1, ChannelOpenOk{}), 503, "COMMAND_INVALID - unimplemented method", {20, 11}},
      {method_frame(1, ConnectionOpen{}), 503, "COMMAND_INVALID - unimplemented method", {10, 40}},
      {method_frame(1, ConnectionClose{}), 503, "COMMAND_INVALID - unimplemented method", {10, 50}},
      {method_frame(0, start_ok("a", "b")), 504, unexpected_method, {10, 11}},
      {method_frame(0, QueueDeclare{}), 504, unexpected_method, {50, 10}},
      {method_frame(0, ConnectionCloseOk{}), 504, unexpected_method, {10, 51}},
      {method_frame(0, ConnectionTune{}), 504, unexpected_method, {10, 30}},
      {any_frame(2, 1, header_of(60, 0, 1, kNoProperties)),
       505,
       "UNEXPECTED_FRAME - expected method frame, got non method frame instead",
       {}},
      {any_frame(3, 1, "abc"),
       505,
       "UNEXPECTED_FRAME - expected method frame, got non method frame instead",
       {}},
      {publish + publish, 505, unexpected_header, {60, 40}},
      {publish + any_frame(3, 1, "x"), 505, unexpected_header, {60, 40}},
      {publish + any_frame(2, 1, header_of(50, 0, 1, kNoProperties)),
       505,
       "UNEXPECTED_FRAME - expected content header for class 60, got one for class 50 instead",
       {60, 40}},
      {publish + any_frame(2, 1, header_of(60, 1, 1, kNoProperties)), 505, unexpected_header, {60, 40}},
      {publish + any_frame(2, 1, header_of(60, 0, 1, kNoProperties)) + publish,
       505,
       "UNEXPECTED_FRAME - expected content body, got non content body frame instead",
       {60, 40}},
      {publish + any_frame(2, 1, header_of(60, 0, 0, "\x80")), 541, "INTERNAL_ERROR", {}},
      {publish + any_frame(2, 1, header_of(60, 0, 1, kNoProperties)) + any_frame(3, 1, "xyz"),
       501,
       "FRAME_ERROR - content body frame exceeds remaining content size",
       {60, 40}},
      {any_frame(2, 1, std::string("\0\x3c\0\0", 4)),
       501,
       "FRAME_ERROR - type 2, all octets = <<0,60,0,0>>: unknown_frame",
       {}},
      {any_frame(8, 1, ""), 505, "UNEXPECTED_FRAME - type 8, all octets = <<>>", {}},
      {any_frame(8, 0, "x"), 501, "FRAME_ERROR - type 8, all octets = <<\"x\">>: unknown_frame", {}},
      {any_frame(3, 0, "abc"), 505, "UNEXPECTED_FRAME - type 3, all octets = <<\"abc\">>", {}},
      {any_frame(5, 1, "abc"), 501, "FRAME_ERROR - type 5, all octets = <<\"abc\">>: unknown_frame", {}},
      {any_frame(1, 1, std::string(1, '\0')),
       501,
       "FRAME_ERROR - type 1, all octets = <<0>>: unknown_frame",
       {}},
      {any_frame(1, 0, std::string(1, '\0')),
       501,
       "FRAME_ERROR - type 1, all octets = <<0>>: unknown_frame",
       {}},
      {any_frame(1, 1, std::string(131'073, 'x')),
       501,
       "FRAME_ERROR - type 1, all octets = <<>>: {frame_too_large,131073,131064}",
       {}},
      {any_frame(1, 1, "abcd", 'X'),
       501,
       "FRAME_ERROR - type 1, all octets = <<\"abcd\">>: {invalid_frame_end_marker,88}",
       {}}};
  for (const Wrong& wrong : all) {
    SessionRig rig;
    rig.open();
    rig.send(1, ChannelOpen{});
    rig.commands();
    CAPTURE(wrong.text);
    rig.feed(wrong.bytes + method_frame(1, QueueDeclare{}));
    const std::vector<ClientCommand> commands = rig.commands();
    const auto* failed = action_in<ClientFailed>(commands, 0);
    REQUIRE(failed != nullptr);
    CHECK(commands.size() == 1);
    CHECK(commands[0].channel == 0);
    CHECK(failed->code == wrong.code);
    CHECK(failed->text == wrong.text);
    CHECK(failed->cause == wrong.cause);
    CHECK(rig.written().empty());
    // The exchange says so, and the client agrees, or goes.
    rig.reply(0, ConnectionClose{.reply_code = failed->code, .reply_text = failed->text});
    CHECK(rig.written_one<ConnectionClose>());
    if (rig.session.wants_input()) {
      rig.send(0, ConnectionCloseOk{});
    } else {
      rig.pass(3s);
      CHECK(rig.session.is_lost());
    }
    CHECK(rig.session.is_over());
    CHECK(rig.commands().empty());
  }
}

TEST_CASE("session: a body that is too big fails its channel, and is skipped") {
  SessionRig rig({.limits = {.body_bytes_max = 10}});
  rig.open();
  rig.send(1, ChannelOpen{});
  rig.commands();
  rig.feed(publication(1, "x", "k", std::string(10, 'b')));
  CHECK(rig.only_command<ClientPublication>());
  rig.feed(publication(1, "x", "k", std::string(11, 'b')));
  const std::vector<ClientCommand> commands = rig.commands();
  const auto* failed = action_in<ClientFailed>(commands, 0);
  REQUIRE(failed != nullptr);
  CHECK(commands.size() == 1);
  CHECK(commands[0].channel == 1);
  CHECK(failed->code == 406);
  CHECK(failed->text == "PRECONDITION_FAILED - message size 11 is larger than configured max size 10");
  CHECK(failed->cause == MethodId{60, 40});
  rig.send(1, ChannelCloseOk{});
  CHECK(method_in<ChannelCloseOk>(rig.commands(), 0) != nullptr);
}

TEST_CASE("session: the number of channels is bounded, not their numbers") {
  SessionRig rig;
  rig.log_in();
  rig.tune(2);
  rig.send(0, ConnectionOpen{.virtual_host = "/"});
  rig.send(5, ChannelOpen{});
  rig.send(900, ChannelOpen{});
  rig.send(900, ChannelClose{});
  rig.send(7, ChannelOpen{});
  CHECK(rig.commands().size() == 5);
  rig.send(8, ChannelOpen{});
  const auto failed = rig.only_command<ClientFailed>();
  REQUIRE(failed);
  CHECK(failed->text ==
        "NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2)");
}

TEST_CASE("session: a client closes, and is told that it may go") {
  SessionRig rig;
  rig.open();
  rig.send(0, ConnectionClose{.reply_code = 200});
  CHECK(method_in<ConnectionClose>(rig.commands(), 0) != nullptr);
  rig.send(1, ChannelOpen{});
  rig.reply(0, ConnectionCloseOk{});
  CHECK(rig.session.is_over());
  CHECK(rig.written_one<ConnectionCloseOk>());
  rig.session.lose();
  CHECK(rig.commands().empty());
}

TEST_CASE("session: both close, and the client is not left waiting") {
  SessionRig rig;
  rig.open();
  rig.send(0, ConnectionClose{});
  rig.commands();
  rig.reply(0, ConnectionClose{.reply_code = 320});
  CHECK(rig.written_one<ConnectionCloseOk>());
  CHECK(rig.session.is_over());
  SessionRig other;
  other.open();
  other.reply(0, ConnectionClose{.reply_code = 320});
  other.written();
  other.send(1, ChannelOpen{});
  other.send(0, ConnectionClose{});
  CHECK(other.written_one<ConnectionCloseOk>());
  CHECK(other.session.is_over());
  CHECK(other.commands().empty());
}

TEST_CASE(
    "session: a client that does not answer connection.close is waited for no longer than it may take") {
  SessionRig rig;
  rig.open();
  rig.reply(0, ConnectionClose{.reply_code = 320});
  rig.pass(29'999ms);
  CHECK_FALSE(rig.session.is_over());
  rig.pass(1ms);
  CHECK(rig.session.is_lost());
  CHECK(rig.commands().empty());
}

TEST_CASE("session: a lost client is told to the exchange once") {
  SessionRig rig;
  rig.open();
  rig.session.lose();
  rig.session.lose();
  CHECK(rig.only_command<ClientGone>());
}

TEST_CASE("session: a frame that closes may come in two halves") {
  SessionRig rig;
  rig.open();
  rig.reply(0, ConnectionClose{.reply_code = 320});
  const std::string bytes = method_frame(0, ConnectionCloseOk{});
  rig.feed(bytes.substr(0, 5));
  CHECK_FALSE(rig.session.is_over());
  rig.feed(bytes.substr(5));
  CHECK(rig.session.is_over());
}

TEST_CASE("session: heartbeats are sent when nothing else is, at half the interval") {
  SessionRig rig;
  rig.open();
  CHECK(rig.session.deadline() == rig.now + 30s);
  rig.pass(29s);
  CHECK(rig.written().empty());
  rig.pass(1s);
  const std::vector<WrittenFrame> beat = rig.written();
  REQUIRE(beat.size() == 1);
  CHECK(beat[0].type == 8);
  rig.pass(20s);
  rig.reply(0, ConnectionBlocked{});
  rig.written();
  rig.pass(29s);
  CHECK(rig.written().empty());
}

TEST_CASE("session: a client of which nothing comes for two intervals is gone") {
  SessionRig rig;
  rig.open();
  rig.pass(100s);
  rig.feed(any_frame(8, 0, ""));
  rig.pass(119s);
  CHECK_FALSE(rig.session.is_over());
  rig.pass(1s);
  CHECK(rig.session.is_lost());
  CHECK(rig.only_command<ClientGone>());
}

TEST_CASE("session: a client that is not read is not called silent") {
  SessionRig rig;
  rig.open();
  rig.pass(1000s, false);
  CHECK_FALSE(rig.session.is_over());
  rig.pass(119s);
  CHECK_FALSE(rig.session.is_over());
}

TEST_CASE("session: without a heartbeat nothing is due") {
  SessionRig rig;
  rig.log_in();
  rig.tune(2047, 131'072, 0);
  rig.send(0, ConnectionOpen{.virtual_host = "/"});
  CHECK_FALSE(rig.session.deadline());
}

TEST_CASE("session: deliveries have their content in frames of the size that was agreed upon") {
  SessionRig rig;
  rig.log_in();
  rig.tune(2047, 4096);
  rig.send(0, ConnectionOpen{.virtual_host = "/"});
  rig.written();
  const std::string body(10'000, 'b');
  rig.reply(1, BasicDeliver{.consumer_tag = "c", .delivery_tag = 1},
            make_message({.payload = Payload::copy_of(body)}));
  rig.reply(1, BasicQosOk{});
  const std::vector<WrittenFrame> frames = rig.written();
  REQUIRE(frames.size() == 6);
  std::string got;
  for (std::size_t at = 2; at < 5; ++at) {
    CHECK(frames[at].type == 3);
    CHECK(frames[at].payload.size() <= 4088);
    got += frames[at].payload;
  }
  CHECK(got == body);
  CHECK(frames[5].as<BasicQosOk>() != nullptr);
}

TEST_CASE("session: little is made ahead of what the socket takes, and marks come true with it") {
  SessionRig rig;
  rig.open();
  rig.mark(1);
  for (int i = 0; i < 100; ++i) {
    rig.reply(1, BasicDeliver{}, make_message({.payload = Payload::copy_of(std::string(10'000, 'b'))}));
  }
  rig.mark(2);
  CHECK(rig.session.output().size() < 80'000);
  rig.session.written(0, rig.now);
  CHECK(action_in<ClientWritten>(rig.commands(), 0)->mark == 1);
  rig.session.written(rig.session.output().size(), rig.now);
  CHECK(rig.commands().empty());
  rig.written();
  const auto written = rig.only_command<ClientWritten>();
  REQUIRE(written);
  CHECK(written->mark == 2);
}

TEST_CASE("session: the memory alarm holds up those who publish, and tells those who want to hear it") {
  SessionRig rig({.limits = {.alive_bytes_max = 1312}});
  rig.open({"connection.blocked"});
  rig.send(1, ChannelOpen{});
  rig.commands();
  rig.feed(publication(1, "x", "k", std::string(801, 'b')));
  std::vector<ClientCommand> alive = rig.commands();
  CHECK(alive.size() == 1);
  CHECK(rig.written().empty());
  rig.send(1, QueueDeclare{});
  rig.feed(publication(1, "x", "k", "two") + method_frame(1, QueueDelete{}));
  CHECK(rig.commands().size() == 1);
  CHECK(rig.session.is_blocked());
  CHECK_FALSE(rig.session.wants_input());
  const auto blocked = rig.written_one<ConnectionBlocked>();
  REQUIRE(blocked);
  CHECK(blocked->reason == "low on memory");
  rig.session.go_on(rig.now);
  CHECK(rig.session.is_blocked());
  alive.clear();
  CHECK(rig.alarms_ended == 1);
  rig.session.go_on(rig.now);
  CHECK_FALSE(rig.session.is_blocked());
  CHECK(rig.written_one<ConnectionUnblocked>());
  CHECK(rig.commands().size() == 2);
}

TEST_CASE("session: shutting down closes each client as RabbitMQ does") {
  SessionRig rig;
  rig.open();
  rig.session.shut_down(rig.now);
  const auto close = rig.written_one<ConnectionClose>();
  REQUIRE(close);
  CHECK(close->reply_code == 320);
  CHECK(close->reply_text == "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'");
  CHECK(rig.only_command<ClientGone>());
  rig.send(0, ConnectionCloseOk{});
  CHECK(rig.session.is_over());
  SessionRig unknown;
  unknown.start();
  unknown.session.shut_down(unknown.now);
  CHECK(unknown.session.is_lost());
}

TEST_CASE("session: a client's certificate or secret may be renewed") {
  SessionRig rig;
  rig.open();
  rig.send(0, ConnectionUpdateSecret{.new_secret = "s"});
  CHECK(method_in<ConnectionUpdateSecret>(rig.commands(), 0) != nullptr);
}
