// The answers to what is wrong are those that RabbitMQ 3.10.8 was seen to give.
#include "listener/handshake.h"

#include "support/catch.h"
#include "unit/listener/session_rig.h"

using namespace dse;
using namespace dse::wire;
using namespace std::chrono_literals;

namespace {

// The session says nothing, reads nothing, and ends after some time.
void check_silence(SessionRig& rig) {
  CHECK(rig.written().empty());
  CHECK_FALSE(rig.session.wants_input());
  rig.pass(2900ms);
  CHECK_FALSE(rig.session.is_over());
  rig.pass(200ms);
  CHECK(rig.session.is_lost());
  CHECK(rig.commands().empty());
}

}  // namespace

TEST_CASE("handshake: a client logs in, tunes and opens the virtual host") {
  SessionRig rig;
  rig.feed(kProtocolHeader);
  const auto start = rig.written_one<ConnectionStart>();
  REQUIRE(start);
  CHECK(start->mechanisms == "PLAIN");
  CHECK(*start->server_properties.find("product") == HeaderValue(std::string("RabbitMQ")));
  rig.send(0, start_ok("ann", "secret", {"consumer_cancel_notify"}));
  CHECK_FALSE(rig.session.wants_input());
  const std::optional<LoginQuestion> question = rig.session.take_login_question();
  REQUIRE(question);
  CHECK(question->user == "ann");
  CHECK(question->password == "secret");
  CHECK_FALSE(rig.session.take_login_question());
  rig.session.answer_login(Permissions{.write = "x"}, rig.now);
  const auto tune = rig.written_one<ConnectionTune>();
  REQUIRE(tune);
  CHECK(tune->channel_max == 2047);
  CHECK(tune->frame_max == 131'072);
  CHECK(tune->heartbeat == 60);
  rig.tune(10, 4096, 0);
  CHECK_FALSE(rig.session.is_open());
  rig.send(0, ConnectionOpen{.virtual_host = "/"});
  CHECK(rig.written_one<ConnectionOpenOk>());
  const auto opened = rig.only_command<ClientOpened>();
  REQUIRE(opened);
  CHECK(opened->user == "ann");
  CHECK(opened->virtual_host == "/");
  CHECK(opened->name == "a -> b");
  CHECK(opened->permissions.write == "x");
  CHECK(opened->channel_max == 10);
  CHECK(opened->hears_cancellation);
  CHECK(rig.session.client() == ClientIndex(1));
}

TEST_CASE("handshake: it may come byte by byte, or all at once") {
  const std::string bytes = kProtocolHeader + method_frame(0, start_ok("ann", "secret")) +
                            method_frame(0, ConnectionTuneOk{2047, 131'072, 60}) +
                            method_frame(0, ConnectionOpen{.virtual_host = "/"}) +
                            method_frame(1, ChannelOpen{});
  const std::size_t step = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{10'000});
  SessionRig rig;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    rig.feed(bytes.substr(at, step));
    if (rig.session.take_login_question()) rig.session.answer_login(Permissions{}, rig.now);
  }
  const std::vector<ClientCommand> commands = rig.commands();
  REQUIRE(commands.size() == 2);
  CHECK(std::holds_alternative<ClientOpened>(commands[0].action));
  CHECK(commands[1].channel == 1);
}

TEST_CASE("handshake: another protocol is told which is spoken here") {
  for (const std::string& header : {std::string("AMQP\0\1\0\0", 8), std::string("GET / HTTP/1.1\r\n\r\n"),
                                    std::string("AMQP\0\0\x09\x02", 8), std::string("AMQP\3\1\0\0", 8)}) {
    SessionRig rig;
    rig.feed(header);
    CHECK(std::string(rig.session.output()) == kProtocolHeader);
    CHECK(rig.session.is_over());
    CHECK_FALSE(rig.session.is_lost());
  }
  SessionRig older;
  older.feed(std::string("AMQP\1\1\0\x09", 8));
  CHECK(older.written_one<ConnectionStart>());
}

TEST_CASE("handshake: a refused login is told to clients that want it, and ends") {
  SessionRig rig;
  rig.start();
  rig.send(0, start_ok("ann", "wrong", {"authentication_failure_close"}));
  rig.session.answer_login(std::nullopt, rig.now);
  const auto close = rig.written_one<ConnectionClose>();
  REQUIRE(close);
  CHECK(close->reply_code == 403);
  CHECK(close->reply_text ==
        "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker "
        "logfile.");
  CHECK(close->cause == MethodId{0, 0});
  CHECK_FALSE(rig.session.is_over());
  rig.send(0, ConnectionCloseOk{});
  CHECK(rig.session.is_over());
  CHECK(rig.commands().empty());
}

TEST_CASE("handshake: a refused login is silence to the others") {
  SessionRig rig;
  rig.start();
  rig.send(0, start_ok("ann", "wrong"));
  rig.session.answer_login(std::nullopt, rig.now);
  check_silence(rig);
}

TEST_CASE("handshake: what is wrong before the login is answered by silence") {
  const std::string bytes = GENERATE_COPY(
      method_frame(0, ConnectionStartOk{.mechanism = "PLAIN", .response = "guest"}),
      method_frame(0, ConnectionStartOk{.mechanism = "PLAIN", .response = std::string("x\0a\0b", 5)}),
      method_frame(0, ConnectionStartOk{.mechanism = "PLAIN", .response = std::string("\0a\0b\0", 5)}),
      method_frame(0, ConnectionStartOk{.mechanism = "AMQPLAIN"}),
      method_frame(0, ConnectionStartOk{.mechanism = "EXTERNAL"}), method_frame(0, ConnectionStartOk{}),
      method_frame(0, ConnectionTuneOk{2047, 131'072, 60}), method_frame(0, ConnectionClose{}),
      method_frame(1, ChannelOpen{}), any_frame(1, 0, std::string("\0\x0a\0\x0b\xff", 5)),
      any_frame(1, 0, std::string(4097, 'x')), any_frame(1, 0, "abcd", 'x'), any_frame(3, 0, "abcd"),
      any_frame(1, 0, std::string("\0\x0a\0\xc7", 4)));
  SessionRig rig;
  rig.start();
  rig.feed(bytes);
  check_silence(rig);
}

TEST_CASE("handshake: a client may lower what it was offered, and no more") {
  using Tuning = std::pair<std::pair<int, int>, bool>;
  const auto [values, is_taken] =
      GENERATE(Tuning{{1, 4096}, true}, Tuning{{2047, 131'072}, true}, Tuning{{0, 131'072}, false},
               Tuning{{2048, 131'072}, false}, Tuning{{2047, 0}, false}, Tuning{{2047, 4095}, false},
               Tuning{{2047, 131'073}, false});
  CAPTURE(values.first, values.second);
  SessionRig rig;
  rig.log_in();
  rig.tune(static_cast<std::uint16_t>(values.first), static_cast<std::uint32_t>(values.second));
  if (!is_taken) return check_silence(rig);
  rig.send(0, ConnectionOpen{.virtual_host = "/"});
  CHECK(rig.written_one<ConnectionOpenOk>());
}

TEST_CASE("handshake: in place of connection.open, what is wrong is told") {
  struct Wrong {
    std::string bytes;
    int code;
    std::string text;
    MethodId cause;
  };
  const Wrong wrong = GENERATE_COPY(
      Wrong{method_frame(0, ConnectionOpen{.virtual_host = "nope"}),
            530,
            "NOT_ALLOWED - vhost nope not found",
            {10, 40}},
      Wrong{method_frame(0, start_ok("a", "b")),
            504,
            "CHANNEL_ERROR - unexpected method in connection state opening",
            {10, 11}},
      Wrong{method_frame(0, ConnectionClose{}),
            504,
            "CHANNEL_ERROR - unexpected method in connection state opening",
            {10, 50}},
      Wrong{
          method_frame(1, ChannelOpen{}), 505, "UNEXPECTED_FRAME - type 1, all octets = <<0,20,0,10,0>>", {}},
      Wrong{any_frame(1, 0, std::string(131'073, 'x')),
            501,
            "FRAME_ERROR - type 1, all octets = <<>>: {frame_too_large,131073,131064}",
            {}});
  SessionRig rig;
  rig.log_in();
  rig.tune();
  rig.feed(wrong.bytes);
  const auto close = rig.written_one<ConnectionClose>();
  REQUIRE(close);
  CHECK(close->reply_code == wrong.code);
  CHECK(close->reply_text == wrong.text);
  CHECK(close->cause == wrong.cause);
  CHECK(rig.commands().empty());
}

TEST_CASE("handshake: a client that does not finish it in time is gone") {
  SessionRig rig;
  rig.feed(kProtocolHeader.substr(0, 4));
  CHECK(rig.session.deadline() == rig.now + 10s);
  rig.pass(9999ms);
  CHECK_FALSE(rig.session.is_over());
  rig.pass(1ms);
  CHECK(rig.session.is_lost());
  CHECK(rig.commands().empty());
}

TEST_CASE("handshake: a certificate's name is asked for without a password, and only where TLS offers it") {
  SessionRig rig({.offers_external = true}, {.certificate_name = "ann"});
  rig.feed(kProtocolHeader);
  CHECK(rig.written_one<ConnectionStart>()->mechanisms == "PLAIN EXTERNAL");
  rig.send(0, ConnectionStartOk{.mechanism = "EXTERNAL"});
  const std::optional<LoginQuestion> question = rig.session.take_login_question();
  REQUIRE(question);
  CHECK(question->user == "ann");
  CHECK_FALSE(question->password);
}

TEST_CASE("handshake: a user has a bounded number of connections") {
  SessionRig rig({.limits = {.connections_per_user_max = 1}});
  rig.open();
  {
    ClientSession second(rig.shared, {}, rig.now);
    second.receive(kProtocolHeader + method_frame(0, start_ok("ann", "x")), rig.now);
    second.answer_login(Permissions{}, rig.now);
    second.receive(
        method_frame(0, ConnectionTuneOk{1, 4096, 0}) + method_frame(0, ConnectionOpen{.virtual_host = "/"}),
        rig.now);
    const std::vector<WrittenFrame> frames = SessionRig::frames_of(std::string(second.output()));
    REQUIRE(frames.back().as<ConnectionClose>() != nullptr);
    CHECK(frames.back().as<ConnectionClose>()->reply_text ==
          "NOT_ALLOWED - connection refused for user 'ann': user connection limit (1) is reached");
  }
  CHECK_FALSE(rig.shared.users.add("ann"));
  CHECK(rig.shared.users.add("bob"));
}
