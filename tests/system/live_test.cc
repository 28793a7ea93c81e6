// Runs that people watch and steer while they go on, as the command line offers them.
#include <httplib.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "support/socket.h"

namespace {

const std::string kScenario = kScenarios + "few-digits.toml";

// A replay with a live page at a free port.
class WatchedRun {
 public:
  WatchedRun(const ProgramFixture& fixture, std::vector<std::string> options)
      : process_(command(fixture, std::move(options))) {
    const std::regex url(R"(live page: http://127\.0\.0\.1:([0-9]+)/(\?token=[0-9a-f]{32})\n)");
    process_.send_when(0, [&] {  // signal 0 is none: this only waits
      std::smatch found;
      const std::string told = process_.err_so_far();
      if (!std::regex_search(told, found, url)) return false;
      port_ = std::stoi(found[1]);
      query_ = found[2];
      return true;
    });
  }

  int order(const std::string& body) {
    const httplib::Result result = client().Post("/control" + query_, body, "application/json");
    return result ? result->status : -1;
  }
  std::string page() {
    const httplib::Result result = client().Get("/" + query_);
    return result ? result->body : "";
  }
  // Reads events until `enough` says so of one, or the stream ends; returns the names of them.
  std::vector<std::string> events(
      const std::function<bool(const std::string& name, const nlohmann::json&)>& enough) {
    std::vector<std::string> names;
    std::string text;
    client().Get("/events" + query_, [&](const char* data, std::size_t size) {
      text.append(data, size);
      for (std::size_t end = text.find("\n\n"); end != std::string::npos; end = text.find("\n\n")) {
        const std::string event = text.substr(0, end);
        text.erase(0, end + 2);
        // A regex would go as deep as the frame is long.
        const std::string name_begins = "event: ";
        const std::string data_begins = "\ndata: ";
        const std::size_t data_at = event.find(data_begins);
        if (!event.starts_with(name_begins) || data_at == std::string::npos) continue;
        names.push_back(event.substr(name_begins.size(), data_at - name_begins.size()));
        if (enough(names.back(), nlohmann::json::parse(event.substr(data_at + data_begins.size()))))
          return false;
      }
      return true;
    });
    return names;
  }
  Process& process() { return process_; }
  int port() const { return port_; }

 private:
  static Command command(const ProgramFixture& fixture, std::vector<std::string> options) {
    options.insert(options.end(), {"--live", "0", "--quiet"});
    return fixture.replay_command(kScenario, options);
  }
  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port_);
    client.set_read_timeout(60);
    return client;
  }

  Process process_;
  int port_ = 0;
  std::string query_;
};

// Every file but timing.json, with its content.
std::map<std::string, std::string> files_of(const std::string& run) {
  std::map<std::string, std::string> files;
  for (const std::string& name : names_in(run)) {
    if (name != "timing.json") files[name] = read_file(run + "/" + name);
  }
  return files;
}

}  // namespace

TEST_CASE("live: a run that is watched, paused and stepped leaves the same bytes as any other") {
  const ProgramFixture plain;
  REQUIRE(plain.replay(kScenario).status == 0);

  const ProgramFixture fixture;
  WatchedRun run(fixture, {"--pace", "0.000001"});
  CHECK_THAT(run.page(), ContainsSubstring("Four models learn a few digits"));
  CHECK(run.order(R"({"do": "pause"})") == 204);
  for (int steps = 0; steps < 5; ++steps) CHECK(run.order(R"({"do": "step"})") == 204);
  double time = 0;
  run.events([&](const std::string&, const nlohmann::json& frame) {
    time = frame.at("time");
    if (!frame.at("paused").get<bool>()) return false;
    if (time == 0) CHECK(run.order(R"({"do": "step"})") == 204);
    return time > 0;
  });
  CHECK(time > 0);
  CHECK(time < 0.05);
  CHECK(run.order(R"({"do": "speed", "value": 0})") == 204);
  CHECK(run.order(R"({"do": "go on"})") == 204);
  const Outcome outcome = run.process().wait();
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(files_of(fixture.run()) == files_of(plain.run()));
}

