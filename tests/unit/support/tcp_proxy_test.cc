#include "support/tcp_proxy.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <string>
#include <thread>

#include "support/catch.h"

namespace {

// No test waits for ever.
void limit_waiting(const Socket& socket) {
  const timeval longest{.tv_sec = 30, .tv_usec = 0};
  setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
}

// One connection through a proxy, from both ends.
struct Line {
  Socket listener = listen_on({});
  TcpProxy proxy{{.target_port = port_of(listener)}};
  Socket client;
  Socket server;

  Line() { connect(); }
  void connect() {
    client = connect_to({.port = proxy.port()});
    server = accept_from(listener);
    limit_waiting(client);
    limit_waiting(server);
  }
};

void say(const Socket& socket, const std::string& text) {
  REQUIRE(send(socket.descriptor(), text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size()));
}

std::string hear(const Socket& socket, std::size_t size) {
  std::string text(size, '\0');
  const ssize_t got = recv(socket.descriptor(), text.data(), size, MSG_WAITALL);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

// What arrives before a reset.
std::string hear_until_reset(const Socket& socket) {
  std::string text;
  char byte = 0;
  ssize_t got = 0;
  while ((got = recv(socket.descriptor(), &byte, 1, 0)) == 1) text += byte;
  CHECK(got == -1);
  CHECK(errno == ECONNRESET);
  return text;
}

bool is_silent(const Socket& socket) {
  char byte = 0;
  return recv(socket.descriptor(), &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN;
}

}  // namespace

TEST_CASE("a proxy passes on what both sides say, and that one has ended") {
  Line line;
  say(line.client, "hello");
  CHECK(hear(line.server, 5) == "hello");
  say(line.server, "good morning");
  CHECK(hear(line.client, 12) == "good morning");

  shutdown(line.client.descriptor(), SHUT_WR);
  CHECK(hear(line.server, 1).empty());
  say(line.server, "the rest");
  CHECK(hear(line.client, 8) == "the rest");
  line.server.close();
  CHECK(hear(line.client, 1).empty());

  CHECK(line.proxy.connections() == 1);
  CHECK(line.proxy.forwarded_bytes(TcpProxy::kToTarget) == 5);
  CHECK(line.proxy.forwarded_bytes(TcpProxy::kToClient) == 20);
  CHECK(line.proxy.cuts() == 0);
}

TEST_CASE("a proxy passes on more than fits into it when the reader is slow") {
  Line line;
  const std::string sent(8 * 1024 * 1024, 'x');
  std::thread writer([&] { say(line.client, sent); });
  std::string heard;
  while (heard.size() < sent.size()) heard += hear(line.server, 1024 * 1024);
  writer.join();
  CHECK(heard == sent);
}

TEST_CASE("a cut resets both sides, and the next connection is taken") {
  Line line;
  line.proxy.cut();
  CHECK(hear_until_reset(line.client).empty());
  CHECK(hear_until_reset(line.server).empty());
  CHECK(line.proxy.cuts() == 1);

  line.connect();
  say(line.client, "again");
  CHECK(hear(line.server, 5) == "again");
  CHECK(line.proxy.connections() == 2);
}

TEST_CASE("a cut after so many bytes comes within what is said, once, and only in its direction") {
  Line line;
  line.proxy.cut_after(TcpProxy::kToTarget, 8);
  say(line.server, "unharmed, and longer than that");
  CHECK(hear(line.client, 30) == "unharmed, and longer than that");
  say(line.client, "first");
  CHECK(hear(line.server, 5) == "first");
  say(line.client, "second");
  CHECK(hear_until_reset(line.server) == "sec");
  CHECK(hear_until_reset(line.client).empty());
  CHECK(line.proxy.cuts() == 1);

  line.connect();
  say(line.client, "a whole sentence");
  CHECK(hear(line.server, 16) == "a whole sentence");
}

TEST_CASE("a cut after no bytes passes nothing on") {
  Line line;
  line.proxy.cut_after(TcpProxy::kToClient, 0);
  say(line.server, "lost");
  CHECK(hear_until_reset(line.client).empty());
}

TEST_CASE("a stalled proxy keeps connections open and passes on nothing until it resumes") {
  Line line;
  line.proxy.stall();
  say(line.client, "patience");
  Socket late = connect_to({.port = line.proxy.port()});
  CHECK(line.proxy.forwarded_bytes(TcpProxy::kToTarget) == 0);
  CHECK(is_silent(line.server));
  CHECK(line.proxy.connections() == 1);

  line.proxy.resume();
  CHECK(hear(line.server, 8) == "patience");
  const Socket late_server = accept_from(line.listener);
  limit_waiting(late_server);
  say(late, "me too");
  CHECK(hear(late_server, 6) == "me too");
}

TEST_CASE("a connection to a target that is not there is reset, and so is what the target resets") {
  Line line;
  line.server.reset();
  CHECK(hear_until_reset(line.client).empty());

  line.listener.close();
  const Socket client = connect_to({.port = line.proxy.port()});
  limit_waiting(client);
  CHECK(hear_until_reset(client).empty());
  CHECK(line.proxy.cuts() == 0);
}

TEST_CASE("a proxy listens on another address of loopback, too") {
  const Socket listener = listen_on({});
  const TcpProxy proxy({.target_port = port_of(listener), .address = "127.0.0.2"});
  const Socket client = connect_to({.address = "127.0.0.2", .port = proxy.port()});
  const Socket server = accept_from(listener);
  limit_waiting(server);
  say(client, "over there");
  CHECK(hear(server, 10) == "over there");
}

TEST_CASE("commands from several threads meet traffic") {
  const Socket listener = listen_on({});
  TcpProxy proxy({.target_port = port_of(listener)});
  std::thread cutter([&] {
    for (int i = 0; i < 200; ++i) proxy.cut();
  });
  std::thread staller([&] {
    for (int i = 0; i < 200; ++i) {
      proxy.stall();
      proxy.resume();
    }
  });
  for (int i = 0; i < 200; ++i) {
    const Socket client = connect_to({.port = proxy.port()});
    send(client.descriptor(), "x", 1, MSG_NOSIGNAL);
  }
  cutter.join();
  staller.join();
  CHECK(proxy.cuts() <= proxy.connections());
}
