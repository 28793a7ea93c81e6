// What a connection reports when the peer refuses, is silent, or sends nonsense: a clear error at
// each step.
#include "amqp/connection.h"

#include <cmath>
#include <future>
#include <limits>

#include "amqp/connect.h"
#include "amqp/properties.h"
#include "message/carriage.h"
#include "support/catch.h"
#include "unit/amqp/publishing.h"

using namespace dse;
using namespace std::chrono_literals;

namespace {

// A connection that is being made, or exists.
struct Connecting {
  std::shared_ptr<PeerTransport> network = std::make_shared<PeerTransport>();
  ConnectionOptions options = connection_to(network, std::make_shared<ManualClock>());
  std::future<std::unique_ptr<Connection>> made;
  std::unique_ptr<Connection> connection;
  // Must be the last member: it is cut before the connection ends, which then waits for no answer.
  AmqpPeer peer{FileDescriptor()};

  void begin() {
    made = std::async(std::launch::async, [this] { return connect(options); });
    peer = network->accept();
  }
  void finish() { connection = made.get(); }
  void connect_now() {
    begin();
    peer.shake_hands();
    finish();
  }
  // Runs `ask` on the connection while the test acts as the peer.
  template <typename Ask>
  auto asked(Ask ask) {
    return std::async(std::launch::async, [this, ask] { return ask(*connection); });
  }
  ChannelNumber open_channel() {
    auto opened = asked([](Connection& one) { return one.open_channel(); });
    peer.answer_channel_open();
    return opened.get();
  }
};

// What a peer may send when something else is due, or nothing at all.
struct Nonsense {
  const char* name;
  std::string bytes;
};

std::string method_bytes(std::uint16_t channel, amqp_method_number_t id, std::string arguments = "") {
  std::string payload;
  for (int shift = 24; shift >= 0; shift -= 8) payload += static_cast<char>(id >> shift & 0xFF);
  return AmqpPeer::frame_bytes({AMQP_FRAME_METHOD, channel, payload + arguments});
}

const std::vector<Nonsense>& nonsense() {
  static const std::vector<Nonsense> all = [] {
    std::string no_end = AmqpPeer::frame_bytes({AMQP_FRAME_METHOD, 1, std::string(20, '\0')});
    no_end.back() = 'x';
    std::string oversized("\x01\0\0\x7F\xFF\xFF\xFF", 7);
    return std::vector<Nonsense>{
        {"text of another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n"},
        {"much text of another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n" + std::string(100'000, 'x')},
        {"a frame of a type that there is none of", AmqpPeer::frame_bytes({77, 1, "payload"})},
        {"a frame without its end", no_end},
        {"a frame of more bytes than were agreed on", oversized},
        {"a method that there is none of", method_bytes(1, 0x00FF00FF)},
        {"a method of a class that there is none of", method_bytes(1, 0x1234000A)},
        {"a method of too few bytes", AmqpPeer::frame_bytes({AMQP_FRAME_METHOD, 1, "\x01"})},
        {"a method whose arguments are cut short", method_bytes(1, AMQP_QUEUE_DECLARE_OK_METHOD, "\xFFq")},
        {"a content header of too few bytes", AmqpPeer::frame_bytes({AMQP_FRAME_HEADER, 1, "\0"})},
        {"a method that only we send", method_bytes(1, AMQP_BASIC_PUBLISH_METHOD, std::string(5, '\0'))},
        {"a truncated frame, and then nothing", std::string("\x01\0\x01\0\0", 5)},
    };
  }();
  return all;
}

// Sends it and ends the connection, because otherwise we would wait for the rest of a truncated
// frame.
void send_and_cut(AmqpPeer& peer, const Nonsense& what) {
  peer.send_bytes(what.bytes);
  peer.cut();
}

// The text of the BrokerError that `work` throws; any other exception is unexpected.
template <typename Work>
std::string broker_error_of(Work work) {
  try {
    work();
  } catch (const BrokerError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("connection: nonsense at each step of the handshake is an error that names the broker") {
  const std::vector<std::pair<const char*, std::function<void(AmqpPeer&)>>> steps = {
      {"at first", [](AmqpPeer& peer) { peer.expect_protocol_header(); }},
      {"after start",
       [](AmqpPeer& peer) {
         peer.expect_protocol_header();
         peer.send_start({});
         peer.expect(AMQP_CONNECTION_START_OK_METHOD);
       }},
      {"after tune",
       [](AmqpPeer& peer) {
         peer.expect_protocol_header();
         peer.send_start({});
         peer.expect(AMQP_CONNECTION_START_OK_METHOD);
         peer.send_tune({});
         peer.expect(AMQP_CONNECTION_TUNE_OK_METHOD);
         peer.expect(AMQP_CONNECTION_OPEN_METHOD);
       }},
  };
  for (const auto& [step, play] : steps) {
    for (const Nonsense& what : nonsense()) {
      CAPTURE(step, what.name);
      Connecting one;
      one.begin();
      play(one.peer);
      send_and_cut(one.peer, what);
      CHECK_THAT(broker_error_of([&one] { one.finish(); }),
                 ContainsSubstring("broker amqp://guest@there:1/"));
    }
  }
}

TEST_CASE("connection: methods that are out of turn in the handshake are no login") {
  const auto out_of_turn = [](auto play) {
    Connecting one;
    one.begin();
    one.peer.expect_protocol_header();
    play(one.peer);
    one.peer.cut();
    return broker_error_of([&one] { one.finish(); });
  };
  CHECK_THAT(out_of_turn([](AmqpPeer& peer) { peer.send_tune({}); }), ContainsSubstring("broker amqp://"));
  CHECK_THAT(out_of_turn([](AmqpPeer& peer) {
               peer.send_start({});
               peer.expect(AMQP_CONNECTION_START_OK_METHOD);
               peer.send_start({});
             }),
             ContainsSubstring("broker amqp://"));
  CHECK_THAT(out_of_turn([](AmqpPeer& peer) {
               peer.send_start({});
               peer.expect(AMQP_CONNECTION_START_OK_METHOD);
               peer.send_tune({});
               peer.expect(AMQP_CONNECTION_TUNE_OK_METHOD);
               peer.send(1, AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{});
             }),
             ContainsSubstring("broker amqp://"));
}

TEST_CASE("connection: a broker that lets nobody in says why") {
  const auto refused = [](const AmqpPeer::Reply& reply, bool external = false) {
    Connecting one;
    one.options.address.external = external;
    one.begin();
    one.peer.expect_protocol_header();
    one.peer.send_start({});
    one.peer.expect(AMQP_CONNECTION_START_OK_METHOD);
    one.peer.close_connection(reply);
    one.peer.expect_end();
    const std::string text = broker_error_of([&one] { one.finish(); });
    CHECK_THAT(text, !ContainsSubstring("secret"));
    return text;
  };
  CHECK_THAT(refused({AMQP_ACCESS_REFUSED, "ACCESS_REFUSED"}),
             ContainsSubstring("refuses the login of user 'guest'"));
  CHECK_THAT(refused({AMQP_NOT_ALLOWED, "NOT_ALLOWED - vhost"}), ContainsSubstring("check the vhost '/'"));
  CHECK_THAT(refused({AMQP_NOT_ALLOWED, "NOT_ALLOWED - vhost"}, true),
             ContainsSubstring("check the vhost '/'"));
  CHECK_THAT(refused({AMQP_CONNECTION_FORCED, "CONNECTION_FORCED - bye"}),
             ContainsSubstring("has closed the connection: CONNECTION_FORCED"));
}

TEST_CASE("connection: a broker that does not offer our login") {
  for (const bool external : {false, true}) {
    Connecting one;
    one.options.address.external = external;
    one.begin();
    one.peer.expect_protocol_header();
    one.peer.send_start({.mechanisms = "GSSAPI"});
    CHECK_THAT(
        broker_error_of([&one] { one.finish(); }),
        ContainsSubstring(external ? "does not offer the login EXTERNAL" : "does not offer the login PLAIN"));
  }
}

TEST_CASE("connection: a peer that says nothing is not waited for longer than the options say") {
  Connecting one;
  one.options.timeout = 50ms;
  one.begin();
  CHECK_THAT(broker_error_of([&one] { one.finish(); }), ContainsSubstring("does not answer"));
}

TEST_CASE("connection: an attempt that is given up ends at once, and by itself") {
  Connecting one;
  std::atomic<bool> interrupted = false;
  one.options.interrupted = &interrupted;
  one.begin();
  one.peer.expect_protocol_header();
  interrupted = true;
  CHECK_THROWS_AS(one.finish(), Interrupted);
  one.peer.cut();
}

TEST_CASE("connection: nonsense in place of an answer is an error that names the broker") {
  const std::vector<std::pair<amqp_method_number_t, std::function<void(Connection&)>>> questions = {
      {AMQP_CHANNEL_OPEN_METHOD, [](Connection& one) { one.open_channel(); }},
      {AMQP_EXCHANGE_DECLARE_METHOD, [](Connection& one) { one.declare_exchange(1, "x", {}); }},
      {AMQP_QUEUE_DECLARE_METHOD, [](Connection& one) { one.declare_queue(1, "q", {}); }},
      {AMQP_BASIC_CONSUME_METHOD, [](Connection& one) { one.consume(1, "q"); }},
      {AMQP_CONFIRM_SELECT_METHOD, [](Connection& one) { one.select_confirms(1); }},
  };
  for (const auto& [question, ask] : questions) {
    for (const Nonsense& what : nonsense()) {
      CAPTURE(amqp_method_name(question), what.name);
      Connecting one;
      one.connect_now();
      if (question != AMQP_CHANNEL_OPEN_METHOD) one.open_channel();
      auto asked = one.asked(ask);
      one.peer.expect(question);
      send_and_cut(one.peer, what);
      CHECK_THAT(broker_error_of([&asked] { asked.get(); }),
                 ContainsSubstring("broker amqp://guest@there:1/"));
    }
  }
}

TEST_CASE("connection: nonsense in place of a message or a confirm is an error, or is passed over") {
  for (const Nonsense& what : nonsense()) {
    CAPTURE(what.name);
    Connecting one;
    one.connect_now();
    one.open_channel();
    send_and_cut(one.peer, what);
    const auto wait = [&one] {
      while (true) one.connection->wait(1s);
    };
    CHECK_THAT(broker_error_of(wait), ContainsSubstring("broker amqp://guest@there:1/"));
  }
}

TEST_CASE("connection: a message that is cut short by nonsense is an error or refused") {
  for (const Nonsense& what : nonsense()) {
    CAPTURE(what.name);
    Connecting one;
    one.connect_now();
    one.open_channel();
    one.peer.send(1, AMQP_BASIC_DELIVER_METHOD,
                  amqp_basic_deliver_t{.consumer_tag = amqp_cstring_bytes("c"), .delivery_tag = 1});
    send_and_cut(one.peer, what);
    const auto wait = [&one] {
      while (!one.connection->spent()) {
        if (const auto event = one.connection->wait(1s)) CHECK_FALSE(std::get<AmqpDelivery>(*event).decoded);
      }
    };
    const std::string text = broker_error_of(wait);
    if (!one.connection->spent()) {
      CHECK_THAT(text, ContainsSubstring("broker amqp://guest@there:1/"));
      continue;
    }
    CHECK_FALSE(one.connection->wait(0ms).has_value());
  }
}

TEST_CASE("connection: an answer to another question is none, and is not waited for without end") {
  Connecting one;
  one.options.timeout = 100ms;
  one.connect_now();
  one.open_channel();
  auto declared = one.asked([](Connection& connection) { connection.declare_queue(1, "q", {}); });
  one.peer.answer(AMQP_QUEUE_DECLARE_METHOD, AMQP_QUEUE_BIND_OK_METHOD, amqp_queue_bind_ok_t{});
  CHECK_THAT(broker_error_of([&declared] { declared.get(); }), ContainsSubstring("does not answer"));
}

TEST_CASE("connection: what the broker refuses closes the channel, whose number is used again") {
  Connecting one;
  one.connect_now();
  const ChannelNumber first = one.open_channel();
  auto declared = one.asked([first](Connection& connection) { connection.declare_exchange(first, "x", {}); });
  one.peer.expect(AMQP_EXCHANGE_DECLARE_METHOD);
  one.peer.close_channel(first, {AMQP_PRECONDITION_FAILED, "PRECONDITION_FAILED - inequivalent arg",
                                 AMQP_EXCHANGE_DECLARE_METHOD});
  one.peer.expect(AMQP_CHANNEL_CLOSE_OK_METHOD);
  try {
    declared.get();
    FAIL("it was not refused");
  } catch (const ChannelClosed& closed) {
    CHECK(closed.code() == AMQP_PRECONDITION_FAILED);
    CHECK_THAT(closed.what(), ContainsSubstring("other properties"));
  }
  CHECK(one.open_channel() == first);
  CHECK(one.open_channel() == first + 1);
  auto closed = one.asked([](Connection& connection) { connection.close_channel(2); });
  one.peer.answer(AMQP_CHANNEL_CLOSE_METHOD, AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t{});
  closed.get();
  one.connection->close_channel(2);  // it is already closed
  CHECK(one.open_channel() == 2);
}

TEST_CASE("connection: the broker closes it, for a time or for good") {
  for (const auto& [reply, lost] :
       {std::pair(AmqpPeer::Reply{AMQP_CONNECTION_FORCED, "CONNECTION_FORCED - bye"}, true),
        {AmqpPeer::Reply{AMQP_NOT_ALLOWED, "NOT_ALLOWED - no"}, false}}) {
    Connecting one;
    one.connect_now();
    one.peer.close_connection(reply);
    one.peer.cut();
    bool was_lost = false;
    try {
      while (true) one.connection->wait(1s);
    } catch (const ConnectionLost&) {
      was_lost = true;
    } catch (const BrokerError&) {
    }
    CHECK(was_lost == lost);
  }
}

TEST_CASE("connection: what is declared, bound and deleted reaches the broker as it was said") {
  Connecting one;
  one.connect_now();
  one.open_channel();
  auto bound = one.asked([](Connection& connection) {
    connection.bind_exchange(1, {.source = "a", .destination = "b", .key = "k.#"});
    connection.bind_queue(1,
                          {.source = "b", .destination = "q", .arguments = {{"x-match", "any"}, {"n", 1.5}}});
    connection.delete_exchange(1, "b", {.if_unused = true});
    connection.delete_queue(1, "q", {.if_empty = true});
    return connection.purge_queue(1, "q");
  });
  const AmqpMethodFrame exchange =
      one.peer.answer(AMQP_EXCHANGE_BIND_METHOD, AMQP_EXCHANGE_BIND_OK_METHOD, amqp_exchange_bind_ok_t{});
  CHECK(to_string(exchange.as<amqp_exchange_bind_t>().routing_key) == "k.#");
  const AmqpMethodFrame queue =
      one.peer.answer(AMQP_QUEUE_BIND_METHOD, AMQP_QUEUE_BIND_OK_METHOD, amqp_queue_bind_ok_t{});
  CHECK(queue.as<amqp_queue_bind_t>().arguments.num_entries == 2);
  CHECK(one.peer
            .answer(AMQP_EXCHANGE_DELETE_METHOD, AMQP_EXCHANGE_DELETE_OK_METHOD, amqp_exchange_delete_ok_t{})
            .as<amqp_exchange_delete_t>()
            .if_unused);
  CHECK(one.peer.answer(AMQP_QUEUE_DELETE_METHOD, AMQP_QUEUE_DELETE_OK_METHOD, amqp_queue_delete_ok_t{})
            .as<amqp_queue_delete_t>()
            .if_empty);
  one.peer.answer(AMQP_QUEUE_PURGE_METHOD, AMQP_QUEUE_PURGE_OK_METHOD, amqp_queue_purge_ok_t{7});
  CHECK(bound.get() == 7);
}

TEST_CASE("connection: what cannot be carried is no lost connection, and nothing of it is sent") {
  Connecting one;
  one.connect_now();
  one.open_channel();
  const auto refusal = [&one](const std::string& exchange, const MessageFields& message) {
    return broker_error_of([&] { one.connection->publish(1, {.exchange = exchange, .message = message}); });
  };
  for (const Headers& headers :
       {Headers{{std::string(256, 'h'), std::int64_t{1}}}, Headers{{"", std::int64_t{1}}},
        Headers{{"h", std::numeric_limits<double>::quiet_NaN()}}})
    CHECK_THAT(refusal("x", {.headers = headers, .id = "m"}),
               ContainsSubstring("message \"m\" cannot be sent: its header"));
  CHECK_THAT(refusal("x", {.key = std::string(256, 'k'), .id = "m"}), ContainsSubstring("at most 255"));
  CHECK_THAT(refusal(std::string(256, 'x'), {.id = "m"}), ContainsSubstring("has 256 bytes"));
  // A payload that is too large is never read.
  const std::byte byte{};
  const Payload large(nullptr, {&byte, kPayloadBytesMax + 1});
  CHECK_THAT(refusal("x", {.payload = large, .id = "m"}), ContainsSubstring("make it smaller"));
  CHECK_THAT(refusal("x", {.headers = {{"text", std::string(200'000, 't')}}, .id = "m"}),
             ContainsSubstring("make them shorter"));
  CHECK(refusal("x", {.id = "good"}) == "");
  CHECK(one.peer.expect_publish().message.id == "good");
}

TEST_CASE("connection: properties and headers come through as they were, times in nanoseconds too") {
  Connecting one;
  one.connect_now();
  one.open_channel();
  const MessageFields message{
      .payload = Payload::copy_of(std::string("\0\xFF body", 7)),
      .key = "a.b",
      .headers = {{"flag", true}, {"integer", std::int64_t{-5}}, {"number", 0.25}, {"text", "grün"}},
      .id = "m-1",
      .correlation_id = "m-0",
      .app_id = "app",
      .content_type = "text/plain",
      .timestamp = 1'500'000'001};
  one.connection->publish(1, {.exchange = "x", .message = message, .run = "1f", .number = 3});
  PeerPublication sent = one.peer.expect_publish();
  CHECK_FALSE(sent.mandatory);
  CHECK(*sent.message.headers.find_integer("x-dse-number") == 3);
  for (const char* mark : {"x-dse-run", "x-dse-number"}) sent.message.headers.remove(mark);
  one.peer.deliver({}, sent.message);
  const auto event = one.connection->wait(20s);
  REQUIRE(event.has_value());
  const MessageFields& got = std::get<AmqpDelivery>(*event).message;
  CHECK(got.headers == message.headers);
  for (const auto field : {&MessageFields::key, &MessageFields::id, &MessageFields::correlation_id,
                           &MessageFields::app_id, &MessageFields::content_type})
    CHECK(got.*field == message.*field);
  CHECK(sent.message.timestamp == message.timestamp);
  CHECK(std::equal(got.payload.bytes().begin(), got.payload.bytes().end(), message.payload.bytes().begin()));
}
