// How a session keeps a connection: back-off by the clock, what ends it for good, and how it is
// ended.
#include "amqp/session.h"

#include <atomic>
#include <future>

#include "support/catch.h"
#include "unit/amqp/publishing.h"

using namespace dse;
using namespace std::chrono_literals;

namespace {

// A client that only connects.
struct IdleClient : SessionClient {
  std::atomic<int> connected = 0;
  void on_connected(Connection&) override { ++connected; }
  void on_event(Connection&, AmqpEvent&&) override {}
  bool on_turn(Connection&) override { return false; }
};

struct Keeping {
  std::shared_ptr<PeerTransport> network = std::make_shared<PeerTransport>();
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Notifier changed{*clock};
  IdleClient client;
  std::unique_ptr<Session> session;
  AmqpPeer peer{FileDescriptor()};  // must be the last member: it is cut before the session ends

  Keeping() {
    auto made = std::async(std::launch::async, [this] {
      return std::make_unique<Session>(connection_to(network, clock), client, changed);
    });
    accept();
    session = made.get();
  }
  void accept() {
    peer = network->accept();
    peer.shake_hands();
  }
  void await_problem(const std::string& text) {
    await_change(changed, [&] { return session->state().problem.find(text) != std::string::npos; });
  }
  void await_error() {
    await_change(changed, [this] {
      session->check();
      return false;
    });
  }
};

}  // namespace

TEST_CASE("session: attempts come after 0.1 s, 0.2 s, 0.4 s and so on, never more than 5 s apart") {
  Keeping one;
  one.network->set_reachable(false);
  one.peer.cut();
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1'600ms, 3'200ms, 5'000ms, 5'000ms}) {
    one.clock->await_pause(pause);
    one.clock->advance(pause - 1ns);
    one.clock->await_pause(1ns);  // not a nanosecond too early
    one.clock->advance(1ns);
  }
  one.clock->await_pause(5s);
  CHECK(one.network->attempts() == 9);
  CHECK_THAT(one.session->state().problem, ContainsSubstring("cannot be reached"));
  CHECK_FALSE(one.session->state().connected);
  one.network->set_reachable(true);
  one.clock->advance(5s);
  one.accept();
  one.clock->await_pause(1min);  // it serves
  CHECK(one.client.connected == 2);
  CHECK(one.session->state().connected);
}

TEST_CASE("session: a connection that something came over, or that lasted, begins again with 0.1 s") {
  for (const bool lasted : {false, true}) {
    Keeping one;
    one.peer.cut();
    for (const auto pause : {100ms, 200ms}) {
      one.clock->await_pause(pause);
      one.clock->advance(pause);
      one.accept();
      one.peer.cut();
    }
    one.clock->await_pause(400ms);
    one.clock->advance(400ms);
    one.accept();
    one.clock->await_pause(1min);  // it serves
    if (lasted) {
      one.clock->advance(5s);
    } else {
      one.peer.send(0, AMQP_CONNECTION_UNBLOCKED_METHOD, amqp_connection_unblocked_t{});
      await_change(one.changed, [] { return true; });
    }
    one.peer.cut();
    one.clock->await_pause(100ms);
  }
}

TEST_CASE("session: nonsense ends in a new connection, or in an error that check() throws") {
  struct Case {
    const char* name;
    std::string bytes;
    bool reconnects;
  };
  std::string no_end = AmqpPeer::frame_bytes({AMQP_FRAME_METHOD, 1, std::string(20, '\0')});
  no_end.back() = 'x';
  const std::string unknown = AmqpPeer::frame_bytes({AMQP_FRAME_METHOD, 1, std::string("\0\xFF\0\xFF", 4)});
  for (const Case& one :
       {Case{"a frame without its end", no_end, false},
        {"a method that there is none of", unknown, false},
        {"a frame that is cut short", std::string("\x01\0\x01\0\0", 5), true},
        {"an unexpected heartbeat", AmqpPeer::frame_bytes({AMQP_FRAME_HEARTBEAT, 0, ""}), true},
        {"a body without a message", AmqpPeer::frame_bytes({AMQP_FRAME_BODY, 7, "b"}), true}}) {
    CAPTURE(one.name);
    Keeping keeping;
    keeping.peer.send_bytes(one.bytes);
    keeping.peer.cut();
    if (one.reconnects) {
      keeping.clock->await_pause(100ms);
      keeping.clock->advance(100ms);
      keeping.accept();
      keeping.clock->await_pause(1min);  // it serves
      CHECK(keeping.client.connected == 2);
    } else {
      CHECK_THROWS_WITH(keeping.await_error(), ContainsSubstring("broker amqp://guest@there:1/"));
    }
  }
}

