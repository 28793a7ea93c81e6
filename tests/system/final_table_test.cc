// What `dse replay` prints at the end: within 80 columns, folded, and coloured only where that is wanted.
#include <fmt/format.h>

#include <regex>

#include "core/readable.h"
#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

// Two watches whose names are long, models of which one refuses, and a fault with a long name.
std::string wide_scenario() {
  return small_scenario() +
         "[[binding]]\nfrom = \"digits\"\nto = \"a-queue-with-a-name\"\n"
         "[component.a-component-whose-name-alone-is-more-than-thirty-columns-wide]\nkind = \"watch\"\n"
         "from = \"a-queue-with-a-name\"\n"
         "[[binding]]\nfrom = \"digits\"\nto = \"model\"\n"
         "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"model\"\nto = \"answers\"\n"
         "[[binding]]\nfrom = \"answers\"\nto = \"seen\"\n"
         "[component.seen]\nkind = \"watch\"\nfrom = \"seen\"\n"
         "[[fault]]\nkind = \"duplicate\"\nname = \"a name of a fault that is long enough to be wrapped, as "
         "it is "
         "longer than 80 columns\"\ncomponent = \"generator\"\nevery = 5\n"
         "[[expect]]\nmetric = \"generator.sent\"\nequals = 10\n"
         "[[expect]]\nmetric = \"echo.received\"\nmin = 10\n"
         "[[expect]]\nname = \"an expectation whose name is long enough to be wrapped behind its first "
         "word\"\n"
         "metric = \"echo.received\"\nmax = 20\n";
}

}  // namespace

TEST_CASE("final table: it fits 80 columns, with every expectation or with their number") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", wide_scenario());
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--all"}}) {
    const Outcome outcome = fixture.replay(scenario, more);
    INFO(outcome.out + outcome.err);
    REQUIRE(outcome.status == 0);
    for (const std::string& line : lines_of(outcome.out)) {
      CAPTURE(line);
      CHECK((dse::display_width(line) <= 80 || line.starts_with("results in ")));
    }
    std::filesystem::remove_all(fixture.run());
  }
}

TEST_CASE("final table: what held is one line, unless all are asked for; what failed is always told") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", wide_scenario());
  CHECK_THAT(fixture.replay(scenario).out, ContainsSubstring("\nok     3 expectations held\n"));
  std::filesystem::remove_all(fixture.run());
  const std::string all = fixture.replay(scenario, {"--all"}).out;
  CHECK_THAT(all, ContainsSubstring("\nok     generator.sent is 10, expected exactly 10\n") &&
                      ContainsSubstring("\nok     echo.received is 12, expected at least 10\n") &&
                      !ContainsSubstring("expectations held"));
  std::filesystem::remove_all(fixture.run());
  const Outcome failed = fixture.replay(scenario, {"--set", "expect.0.equals=11"});
  CHECK(failed.status == 1);
  CHECK_THAT(failed.out,
             ContainsSubstring("\nok     2 expectations held\nFAILED generator.sent is 10, expected "
                               "exactly 11\n"));
}

TEST_CASE("final table: components with the same metrics stand in one table, times in readable units") {
  const ProgramFixture fixture;
  const std::string out = fixture.replay(fixture.write("s.toml", small_scenario())).out;
  INFO(out);
  CHECK_THAT(out, ContainsSubstring("  generator    10\n"));
  CHECK_THAT(out, ContainsSubstring("                  sojourn  sojourn\n"
                                    "        received      p50      p99\n"));
  CHECK(
      std::regex_search(out, std::regex("\n  echo        10 +[0-9.]+ (us|ms|s|ns) +[0-9.]+ (us|ms|s|ns)\n")));
  // Scripts look for these.
  CHECK(
      std::regex_search(out, std::regex("\nfingerprint  events [0-9a-f]{16}  payload [0-9a-f]{16}\n +draws "
                                        "[0-9a-f]{16}  predictions [0-9a-f]{16}\n +models [0-9a-f]{16}\n")));
}

TEST_CASE("final table: colours only where they are wanted") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", wide_scenario());
  const auto has_colour = [&](const std::vector<std::string>& more, const std::string& no_color) {
    Command command = fixture.replay_command(scenario, more);
    if (!no_color.empty()) command.environment["NO_COLOR"] = no_color;
    const Outcome outcome = run_process(command);
    REQUIRE(outcome.status == 0);
    std::filesystem::remove_all(fixture.run());
    return outcome.out.find("\x1b[") != std::string::npos;
  };
  CHECK_FALSE(has_colour({}, ""));  // a pipe or a file
  CHECK_FALSE(has_colour({"--color", "auto"}, ""));
  CHECK_FALSE(has_colour({"--color", "never"}, ""));
  CHECK(has_colour({"--color", "always"}, ""));
  CHECK(has_colour({"--color", "always"}, "1"));  // what is asked for on the command line comes first
  const Outcome wrong = fixture.replay(scenario, {"--color", "sometimes"});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.err, ContainsSubstring("--color"));
}
