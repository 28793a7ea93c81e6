// Scenarios that come through a pipe are read once, or refused by name.
#include <sys/stat.h>

#include <fstream>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

// The program with a scenario on its standard input.
Outcome piped(const ProgramFixture& fixture, const std::string& scenario,
              std::vector<std::string> arguments) {
  const std::string file = fixture.write("s.toml", scenario);
  arguments.insert(arguments.begin(), {"-c", "cat '" + file + "' | \"$0\" \"$@\"", dse_command({}).program});
  return run_process({.program = "/bin/sh", .arguments = arguments, .folder = fixture.file("")});
}

void check_read_once(const std::vector<std::string>& arguments, const std::string& message) {
  const ProgramFixture fixture;
  const Outcome outcome = piped(fixture, small_scenario(), arguments);
  INFO(outcome.err);
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, ContainsSubstring("dse: /dev/stdin: can be read once only, but " + message));
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"s.toml"});
}

}  // namespace

TEST_CASE("pipes: what reads a scenario again is refused by name") {
  check_read_once({"explore", "/dev/stdin", "--seeds", "1..2", "--minimise"}, "--minimise and --vary");
  check_read_once({"explore", "/dev/stdin", "--seeds", "1..2", "--vary", "resource.digits.prefetch=1,8"},
                  "--minimise and --vary");
  check_read_once({"nodes", "/dev/stdin", "--broker", "amqp://guest@127.0.0.1:1"}, "every node");
  check_read_once({"verify", "/dev/stdin"}, "fingerprints are kept beside a scenario's file");
}

TEST_CASE("pipes: what reads a scenario once takes one") {
  const ProgramFixture fixture;
  CHECK(piped(fixture, small_scenario(), {"check", "/dev/stdin"}).status == 0);
  CHECK(piped(fixture, small_scenario(), {"replay", "/dev/stdin", "--out", "a", "--quiet"}).status == 0);
  CHECK(piped(fixture, small_scenario(), {"replay", "/dev/stdin", "--twice", "--quiet"}).status == 0);
  CHECK(piped(fixture, small_scenario(), {"explore", "/dev/stdin", "--seeds", "1..3", "--quiet"}).status ==
        0);
  // Its run cannot be replayed again.
  const Outcome diff = piped(fixture, small_scenario(), {"diff", "a", "a"});
  CHECK(diff.status == 2);
  CHECK_THAT(diff.err, ContainsSubstring("its scenario was read from a pipe, "));
}

TEST_CASE("pipes: one that nobody writes to is waited for, and that is said") {
  const ProgramFixture fixture;
  CHECK(piped(fixture, small_scenario(), {"check", "/dev/stdin"}).err.empty());

  const std::string fifo = fixture.file("fifo");
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const std::string said = "waiting for somebody to write to the pipe " + fifo + "\n";
  Process process(dse_command({"check", fifo}));
  process.send_when(0, [&] { return process.err_so_far() == said; });  // 0: only waits
  std::ofstream(fifo) << small_scenario();
  const Outcome outcome = process.wait();
  CHECK(outcome.status == 0);
  CHECK(outcome.err == said);
}
