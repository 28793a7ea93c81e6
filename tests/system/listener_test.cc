// dse attach --listen, dse nodes --embedded and dse conform --listener, as far as they need no foreign
// client: tests/clients has those.
#include <signal.h>

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/process.h"
#include "support/program_fixture.h"

namespace {

struct Case {
  std::vector<std::string> words;
  std::string message;  // a part of what the program says
};

// The file of users, with one who may do nothing.
std::string users_file(const ProgramFixture& fixture) {
  const std::string users = fixture.file("users");
  const std::string password = fixture.write("password", "secret\n");
  REQUIRE(run_process(dse_command({"user", "add", "app", "--users", users, "--password-file", password}))
              .status == 0);
  return users;
}

// Listens with the scenario, and is interrupted as soon as clients could connect.
Outcome interrupted_run(const ProgramFixture& fixture, const std::string& scenario,
                        const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"attach",   fixture.write("s.toml", scenario),
                                    "--listen", "amqp://127.0.0.1:0",
                                    "--users",  users_file(fixture),
                                    "--out",    fixture.run()};
  words.insert(words.end(), more.begin(), more.end());
  Process process(dse_command(words));
  process.send_when(SIGINT,
                    [&process] { return process.out_so_far().find("listening on ") != std::string::npos; });
  return process.wait();
}

nlohmann::json summary_of(const ProgramFixture& fixture) {
  return nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
}

}  // namespace

TEST_CASE("listener: cases over the wire are as in the process, without a broker") {
  Command command = dse_command({"conform", "--listener", "--cases", "40", "--seed", "2015"});
  command.environment["DSE_AMQP_URL"] = "";
  const Outcome outcome = run_process(command);
  INFO(outcome.err);
  CHECK(outcome.out == "40 cases, no difference\n");
  CHECK(outcome.status == 0);
}

TEST_CASE("listener: users may do over the wire what the rules say, without a broker") {
  const Outcome outcome = run_process(dse_command({"conform", "--access", "300", "--listener"}));
  INFO(outcome.err);
  CHECK(outcome.out == "300 users, no difference\n");
  CHECK(outcome.status == 0);
}

TEST_CASE("listener: cases of permissions say what is missing") {
  const ProgramFixture fixture;
  const std::vector<Case> cases = {
      {{"--access", "3"}, "add --listener, or --users FILE"},
      {{"--users", "u.json"}, "are for cases of permissions: add --access N"},
      {{"--access", "3", "--timed", "3", "--listener"}, "is of other cases than --access"},
      {{"--timed", "3", "--listener"}, "is not compared in cases with times"},
      {{"--access", "3", "--write-users", "u.json", "--listener"}, "compares nothing: leave out --listener"},
      {{"--access", "3", "--users", fixture.file("none"), "--broker", "amqp://127.0.0.1:1"},
       "cannot be read"}};
  for (const Case& one : cases) {
    std::vector<std::string> words = {"conform"};
    words.insert(words.end(), one.words.begin(), one.words.end());
    const Outcome outcome = run_process(dse_command(words));
    CAPTURE(words, outcome.err);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, ContainsSubstring(one.message));
  }
}

TEST_CASE("listener: nodes run on a broker in their parent") {
  const ProgramFixture fixture;
  const Outcome outcome = run_process(dse_command(
      {"nodes", fixture.write("s.toml", small_scenario()), "--embedded", "--out", fixture.run()}));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("results in "));
  CHECK(summary_of(fixture).at("metrics").at("echo.received") == 10);
}

TEST_CASE("listener: a node on a broker in its parent may do what its user may") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml",
      "[user.reader]\nread = '^q9$'\n[component.echo]\nkind = \"echo\"\nfrom = \"q9\"\nuser = \"reader\"\n");
  const Outcome outcome = run_process(dse_command({"nodes", scenario, "--embedded", "--out", fixture.run()}));
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status != 0);
  CHECK_THAT(
      outcome.err,
      ContainsSubstring("ACCESS_REFUSED - access to exchange 'q9' in vhost '/' refused for user 'reader'"));
}

