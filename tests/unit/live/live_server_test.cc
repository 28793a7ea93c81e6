// The live page over HTTP, as a browser asks for it, and as nobody else may.
#include "sim/live/live_server.h"

#include <httplib.h>

#include <atomic>
#include <latch>
#include <thread>

#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

struct Served {
  LiveState state;
  VirtualPace pace{1};
  LiveServer server;
  std::string url = server.url();
  int port = std::stoi(url.substr(url.rfind(':') + 1));
  std::string query = url.substr(url.find('?'));  // "?token=..."

  explicit Served(const std::string& address = "0")
      : server({.address = parse_live_address(address), .page = "<p>page</p>"}, state, pace) {}

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port);
    client.set_keep_alive(false);
    return client;
  }
  int get_status(const std::string& path, const httplib::Headers& headers = {}) const {
    const httplib::Result result = client().Get(path, headers);
    return result ? result->status : -1;
  }
  int order(const std::string& body, const httplib::Headers& headers = {}) const {
    const httplib::Result result = client().Post("/control" + query, headers, body, "application/json");
    return result ? result->status : -1;
  }
};

// Reads events until the stream ends.
std::string events_of(const Served& served, const std::function<void(const std::string& so_far)>& look = {}) {
  std::string all;
  served.client().Get("/events" + served.query, [&](const char* data, std::size_t size) {
    all.append(data, size);
    if (look) look(all);
    return true;
  });
  return all;
}

}  // namespace

TEST_CASE("whoever has the URL gets the page, and nobody keeps it") {
  const Served served;
  CHECK(served.url == "http://127.0.0.1:" + std::to_string(served.port) + "/" + served.query);
  CHECK(served.query.size() == std::string("?token=").size() + 32);
  const httplib::Result page = served.client().Get("/" + served.query);
  REQUIRE(page);
  CHECK(page->status == 200);
  CHECK(page->body == "<p>page</p>");
  CHECK(page->get_header_value("Cache-Control") == "no-store");
  CHECK(page->get_header_value("X-Content-Type-Options") == "nosniff");
  CHECK(page->get_header_value("X-Frame-Options") == "DENY");
  CHECK(page->get_header_value("Referrer-Policy") == "no-referrer");
  CHECK(served.get_status("/other" + served.query) == 404);
}

TEST_CASE("each server has a token of its own") {
  const Served one;
  const Served other;
  CHECK(one.query != other.query);
  CHECK(one.get_status("/" + other.query) == 403);
}

TEST_CASE("nobody without the token sees or steers anything") {
  const Served served;
  std::string near = served.query;
  near.back() = near.back() == '0' ? '1' : '0';
  for (const std::string& query :
       std::vector<std::string>{"", "?token=", "?token=x", near, served.query + "0",
                                served.query.substr(0, served.query.size() - 1)}) {
    INFO(query);
    CHECK(served.get_status("/" + query) == 403);
    CHECK(served.get_status("/events" + query) == 403);
    CHECK(served.get_status("/other" + query) == 403);
    const httplib::Result order =
        served.client().Post("/control" + query, R"({"do": "pause"})", "application/json");
    REQUIRE(order);
    CHECK(order->status == 403);
    CHECK_THAT(order->body, ContainsSubstring("open the page by the whole URL"));
  }
  CHECK_FALSE(served.pace.state().paused);
}

TEST_CASE("another host's name leads nowhere: a page that has rebound its name gets nothing") {
  const Served served;
  const std::string port = std::to_string(served.port);
  for (const std::string& host :
       std::vector<std::string>{"evil.example", "evil.example:" + port, "127.0.0.1:1", "127.0.0.1",
                                "127.0.0.1.evil.example:" + port, ""}) {
    INFO(host);
    const int status = served.get_status("/" + served.query, {{"Host", host}});
    CHECK((status == 403 || status == 400));
    CHECK(served.order(R"({"do": "pause"})", {{"Host", host}}) != 204);
  }
  CHECK(served.get_status("/" + served.query, {{"Host", "localhost:" + port}}) == 200);
  CHECK_FALSE(served.pace.state().paused);
}

TEST_CASE("no other page in the browser steers the run, even with the token") {
  const Served served;
  const std::string port = std::to_string(served.port);
  for (const std::string& origin : std::vector<std::string>{
           "http://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:" + port,
           "http://127.0.0.1:" + port + ".evil.example", "http://localhost:" + port}) {
    INFO(origin);
    CHECK(served.order(R"({"do": "pause"})", {{"Origin", origin}}) == 403);
    CHECK(served.get_status("/events" + served.query, {{"Origin", origin}}) == 403);
  }
  CHECK_FALSE(served.pace.state().paused);
  CHECK(served.order(R"({"do": "pause"})", {{"Origin", "http://127.0.0.1:" + port}}) == 204);
  CHECK(served.pace.state().paused);
}

TEST_CASE("a page that is open to other machines may have any name, and needs the token") {
  const Served served("0.0.0.0:0");
  const std::string host = "lab.example:" + std::to_string(served.port);
  CHECK(served.get_status("/" + served.query, {{"Host", host}}) == 200);
  CHECK(served.get_status("/" + served.query, {{"Host", host}, {"Origin", "http://" + host}}) == 200);
  CHECK(served.get_status("/" + served.query, {{"Host", host}, {"Origin", "http://evil.example"}}) == 403);
  CHECK(served.get_status("/", {{"Host", host}}) == 403);
}

