#include "sim/live/live_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "dse/error.h"

namespace dse {
namespace {

constexpr std::size_t kViewersMax = 12;
constexpr std::size_t kThreads = kViewersMax + 4;  // each viewer keeps one; some are left for the rest
constexpr std::size_t kRequestBytesMax = 4096;
constexpr double kSpeedMax = 1e6;

// The only answer to whoever may not look.
constexpr const char* kRefusal = "open the page by the whole URL that dse has printed\n";

std::string random_token() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw RunError("the live page has no token: OpenSSL has no random bytes");
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

bool is_token(const std::string& given, const std::string& token) {
  return given.size() == token.size() && CRYPTO_memcmp(given.data(), token.data(), token.size()) == 0;
}

// Several programs that share the port would take each other's requests, so only an old connection may be
// there.
void share_no_port(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

}  // namespace

class LiveServer::Connections {
 public:
  Connections(Options options, LiveState& state, VirtualPace& pace)
      : options_(std::move(options)), state_(state), pace_(pace), token_(random_token()) {
    configure();
    listen();
    thread_ = std::thread([this] {
      server_.listen_after_bind();
      ended_ = true;
    });
    // Before it listens, the library would take no notice of stop().
    while (!server_.is_running() && !ended_) std::this_thread::yield();
  }
  ~Connections() {
    closing_ = true;
    state_.close();
    server_.stop();
    thread_.join();
  }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  std::string url() const { return fmt::format("http://{}/?token={}", options_.address.text(), token_); }

  void wait_for_viewers() {
    std::unique_lock lock(mutex_);
    left_.wait_for(lock, std::chrono::seconds(2), [this] { return viewers_ == 0; });
  }

 private:
  using Request = httplib::Request;
  using Response = httplib::Response;

  void configure() {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };  // httplib owns it
    server_.set_socket_options(share_no_port);
    server_.set_payload_max_length(kRequestBytesMax);
    // A connection that waits for another request would hold up the end of the run.
    server_.set_keep_alive_max_count(1);
    server_.set_keep_alive_timeout(1);
    server_.set_read_timeout(2);
    server_.set_default_headers({{"Cache-Control", "no-store"},
                                 {"X-Content-Type-Options", "nosniff"},
                                 {"X-Frame-Options", "DENY"},
                                 {"Referrer-Policy", "no-referrer"}});
    server_.set_pre_routing_handler([this](const Request& request, Response& response) {
      if (may(request)) return httplib::Server::HandlerResponse::Unhandled;
      response.status = 403;
      response.set_content(kRefusal, "text/plain");
      return httplib::Server::HandlerResponse::Handled;
    });
    server_.Get("/", [this](const Request&, Response& response) {
      response.set_content(options_.page, "text/html; charset=utf-8");
    });
    server_.Get("/events", [this](const Request&, Response& response) { send_events(response); });
    server_.Post("/control",
                 [this](const Request& request, Response& response) { control(request, response); });
  }

  void listen() {
    LiveAddress& address = options_.address;
    if (address.port == 0) {
      const int port = server_.bind_to_any_port(address.host);
      if (port > 0) {
        address.port = static_cast<std::uint16_t>(port);
        return;
      }
    } else if (server_.bind_to_port(address.host, address.port)) {
      return;
    }
    throw RunError(fmt::format(
        "the live page cannot be served at {}: the port is in use, or the address is none of this machine; "
        "choose another one with --live, or port 0 for any that is free",
        address.text()));
  }

  bool is_own_host(const std::string& host) const {
    const LiveAddress& address = options_.address;
    if (host == address.text()) return true;
    // Clients leave out the port of HTTP.
    constexpr int kHttpPort = 80;
    if (address.port == kHttpPort && host + ":80" == address.text()) return true;
    if (address.is_loopback()) return host == fmt::format("localhost:{}", address.port);
    // It may have any name when it is open to others; the token must do.
    return true;
  }

  bool may(const Request& request) const {
    if (!is_own_host(request.get_header_value("Host"))) return false;
    if (request.has_header("Origin") &&
        request.get_header_value("Origin") != "http://" + request.get_header_value("Host"))
      return false;
    return is_token(request.get_param_value("token"), token_);
  }

  bool take_viewer() {
    const std::lock_guard lock(mutex_);
    if (viewers_ >= kViewersMax) return false;
    ++viewers_;
    return true;
  }
  void leave_viewer() {
    {
      const std::lock_guard lock(mutex_);
      --viewers_;
    }
    left_.notify_all();
  }

  void send_events(Response& response) {
    if (!take_viewer()) {
      response.status = 503;
      response.set_content("too many look at this run\n", "text/plain");
      return;
    }
    auto seen = std::make_shared<std::uint64_t>(0);
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, seen](std::size_t, httplib::DataSink& sink) { return send_event(*seen, sink); },
        [this](bool) { leave_viewer(); });
  }

  // Returns false when the connection is over.
  bool send_event(std::uint64_t& seen, httplib::DataSink& sink) {
    if (closing_) return false;
    const std::optional<LiveState::Event> event = state_.wait_for_event(seen);
    const std::string text =
        event ? fmt::format("event: {}\ndata: {}\n\n", event->last ? "last-" + event->name : event->name,
                            event->json)
              : ":\n\n";  // a comment, which shows whether somebody is still there
    if (!sink.write(text.data(), text.size())) return false;
    if (!event) return true;
    seen = event->frame;
    if (event->last) sink.done();
    return true;
  }

  void control(const Request& request, Response& response) {
    const nlohmann::json order = nlohmann::json::parse(request.body, nullptr, false);
    const std::string what = order.is_object() && order.contains("do") && order["do"].is_string()
                                 ? order["do"].get<std::string>()
                                 : "";
    if (what == "pause") {
      pace_.pause();
    } else if (what == "go on") {
      pace_.go_on();
    } else if (what == "step") {
      pace_.step();
    } else if (what == "speed" && order.contains("value") && order["value"].is_number() &&
               order["value"] >= 0 && order["value"] <= kSpeedMax) {
      pace_.set_speed(order["value"].get<double>());
    } else {
      response.status = 400;
      response.set_content("the order is one of pause, go on, step, and speed with a value\n", "text/plain");
      return;
    }
    response.status = 204;
  }

  Options options_;
  LiveState& state_;
  VirtualPace& pace_;
  const std::string token_;
  httplib::Server server_;
  std::mutex mutex_;
  std::condition_variable left_;
  std::size_t viewers_ = 0;
  std::atomic<bool> closing_ = false;
  std::atomic<bool> ended_ = false;  // the thread serves no more
  std::thread thread_;
};

LiveServer::LiveServer(Options options, LiveState& state, VirtualPace& pace)
    : connections_(std::make_unique<Connections>(std::move(options), state, pace)) {}

LiveServer::~LiveServer() = default;

std::string LiveServer::url() const { return connections_->url(); }

void LiveServer::wait_for_viewers() { connections_->wait_for_viewers(); }

}  // namespace dse