TEST_CASE("session: a broker that closes the connection for good ends it, one that goes down does not") {
  Keeping one;
  one.peer.close_connection({AMQP_CONNECTION_FORCED, "CONNECTION_FORCED - shutdown"});
  one.peer.expect_end();
  one.await_problem("CONNECTION_FORCED");
  one.clock->await_pause(100ms);
  one.clock->advance(100ms);
  one.accept();
  one.peer.close_connection({AMQP_NOT_ALLOWED, "NOT_ALLOWED - vhost deleted"});
  one.peer.expect_end();
  CHECK_THROWS_WITH(one.await_error(), ContainsSubstring("vhost deleted"));
  CHECK_FALSE(one.session->state().connected);
}

TEST_CASE("session: a login that is refused later on ends it as well") {
  Keeping one;
  one.peer.cut();
  one.clock->await_pause(100ms);
  one.clock->advance(100ms);
  one.peer = one.network->accept();
  one.peer.expect_protocol_header();
  one.peer.send_start({});
  one.peer.expect(AMQP_CONNECTION_START_OK_METHOD);
  one.peer.close_connection({AMQP_ACCESS_REFUSED, "ACCESS_REFUSED"});
  one.peer.expect_end();
  CHECK_THROWS_WITH(one.await_error(), ContainsSubstring("refuses the login"));
}

TEST_CASE("session: the first attempt throws what it fails with") {
  const auto network = std::make_shared<PeerTransport>();
  const auto clock = std::make_shared<ManualClock>();
  const Notifier changed(*clock);
  IdleClient client;
  network->set_reachable(false);
  CHECK_THROWS_AS(Session(connection_to(network, clock), client, changed), ConnectionLost);
  std::atomic<bool> interrupted = true;
  ConnectionOptions options = connection_to(network, clock);
  options.interrupted = &interrupted;
  network->set_reachable(true);
  CHECK_THROWS_AS(Session(options, client, changed), Interrupted);
}

TEST_CASE("session: it ends while it waits to connect again, and while it connects") {
  for (const bool connecting : {false, true}) {
    Keeping one;
    one.peer.cut();
    one.clock->await_pause(100ms);
    AmqpPeer silent{FileDescriptor()};
    if (connecting) {
      one.clock->advance(100ms);
      silent = one.network->accept();
    }
    one.session.reset();
    CHECK(one.client.connected == 1);
  }
}

TEST_CASE("session: it says goodbye when it ends") {
  Keeping one;
  auto ended = std::async(std::launch::async, [&one] { one.session.reset(); });
  const AmqpMethodFrame close = one.peer.expect(AMQP_CONNECTION_CLOSE_METHOD);
  CHECK(close.as<amqp_connection_close_t>().reply_code == AMQP_REPLY_SUCCESS);
  one.peer.send(0, AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t{});
  ended.get();
}

TEST_CASE("session: a broker that reads nothing holds up the end for 5 s, or 0.3 s in a hurry") {
  for (const bool in_a_hurry : {false, true}) {
    const auto network = std::make_shared<PeerTransport>();
    const auto clock = std::make_shared<ManualClock>();
    const Notifier changed(*clock);
    std::atomic<bool> interrupted = false;
    // Writes more than the socket holds, and so blocks until somebody reads.
    struct Flood : IdleClient {
      std::atomic<bool> go = false;
      bool on_turn(Connection& connection) override {
        const MessageFields message{.payload = Payload::copy_of(std::string(1 << 20, 'x'))};
        while (go) connection.publish(1, {.exchange = "x", .message = message});
        return false;
      }
    } flood;
    ConnectionOptions options = connection_to(network, clock);
    options.interrupted = &interrupted;
    auto made =
        std::async(std::launch::async, [&] { return std::make_unique<Session>(options, flood, changed); });
    AmqpPeer peer = network->accept();
    peer.shake_hands();
    std::unique_ptr<Session> session = made.get();
    flood.go = true;
    session->wake();
    peer.expect(AMQP_BASIC_PUBLISH_METHOD);  // the client has begun to write
    interrupted = in_a_hurry;
    auto ended = std::async(std::launch::async, [&session] { session.reset(); });
    const auto longest = in_a_hurry ? 300ms : 5'000ms;
    clock->await_pause(longest);
    clock->advance(longest);
    ended.get();
    flood.go = false;
  }
}