TEST_CASE("orders pause the run, make it step and go on, and change its speed") {
  Served served;
  CHECK(served.order(R"({"do": "pause"})") == 204);
  CHECK(served.pace.state().paused);
  CHECK(served.order(R"({"do": "go on"})") == 204);
  CHECK_FALSE(served.pace.state().paused);
  CHECK(served.order(R"({"do": "step"})") == 204);
  CHECK(served.pace.state().paused);
  CHECK(served.pace.take_step());
  CHECK(served.order(R"({"do": "speed", "value": 0.5})") == 204);
  CHECK(served.pace.state().speed == 0.5);
  CHECK(served.order(R"({"do": "speed", "value": 0})") == 204);
  CHECK(served.pace.state().speed == 0);
}

TEST_CASE("what is no order is refused, and changes nothing") {
  const Served served;
  for (const char* body :
       {"", "pause", "[]", "{", "{}", R"({"do": 1})", R"({"do": "stop"})", R"({"do": "Pause"})",
        R"({"do": "speed"})", R"({"do": "speed", "value": "1"})", R"({"do": "speed", "value": -1})",
        R"({"do": "speed", "value": 1e7})", R"({"do": "speed", "value": 1e999})",
        R"({"do": "speed", "value": null})", "\xff\xfe"}) {
    INFO(body);
    CHECK(served.order(body) == 400);
  }
  CHECK(served.order(std::string(4000, '[')) == 400);
  CHECK(served.order(R"({"do": "pause", "x": ")" + std::string(5000, 'x') + "\"}") == 413);
  CHECK(served.get_status("/control" + served.query) == 404);
  CHECK_FALSE(served.pace.state().paused);
  CHECK(served.pace.state().speed == 1);
}

TEST_CASE("events arrive as they happen, and the last frame ends the stream") {
  Served served;
  served.state.show({{"time", 1}});
  const std::string all = events_of(served, [&](const std::string& so_far) {
    if (so_far.find("event: state\n") == std::string::npos ||
        so_far.find("event: frame\n") != std::string::npos)
      return;
    served.state.show({{"time", 2}});
    served.state.end("completed");
  });
  CHECK(all ==
        "event: state\ndata: {\"time\":1,\"curves\":{}}\n\n"
        "event: frame\ndata: {\"time\":2,\"points\":[]}\n\n"
        "event: last-frame\ndata: {\"time\":2,\"status\":\"completed\",\"points\":[]}\n\n");
  served.server.wait_for_viewers();
  CHECK_THAT(events_of(served), ContainsSubstring("event: last-state\n"));
}

TEST_CASE("only so many may look at once, and others when these have left") {
  constexpr int kViewersMax = 12;
  Served served;
  served.state.show({{"time", 1}});
  std::latch all_look(kViewersMax);
  std::vector<std::thread> viewers;
  std::atomic<int> ended = 0;
  for (int number = 0; number < kViewersMax; ++number) {
    viewers.emplace_back([&] {
      bool looks = false;
      events_of(served, [&](const std::string&) {
        if (!std::exchange(looks, true)) all_look.count_down();
      });
      ++ended;
    });
  }
  all_look.wait();
  CHECK(served.get_status("/events" + served.query) == 503);
  CHECK(served.get_status("/" + served.query) == 200);  // the page and the orders still get through
  CHECK(served.order(R"({"do": "pause"})") == 204);
  served.state.end("completed");
  for (std::thread& viewer : viewers) viewer.join();
  CHECK(ended == kViewersMax);
  served.server.wait_for_viewers();
  CHECK_THAT(events_of(served), ContainsSubstring("event: last-state\n"));
}

TEST_CASE("a server that ends lets all who look go") {
  std::string got;
  std::thread viewer;
  {
    Served served;
    served.state.show({{"time", 1}});
    std::latch looks(1);
    viewer = std::thread([&, url = served.query, port = served.port] {
      bool first = true;
      httplib::Client client("127.0.0.1", port);
      client.Get("/events" + url, [&](const char* data, std::size_t size) {
        got.append(data, size);
        if (std::exchange(first, false)) looks.count_down();
        return true;
      });
    });
    looks.wait();
  }
  viewer.join();
  CHECK_THAT(got, ContainsSubstring("event: state\n"));
}

TEST_CASE("a server that ends as soon as it is made ends") {
  for (int times = 0; times < 50; ++times) Served served;
}

TEST_CASE("a port that is in use, and an address of another machine, are said to be so") {
  const Served served;
  const std::string taken = std::to_string(served.port);
  CHECK_THAT(
      error_text<RunError>([&] { Served other(taken); }),
      ContainsSubstring("the live page cannot be served at 127.0.0.1:" + taken +
                        ": the port is in use, or the address is none of this machine; choose another"));
  CHECK_THAT(error_text<RunError>([] { Served other("192.0.2.1:0"); }),
             ContainsSubstring("cannot be served at 192.0.2.1:0"));
}