TEST_CASE("live: who watches sees the run to its end") {
  const ProgramFixture fixture;
  WatchedRun run(fixture, {"--pace", "0.000001"});
  bool told = false;
  nlohmann::json last;
  const std::vector<std::string> names =
      run.events([&](const std::string& name, const nlohmann::json& frame) {
        if (!std::exchange(told, true)) CHECK(run.order(R"({"do": "speed", "value": 0})") == 204);
        last = frame;
        return name.starts_with("last-");
      });
  REQUIRE(!names.empty());
  CHECK(names.front() == "state");
  CHECK(names.back().starts_with("last-"));
  CHECK(last.at("status") == "completed");
  CHECK(last.at("topology").at("nodes").size() > 10);
  CHECK(run.process().wait().status == 0);
  const auto summary = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  CHECK(last.at("events") == summary.at("events"));
}

TEST_CASE("live: Ctrl-C ends a paused run, and saves what there is") {
  const ProgramFixture fixture;
  WatchedRun run(fixture, {"--pace", "0.000001"});
  REQUIRE(run.order(R"({"do": "pause"})") == 204);
  bool paused = false;
  run.events([&](const std::string&, const nlohmann::json& frame) { return paused = frame.at("paused"); });
  REQUIRE(paused);
  run.process().send_when(SIGINT, [] { return true; });
  const Outcome outcome = run.process().wait();
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 130);
  CHECK(fixture.runs() == std::vector<std::string>{"run"});
  CHECK(nlohmann::json::parse(read_file(fixture.run() + "/summary.json"))["status"] == "interrupted");
  CHECK(std::filesystem::exists(fixture.run() + "/timing.json"));
}

TEST_CASE("pace: a run beside the real clock takes its time, and leaves the same bytes") {
  const ProgramFixture plain;
  REQUIRE(plain.replay(kScenario).status == 0);
  const auto summary = nlohmann::json::parse(read_file(plain.run() + "/summary.json"));
  const double virtual_seconds = summary.at("virtual_time_ns").get<double>() / 1e9;
  const ProgramFixture paced;
  const auto begun = std::chrono::steady_clock::now();
  CHECK(paced.replay(kScenario, {"--pace", "0.5"}).status == 0);
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
  CHECK(passed.count() >= 2 * virtual_seconds);
  CHECK(files_of(paced.run()) == files_of(plain.run()));
  const ProgramFixture fast;
  CHECK(fast.replay(kScenario, {"--pace", "0"}).status == 0);
  CHECK(files_of(fast.run()) == files_of(plain.run()));
}

TEST_CASE("pace: Ctrl-C ends a run that waits for its time") {
  const ProgramFixture fixture;
  Process process(fixture.replay_command(kScenario, {"--pace", "0.000001"}));
  process.send_when(SIGINT, [&] { return !fixture.runs().empty(); });
  const Outcome outcome = process.wait();
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 130);
}

TEST_CASE("pace and live: what makes no sense is refused") {
  const ProgramFixture fixture;
  for (const char* pace : {"-1", "fast", "1e-9", "1e9", "nan", ""})
    CHECK(fixture.replay(kScenario, {"--pace", pace}).status == 2);
  for (const char* live : {"host", "127.0.0.1:65536", "8080x"})
    fixture.check_refused(kScenario, {"--live: ", "is no address; write HOST:PORT"}, {"--live", live});
  CHECK(fixture.runs().empty());
}

TEST_CASE("live: a port that is in use, and data that is wrong, end the run at once") {
  const ProgramFixture fixture;
  const Socket taken = listen_on({});
  const std::string address = "127.0.0.1:" + std::to_string(port_of(taken));
  const Outcome in_use = fixture.replay(kScenario, {"--live", address});
  CHECK(in_use.status == 3);
  CHECK_THAT(in_use.err,
             ContainsSubstring("dse: the live page cannot be served at " + address + ": the port is in use"));
  const Outcome wrong = fixture.replay(kScenario, {"--live", "0", "--set", "component.trainer.images=none"});
  CHECK(wrong.status == 2);
  CHECK(fixture.runs().empty());
}

TEST_CASE("live: a page that other machines reach comes with a warning") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(kScenario, {"--live", "0.0.0.0:0"});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.err,
             ContainsSubstring("warning: other machines reach it, too: who has this URL can steer the run"));
}