TEST_CASE("listener: what does not fit together is refused before anything starts") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", small_scenario());
  const std::string users = users_file(fixture);
  const std::string url = "amqp://127.0.0.1:0";
  const std::vector<Case> cases = {
      {{}, "add a gateway, or --listen URL --users FILE"},
      {{"--listen", url}, "add --users FILE, which dse user add makes"},
      {{"--users", users}, "add --listen URL"},
      {{"--listen", "amqp://app:secret@127.0.0.1:0", "--users", users}, "leave them out of the URL"},
      {{"--listen", "amqps://127.0.0.1:0", "--users", users}, "--listen-cert FILE and --listen-key FILE"},
      {{"--listen", url, "--users", users, "--listen-cert", "c", "--listen-key", "k"},
       "listen at amqps://HOST:PORT"},
      {{"--listen", url, "--users", users, "--pace", "0"}, "clients need a clock that goes on"},
      {{"--listen", "amqp://0.0.0.0:0", "--users", users}, "TLS"},
      {{"--listen", url + "/?heartbeat=5", "--users", users}, "leave them out of the URL"},
      {{"--listen", "127.0.0.1", "--users", users}, "expected amqp://HOST:PORT"},
      {{"--listen", url, "--users", fixture.file("none")}, "none"},
  };
  for (const Case& one : cases) {
    std::vector<std::string> words = {"attach", scenario, "--out", fixture.file("run")};
    words.insert(words.end(), one.words.begin(), one.words.end());
    const Outcome outcome = run_process(dse_command(words));
    CAPTURE(words, outcome.err);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, ContainsSubstring(one.message));
    CHECK_FALSE(std::filesystem::exists(fixture.file("run")));
  }
}

TEST_CASE("listener: it says where it listens, and ends when its time is over") {
  const ProgramFixture fixture;
  const std::string users = users_file(fixture);
  const Outcome outcome = run_process(
      dse_command({"attach", fixture.write("s.toml", small_scenario()), "--listen", "amqp://127.0.0.1:0",
                   "--users", users, "--for", "200ms", "--out", fixture.file("run"), "--quiet"}));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, Catch::Matchers::StartsWith("listening on amqp://127.0.0.1:"));
  const Outcome again =
      run_process(dse_command({"replay", fixture.file("s.toml"), "--capture", fixture.file("run/capture"),
                               "--out", fixture.file("again")}));
  CHECK(again.status == 0);
}

TEST_CASE("listener: where Ctrl-C is the only end, it is an end, and expectations are judged") {
  const bool holds = GENERATE(true, false);
  const ProgramFixture fixture;
  const std::string bound = holds ? "max = 10" : "min = 11";
  const Outcome outcome =
      interrupted_run(fixture, small_scenario() + "[[expect]]\nmetric = \"echo.received\"\n" + bound + "\n");
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == (holds ? 0 : 1));
  const nlohmann::json summary = summary_of(fixture);
  CHECK(summary.at("status") == "completed");
  CHECK(summary.at("expectations").at(0).at("met") == holds);
}

TEST_CASE("listener: resources for clients are a broker without components") {
  const ProgramFixture fixture;
  const Outcome outcome = interrupted_run(
      fixture, "[resource.jobs]\nclients = true\nmessage_ttl = \"5s\"\ndead_letter = { to = \"dead\" }\n");
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == 0);
  CHECK(summary_of(fixture).at("metrics").contains("jobs.expired"));
}

TEST_CASE("listener: before an end that is set, Ctrl-C cuts the run short") {
  const ProgramFixture fixture;
  const bool by_option = GENERATE(true, false);
  const Outcome outcome = by_option ? interrupted_run(fixture, small_scenario(), {"--for", "1h"})
                                    : interrupted_run(fixture, "until = \"1h\"\n" + small_scenario());
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == 130);
  CHECK(summary_of(fixture).at("status") == "interrupted");
}
